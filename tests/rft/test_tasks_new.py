"""`rft tasks new`: a file that can be filled in at once, in the right folder, and never over another."""

import errno
import sys
from pathlib import Path
from typing import IO, Any, get_args

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from eval.check import check_references
from eval.task import load_task, load_tasks
from rft.cli import cli, main
from rft.cli.tasks import KINDS
from rft.proof import check_suites, read_suite
from rft.starting.workspace import TASKS, _template
from rft.task_files.skeleton import MARK, entry_point, skeleton, unwritten
from rft.task_files.unfinished import with_unwritten
from scorers.execution.tests import Kind


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rft.toml").write_text('[data]\ntasks = "mine"\nbenchmark = "kept"\ngeneral = "none"\n')
    return tmp_path


def new(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["tasks", "new", *arguments])


def refusal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["rft", "tasks", "new", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    words = capsys.readouterr().err
    assert caught.value.code == 2
    assert "Traceback" not in words
    return words


def files(here: Path) -> set[str]:
    return {str(file.relative_to(here)) for file in here.rglob("*") if file.is_file()} - {"rft.toml"}


def test_the_kinds_are_those_of_the_format() -> None:
    assert get_args(Kind) == KINDS


def test_a_file_lies_where_the_configuration_says(here: Path) -> None:
    result = new("parse-duration", "--category", 'a "b"')
    assert result.exit_code == 0, result.output
    assert "Wrote mine/parse-duration.toml" in result.output
    assert "rft tasks check mine/parse-duration.toml --watch" in result.output
    assert "No run reads" not in result.output
    task = load_task(here / "mine" / "parse-duration.toml")
    assert (task.category, task.entry_point, task.kind) == ('a "b"', "parseDuration", "function")
    assert new("other", "--held-out").exit_code == 0
    assert "No run reads else/where until rft.toml names it." in new("third", "--folder", "else/where").output
    assert files(here) == {"mine/parse-duration.toml", "kept/other.toml", "else/where/third.toml"}


def test_a_new_file_says_what_is_to_be_written(here: Path) -> None:
    """Of every kind. Nothing else is said of it, also not that two new files are alike, and a run refuses it."""
    for number, kind in enumerate((*KINDS, "function")):
        assert new(f"a-{kind}-{number}", "--kind", kind).exit_code == 0
    tasks = load_tasks(here / "mine")
    assert {task.kind for task in tasks} == set(KINDS)
    assert all(set(unwritten(task)) >= {"prompt", "reference", "tests"} for task in tasks)
    assert len(check_references(tasks)) == len(tasks)
    result = CliRunner().invoke(cli, ["tasks", "check", "mine", "--mutants", "0"])
    assert result.exit_code == 2
    wanted = [f"{task.id}: still to write: {', '.join(unwritten(task))} ({MARK} marks the places)" for task in tasks]
    assert [line for line in result.stdout.splitlines() if ": " in line] == wanted


def test_what_surrounds_the_marks_is_right(here: Path) -> None:
    """Without the lines that ask, the tests of a new file run on its reference."""
    for kind in get_args(Kind):
        text = skeleton(kind, "own", kind).replace('\terror("FILL IN: the tests")\n', "")
        if kind == "tools":
            text = text.replace('"property": "Name", "value": "FILL IN: the right calls"', '"property": "Locked", "value": true')
        (here / f"a-{kind}.toml").write_text(text)
    tasks = [load_task(file) for file in here.glob("a-*.toml")]
    assert len(tasks) == len(KINDS)
    assert check_references(tasks) == []


def test_what_is_not_written_is_told_beside_other_problems(here: Path) -> None:
    file = here / "a.toml"
    text = skeleton("a", "own", "function").replace('\terror("FILL IN: the tests")\n', "")
    file.write_text(
        text.replace("\t-- FILL IN: a right answer.\n", "").replace("\t-- FILL IN: a value for each parameter.\n", "")
    )
    lines = CliRunner().invoke(cli, ["tasks", "check", "a.toml", "--mutants", "0"]).stdout.splitlines()
    assert lines[0] == f"a: still to write: prompt ({MARK} marks the places)"
    assert lines[1] == "a: only 2 expectations run beside the random inputs, at least 5 must"


@pytest.mark.parametrize(
    ("task", "name"),
    [("parse-duration", "parseDuration"), ("Sum_list", "sumList"), ("end", "solveEnd"), ("test", "solveTest"), ("2d", "solve2d"),
     ("größe", "grE"), ("日本", "solve")],
)  # fmt: skip
def test_the_function_is_named_after_the_task(task: str, name: str) -> None:
    assert entry_point(task) == name


@pytest.mark.parametrize(
    "task", ["", " ", ".", "..", "a/b", "a\\b", "a:b", "a\nb", "a\0b", "-x", ".x", " x", "x.", "x" * 201, "x.toml"]
)
def test_what_cannot_be_a_name(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    assert repr(task) in refusal(capsys, monkeypatch, "--", task)
    assert files(here) == set()


def test_an_id_that_is_taken(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    new("one")
    new("two", "--held-out")
    (here / "to-finish" / "deep").mkdir(parents=True)
    (here / "to-finish" / "deep" / "three.toml").touch()
    before = (here / "mine" / "one.toml").read_bytes()
    for task in ("one", "ONE", "two", "three"):
        for more in ((), ("--held-out",), ("--folder", "mine/new")):
            assert f"the id {task!r} is taken: " in refusal(capsys, monkeypatch, task, *more)
    assert files(here) == {"mine/one.toml", "kept/two.toml", "to-finish/deep/three.toml"}
    assert (here / "mine" / "one.toml").read_bytes() == before


def test_without_a_folder_to_write_to(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").touch()
    assert "file is no folder" in refusal(capsys, monkeypatch, "a", "--folder", "file")
    assert "cannot be written" in refusal(capsys, monkeypatch, "a", "--folder", "file/below")
    assert "one of --held-out and --folder" in refusal(capsys, monkeypatch, "a", "--held-out", "--folder", "x")
    for category in (" ", "\x7f", "a\nb", "\udcff"):
        assert "is no category" in refusal(capsys, monkeypatch, "a", "--category", category)
    (here / "rft.toml").write_text('[data]\ntasks = "builtin:luau"\n')
    assert 'data.tasks = "builtin:luau"' in refusal(capsys, monkeypatch, "a")
    (here / "rft.toml").unlink()
    assert "`rft init NAME`" in refusal(capsys, monkeypatch, "a")
    assert files(here) == {"file"}
    assert new("a", "--folder", "x").exit_code == 0


def test_a_full_disk_leaves_no_file(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, stream: IO[Any]) -> None:
            self._stream = stream

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_error: object) -> None:
            self._stream.close()

        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open

    def open_(self: Path, mode: str = "r", **named: Any) -> object:
        stream: IO[Any] = opened(self, mode, **named)
        return Full(stream) if mode == "x" else stream

    monkeypatch.setattr(Path, "open", open_)
    assert "cannot be written: No space left" in refusal(capsys, monkeypatch, "a")
    assert files(here) == set()


def test_a_proof_of_finished_tasks_is_left_as_it_is() -> None:
    proof = check_suites([read_suite(str(_template(TASKS)))], 5, Console(quiet=True))
    assert with_unwritten(proof) == proof
