"""`rft tasks check --watch`: what is told when files are saved, removed, renamed or broken, and silence otherwise."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from eval.check import SuiteCheck, TaskCheck
from eval.task import Task, TaskFileError
from rft.cli import cli
from rft.proof import Proof, Suite
from rft.task_files import watched
from rft.task_files.watch import POLL_SECONDS, watch
from rft.task_files.watched import EACH

GOOD = """
prompt = "Write a Luau function `{name}(n)` that returns the number n times {factor}."
category = "numbers"
difficulty = 1
entry_point = "{name}"
reference = "return function(n) return n * {factor} end"
tests = '''
test("it multiplies", function()
	for n = -2, 3 do
		expect({name}(n)).toEqual(n * {factor})
	end
end)
'''
random_inputs = "return function(random) return {{ random.integer(-9, 9) }} end"
"""
Step = Callable[[], object]


def good(name: str, factor: int) -> str:
    return GOOD.format(name=name, factor=factor)


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the workers, which take most of a second: a reference that says `n * 4` is wrong, all else is right."""

    def check_suites(suites: Sequence[Suite], _mutants: int, _bar: Console) -> Proof:
        (suite,) = suites
        found = [TaskCheck(task.id, "c", 1, 6, 4, 3, 0, 0, (), problems(task)) for task in suite.tasks]
        return Proof((suite,), (SuiteCheck(tuple(found)),), ())

    def problems(task: Task) -> tuple[str, ...]:
        return ("the reference fails",) if "n * 4" in task.reference else ()

    monkeypatch.setattr(watched, "check_suites", check_suites)
    monkeypatch.setattr(watched, "STRICT", EACH)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "triple.toml").write_text(good("triple", 3))
    return Path("a")


def told(places: Sequence[Path], *steps: Step) -> list[list[str]]:
    """The lines at the start, and those after each step; a step is done in the pause between two looks."""
    heard: list[list[str]] = [[]]
    waiting = iter(steps)
    pause = 0

    def wait(seconds: float) -> None:
        nonlocal pause
        pause += seconds == POLL_SECONDS
        if seconds != POLL_SECONDS:
            return
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        heard.append([])
        step()

    with pytest.raises(KeyboardInterrupt):
        watch(places, 5, Console(quiet=True), lambda line: heard[-1].append(line), wait)
    assert pause == len(steps) + 1
    return heard


@pytest.mark.usefixtures("unproved")
def test_the_start_tells_what_is_wrong_and_how_many_there_are(folder: Path) -> None:
    assert told([folder]) == [["1 task, all proved.", "Watching a. Ctrl-C ends it."]]
    (folder / "bad.toml").write_text('prompt = "x\n')
    bad = "a/bad.toml is not valid TOML: Illegal character '\\n' (at line 1, column 12)"
    assert told([folder]) == [[bad, "2 tasks, 1 with problems.", "Watching a. Ctrl-C ends it."]]


@pytest.mark.usefixtures("unproved")
def test_only_what_changed_is_told(folder: Path) -> None:
    file, other = folder / "triple.toml", folder / "other.toml"
    _, nothing, touched, wrong, mended, new = told(
        [folder],
        lambda: None,
        lambda: os.utime(file, (1, 1)),
        lambda: file.write_text(good("triple", 3).replace("return n * 3", "return n * 4")),
        lambda: file.write_text(good("triple", 3) + "\n"),
        lambda: other.write_text("promt = 1"),
    )
    assert (nothing, touched) == ([], [])
    assert wrong == ["a/triple.toml: the reference fails", "1 task, 1 with problems."]
    assert mended == ["a/triple.toml: proved; 6 expectations, 3 of 4 mutants fail", "1 task, all proved."]
    assert new == [
        "a/other.toml is not a task: there is no field `promt` (line 1); did you mean `prompt`?", "2 tasks, 1 with problems."
    ]  # fmt: skip


@pytest.mark.usefixtures("unproved")
def test_a_file_that_is_replaced_renamed_or_removed(folder: Path) -> None:
    file = folder / "triple.toml"

    def replace_() -> None:
        (folder / ".triple.toml.swp").write_text(good("triple", 5))
        (folder / ".#triple.toml").symlink_to("user@host.1")  # Emacs marks a file that is being changed so
        (folder / ".triple.toml.swp").rename(file)

    _, replaced, renamed, removed, back = told(
        [folder],
        replace_,
        lambda: file.rename(folder / "five.toml"),
        lambda: (folder / "five.toml").unlink(),
        lambda: file.write_text(good("triple", 3)),
    )
    assert replaced[0].startswith("a/triple.toml: proved")
    assert [renamed[0], renamed[1][:19], renamed[2]] == ["a/triple.toml: removed", "a/five.toml: proved", "1 task, all proved."]
    assert removed == ["a/five.toml: removed", "No task yet."]
    assert back[0].startswith("a/triple.toml: proved")


