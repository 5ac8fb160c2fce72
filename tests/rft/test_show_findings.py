"""`rft show`: findings below the lines they name, why a task was not sampled, the judge's words; plain in a pipe."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from rft.cli import cli
from rft.code_view import print_piece
from rft.notes import pieces
from rft.plain import visible
from rft.show import show_task
from rft.store import RunPaths, open_for_writing
from scorers.execution.report import CaseFailure
from tests.rft.world import NOUNS, some_facts, write_workspace
from tests.rft.written_run import WrittenRun, finding

CODE = "local a = 1\nlocal bad = a\nreturn type"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_workspace(tmp_path))
    return tmp_path


@pytest.fixture
def run(workspace: Path) -> Iterator[WrittenRun]:
    paths = RunPaths(workspace, "written")
    with open_for_writing(paths) as store:
        yield WrittenRun.begin(paths, store, rounds=2)


def shown(run: WrittenRun, task: int = 0, rounds: tuple[int, ...] = (1, 2), **console: Any) -> str:
    stream = io.StringIO()
    show_task(run.store, run.tasks[task], rounds, run.config, Console(file=stream, **console))
    return stream.getvalue()


def test_a_finding_stands_below_the_line_it_names(run: WrittenRun) -> None:
    task = run.tasks[0]
    run.answer("round-1", task, 0, CODE, findings=[finding(2, 7, "unused"), finding(9, 1, "beyond the end")])
    run.select("round-1", {task.id: 0}, {task.id: 1.0})
    lines = shown(run, width=100).splitlines()
    at = lines.index("2 │ local bad = a")
    assert lines[at + 1] == "  │       ^^^^ warning bugs/a-check: unused"
    assert lines[at + 2] == "  │   hint: mend it"
    assert lines[at + 3] == "3 │ return type"
    assert lines[at + 4].endswith("warning bugs/a-check: beyond the end")


def test_a_failure_that_names_a_line_stands_there(run: WrittenRun) -> None:
    task = run.tasks[0]
    failures = [CaseFailure("adds", "attempt to call nil", 1), CaseFailure("nowhere", "timeout")]
    run.answer("round-1", task, 0, CODE, passed=0, failures=failures)
    run.select("round-1", {}, {task.id: 0.0})
    lines = shown(run, width=100).splitlines()
    at = lines.index("1 │ local a = 1")
    assert lines[at + 1] == "  │   failure test adds: attempt to call nil"
    assert "candidate 0, than which none has more reward:" in lines
    assert "none kept: none of them passes every test" in lines
    assert sum("nowhere" in line for line in lines) == 0, "the first failure stands above, those of no line are counted in cases"


def test_the_marks_stand_below_what_they_mean_behind_a_tab(run: WrittenRun) -> None:
    task = run.tasks[0]
    run.answer("round-1", task, 0, "do\n\tlocal bad = 1\nend", findings=[finding(2, 8, "unused")])
    lines = shown(run, width=100).splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith("local bad = 1"))
    assert lines[at + 1].index("^") == lines[at].index("bad ")


def test_findings_of_several_files_stand_in_theirs() -> None:
    answer = "### src/a.luau\n```luau\nlocal one = 1\n```\n\n### src/b.luau\n```luau\nlocal two = 2\nlocal three = 3\n```"
    facts = some_facts()
    findings = (finding(1, 1, "src/a.luau: in a"), finding(2, 1, "src/b.luau: in b"))
    facts = type(facts)(type(facts.static)(True, facts.static.scores, findings), facts.execution, False)
    first, second = pieces(answer, "files", facts)
    assert (first.name, second.name) == ("src/a.luau", "src/b.luau")
    assert [[note.text for note in notes] for _, notes in first.lines()] == [["in a"]]
    assert [[note.text for note in notes] for _, notes in second.lines()] == [[], ["in b"]]


def test_a_solved_task_and_one_that_was_held_back_are_told_apart(run: WrittenRun) -> None:
    solved, other = run.tasks[:2]
    run.answer("round-1", solved, 0, CODE)
    run.select("round-1", {solved.id: 0}, {solved.id: 1.0})
    run.select("round-2", {}, {})
    assert "round-2: not sampled, because every candidate of round-1 passed." in shown(run)
    words = shown(run, task=1)
    assert other.id in words
    assert "passed" not in words
    assert "round-1: not sampled: its source gave no candidate." in words


def test_the_curriculum_is_named(workspace: Path) -> None:
    paths = RunPaths(workspace, "rising")
    with open_for_writing(paths) as store:
        run = WrittenRun.begin(paths, store, sampling={"curriculum": True})
        run.select("round-1", {}, {})
        assert "because the curriculum held it back: the round asked easier tasks than difficulty 1" in shown(run, rounds=(1,))


def test_the_judges_words_stand_beside(workspace: Path) -> None:
    paths = RunPaths(workspace, "judged")
    with open_for_writing(paths) as store:
        run = WrittenRun.begin(paths, store, judge={"backend": "claude"}, reward={"mode": "judged"})
        task = run.tasks[0]
        for index in range(3):
            run.answer("round-1", task, index, f"{CODE} -- {index}")
        opinions = {f"round-1-{task.id}-0": {"score": 0.5, "verdicts": 2, "evidence": "names line 3"}}
        unscored = {task.id: {"unscored": {f"round-1-{task.id}-1": {"reason": "refusal", "detail": ""}}}}
        store.state("judged:round-1", {"judge": "somebody", "opinions": opinions, "tasks": unscored})
        words = shown(run, rounds=(1,), width=120)
    assert "judge on candidate 0: 0.50 (2 verdicts): names line 3" in words
    assert "judge on candidate 1: no verdict: refusal" in words
    assert "judge on candidate 2: not asked: it could no longer win" in words
    table = {line.split()[0]: line.split()[1] for line in words.splitlines() if line[:2] in (" 0", " 1", " 2")}
    assert table == {"0": "0.700", "1": "1/1", "2": "1/1"}, "who has no opinion has no reward"


def test_nothing_drives_the_terminal_in_a_pipe(run: WrittenRun) -> None:
    task = run.tasks[0]
    run.answer("round-1", task, 0, "print('\x1b[31mred\x1b]0;title\x07')\nreturn type", findings=[finding(1, 1, "\x1b[2J")])
    words = shown(run)
    assert "\x1b" not in words
    assert "\x07" not in words
    assert "\ufffd[31mred" in words
    assert visible("a\tb\r\nc\u202e") == "a\tb\nc\ufffd"


def test_a_line_is_one_line_in_a_pipe_and_folds_on_a_narrow_terminal() -> None:
    code = "local long = " + "1 + " * 60 + "1"
    (piece,) = pieces(code, "function", None)
    for terminal, widest in ((False, len(code) + 4), (True, 80)):
        stream = io.StringIO()
        print_piece(piece, Console(file=stream, width=80, force_terminal=terminal, no_color=True, _environ={}))
        lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()
        assert max(len(line.rstrip()) for line in lines) in range(widest - 3, widest + 1)
        assert (len(lines) == 1) is not terminal


def test_the_whole_of_a_terminal_fits_80_columns(run: WrittenRun) -> None:
    task = run.tasks[0]
    run.answer("round-1", task, 0, CODE)
    run.select("round-1", {task.id: 0}, {task.id: 1.0})
    rows = [line for line in shown(run, width=80).splitlines() if "candidate" not in line]
    assert max(map(len, rows)) <= 80
    assert any("quality" in row and "finish" in row for row in rows)


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_the_terminals_and_can_be_switched_off(environment: dict[str, str], coloured: bool) -> None:
    stream = io.StringIO()
    (piece,) = pieces("local a = 'text'", "function", None)
    print_piece(piece, Console(file=stream, force_terminal=True, color_system="standard", _environ=environment))
    assert ("\x1b[35mlocal" in stream.getvalue()) is coloured
    assert "local" in stream.getvalue()


def test_show_by_its_command(run: WrittenRun) -> None:
    task = run.tasks[0]
    run.answer("round-1", task, 0, CODE, findings=[finding(2, 7, "unused")])
    result = CliRunner().invoke(cli, ["show", NOUNS[0], "--name", "written", "--round", "1"])
    assert (result.exit_code, "\x1b" in result.stdout) == (0, False)
    assert (NOUNS[0] == task.id) == ("unused" in result.stdout)