@pytest.mark.usefixtures("unproved")
def test_a_file_that_is_away_for_a_moment_was_not_removed(folder: Path) -> None:
    file = folder / "triple.toml"
    heard: list[str] = []
    pauses = 0

    def wait(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 1:
            file.unlink()
        elif pauses == 2:
            assert seconds < POLL_SECONDS
            file.write_text(good("triple", 7))
        elif seconds == POLL_SECONDS:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch([folder], 0, Console(quiet=True), heard.append, wait)
    assert [line.partition(";")[0] for line in heard[2:]] == ["a/triple.toml: proved", "1 task, all proved."]


@pytest.mark.usefixtures("unproved")
def test_what_tasks_have_with_each_other_is_told_of_both_folders(folder: Path) -> None:
    Path("b").mkdir()
    again, same_id = Path("b/again.toml"), folder / "deep" / "triple.toml"

    def put_back() -> None:
        again.unlink()
        (folder / "triple.toml").write_text(good("triple", 3))

    def name_twice() -> None:
        same_id.parent.mkdir()
        same_id.write_text("difficulty = 1")

    _, repeated, original_gone, back, twice = told(
        [folder, Path("b")],
        lambda: again.write_text(good("triple", 3)),
        lambda: (folder / "triple.toml").unlink(),
        put_back,
        name_twice,
    )
    assert repeated[0].startswith("b/again.toml: its prompt repeats triple of a/triple.toml")
    assert repeated[-1] == "2 tasks, 1 with problems."
    assert original_gone[0] == "a/triple.toml: removed"
    assert original_gone[1].startswith("b/again.toml: proved")
    assert back[0] == "b/again.toml: removed"
    assert twice[1:] == ["a/triple.toml: a/deep/triple.toml has the same id", "2 tasks, 2 with problems."]


@pytest.mark.usefixtures("unproved")
def test_a_place_that_goes_and_comes_back(folder: Path) -> None:
    single = folder / "triple.toml"
    for places in ([folder], [single]):
        _, away, back = told(places, lambda: folder.rename("elsewhere"), lambda: Path("elsewhere").rename(folder))
        assert away == ["a/triple.toml: removed", "No task yet."]
        assert back[0].startswith("a/triple.toml: proved")


def test_mutants_that_pass_are_shown_of_a_file_that_was_saved(folder: Path) -> None:
    text = good("triple", 3).replace("for n = -2, 3 do", "for n = 0, 0 do").replace("random.integer(-9, 9)", "0")
    start, weak = told([folder], lambda: (folder / "triple.toml").write_text(text))
    assert start[0] == "1 task, all proved."
    assert any(line.startswith("  passes: ") for line in weak)
    assert any(line.startswith("a: only ") and line.endswith("at least 90% must") for line in weak)


@pytest.mark.usefixtures("unproved")
def test_a_new_task_is_asked_for_what_is_missing(folder: Path) -> None:
    _, new = told([folder], lambda: CliRunner().invoke(cli, ["tasks", "new", "one", "--folder", "a"]))
    assert new[0].startswith("a/one.toml: still to write: prompt, reference, tests")
    assert len(new) == 2


def test_a_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(TaskFileError, match="there is no task folder nowhere"):
        watch([Path("nowhere")], 0, Console(quiet=True), print)
    result = CliRunner().invoke(cli, ["tasks", "check", "--watch", "--json"])
    assert (result.exit_code, "--json goes without --watch" in result.output) == (2, True)


@pytest.mark.usefixtures("folder")
def test_ctrl_c_ends_it_without_a_traceback() -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from rft.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "tasks", "check", "a", "--watch", "--mutants", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        lines = [child.stdout.readline(), child.stdout.readline()]
        child.send_signal(signal.SIGINT)
        assert (child.wait(30), child.stderr.read().strip()) == (130, "")
    assert lines == ["1 task, all proved.\n", "Watching a. Ctrl-C ends it.\n"]
