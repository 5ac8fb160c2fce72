"""`rft diff`: known flips of two small stores, the gate's statistic, and what is not compared."""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from eval.statistics import sign_flip_p_value
from rft.cli import cli
from rft.comparing.comparison import Comparison, Side, compare
from rft.comparing.sides import Best
from rft.comparing.view import print_answers, print_comparison
from rft.errors import InputError
from rft.paired import difference
from rft.store import RunPaths, RunStore, open_for_writing
from tests.rft.world import HELD_OUT, write_workspace
from tests.rft.written_run import WrittenRun

APPLE, BUTTON, CANDLE, GARDEN = HELD_OUT[:4]


def side(label: str, passed: Mapping[str, int], k: int = 2, contents: Mapping[str, str] | None = None) -> Side:
    outcomes = tuple(
        TaskOutcome(task, "even" if i % 2 else "odd", tuple(SampleOutcome(int(n < count), 1, True, 1.0) for n in range(k)))
        for i, (task, count) in enumerate(sorted(passed.items()))
    )
    return Side(
        label, BenchmarkResult("benchmark", "hash", label, outcomes), {task: (contents or {}).get(task, "") for task in passed}
    )


def test_flips_counts_and_categories() -> None:
    found = compare(side("a", {"p": 0, "q": 2, "r": 1, "s": 2}), side("b", {"p": 1, "q": 0, "r": 2, "s": 2}), seed=0)
    assert [(task.task, task.passed_a, task.passed_b, task.delta, task.flip) for task in found.tasks] == [
        ("p", 0, 1, 0.5, "gained"), ("q", 2, 0, -1.0, "lost"), ("r", 1, 2, 0.5, ""), ("s", 2, 2, 0.0, ""),
    ]  # fmt: skip
    assert [(each.category, each.tasks, each.share_a, each.share_b, each.gained, each.lost) for each in found.categories] == [
        ("even", 2, 1.0, 0.5, 0, 1), ("odd", 2, 0.25, 0.75, 1, 0),
    ]  # fmt: skip


def test_the_statistic_is_the_gates() -> None:
    a, b = side("a", dict.fromkeys("pqrstu", 0)), side("b", {"p": 1, "q": 2, "r": 2, "s": 0, "t": 1, "u": 2})
    found = compare(a, b, seed=3)
    assert found.difference == difference(b.result, a.result, seed=3)
    assert found.p_value == sign_flip_p_value([0.5, 1, 1, 0, 0.5, 1], seed=3) == 1 / 32
    assert compare(b, a, seed=3).difference.mean == -found.difference.mean


def test_only_what_both_have_is_compared() -> None:
    a = side("a", {"p": 1, "q": 1, "mine": 1}, contents={"q": "old"})
    b = side("b", {"p": 2, "q": 1, "theirs": 1}, k=4, contents={"q": "new"})
    found = compare(a, b, seed=0)
    assert [task.task for task in found.tasks] == ["p"]
    assert (found.only_a, found.only_b, found.changed) == (("mine",), ("theirs",), ("q",))
    assert (found.k, found.k_a, found.k_b, found.tasks[0].passed_b) == (2, 2, 4, 2)
    words = printed(found)
    assert "Only A has mine." in words
    assert "Only B has theirs." in words
    assert "the question or the tests differ: q." in words
    assert "the first 2 of each are compared" in words
    with pytest.raises(InputError, match="no held-out task in common"):
        compare(side("a", {"x": 1}), side("b", {"y": 1}), seed=0)


def printed(found: Comparison) -> str:
    stream = io.StringIO()
    print_comparison(found, Console(file=stream, width=80))
    return stream.getvalue()


def test_it_is_plain_and_fits_80_columns() -> None:
    names = {f"a-task-with-quite-a-long-name-for-a-narrow-terminal-{i}": i % 3 for i in range(6)}
    words = printed(compare(side("a", dict.fromkeys(names, 1)), side("b", names), seed=0))
    assert max(map(len, words.splitlines())) <= 80
    assert "\x1b" not in words
    assert "lost" in words


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    monkeypatch.chdir(write_workspace(tmp_path))
    with open_for_writing(RunPaths(tmp_path, "old")) as opened:
        yield opened


@pytest.fixture
def old(store: RunStore) -> WrittenRun:
    """Measured: base passes nothing, sft two tasks, round-1 other two; sft was promoted."""
    run = WrittenRun.begin(RunPaths(Path.cwd(), "old"), store)
    run.measure("base", {})
    run.measure("sft", {APPLE: 1, BUTTON: 1})
    run.decide("sft", promote=True)
    run.measure("round-1", {BUTTON: 1, CANDLE: 1})
    run.decide("round-1", promote=False)
    return run


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments])


def test_two_stages_of_a_run(old: WrittenRun) -> None:
    assert old.paths.name == "old"
    found = json.loads(ask("old:sft", "old:round-1", "--json").stdout)
    assert (found["a"], found["b"], found["k"], len(found["tasks"])) == ("old:sft", "old:round-1", 1, len(HELD_OUT))
    assert {task["task"]: task["flip"] for task in found["tasks"] if task["flip"]} == {APPLE: "lost", CANDLE: "gained"}
    assert found["difference"]["mean"] == 0
    words = ask("old:sft", "old:round-1").stdout
    assert "1 tasks gained (A never passes, B does), 1 lost; 10 of 12 the same." in words


def test_two_runs_and_which_policy_a_run_stands_for(old: WrittenRun) -> None:
    with open_for_writing(RunPaths(old.paths.workspace, "new")) as opened:
        new = WrittenRun.begin(RunPaths(old.paths.workspace, "new"), opened, seed=5)
        new.measure("base", {})
        new.measure("sft", {APPLE: 1, GARDEN: 1})
        new.decide("sft", promote=False)
        words = ask("old", "new").stdout
        gone = json.loads(ask("old", "new", "--json").stdout)
    assert "old: sft, the last that was promoted" in words
    assert "new: sft, the last that was measured; none was promoted" in words
    assert "A and B have different seeds: 0 and 5." in words
    assert {task["task"]: task["flip"] for task in gone["tasks"] if task["flip"]} == {BUTTON: "lost", GARDEN: "gained"}


def test_a_task_that_changed_since_is_an_error_of_its_run(old: WrittenRun) -> None:
    file = old.paths.workspace / "held-out" / f"{APPLE}.toml"
    file.write_text(file.read_text().replace("Count the", "Tell the"))
    assert "inputs have changed" in str(ask("old:sft", "old:round-1").exception)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["old:sft", "old:round-9"], "has measured no stage 'round-9'", "base, sft, round-1"),
        (["old:sft", "nobody"], "there is no run 'nobody' here", "old"),
        (["old:sft", "old:base", "--task", "lamps"], "'lamps' is no held-out task that both have", APPLE),
    ],
)
def test_what_is_not_there(old: WrittenRun, arguments: list[str], message: str, hint: str) -> None:
    assert old.store.fact("measured:sft") is not None
    error = ask(*arguments).exception
    assert isinstance(error, InputError)
    assert message in str(error)
    assert hint in error.hint


def test_two_answers_as_one_difference(old: WrittenRun) -> None:
    assert old.config.benchmark.k == 1
    lines = ask("old:sft", "old:round-1", "--task", APPLE).stdout.splitlines()
    assert lines[0] == f"A old:sft: answer 0 to {APPLE} passes 1 of 1 cases"
    assert lines[1] == f"B old:round-1: answer 0 to {APPLE} passes 0 of 1 cases"
    assert lines[2:] == ["--- A old:sft", "+++ B old:round-1", "@@ -1 +1 @@", "-return type", "+return nil -- round-1"]
    found = json.loads(ask("old:sft", "old:round-1", "--task", APPLE, "--json").stdout)
    assert (found["flip"], found["a"]["code"], found["b"]["passed"]) == ("lost", "return type", 0)
    assert "The two answers are the same:" in ask("old:sft", "old:round-1", "--task", BUTTON).stdout


def test_the_difference_is_coloured_on_a_terminal_alone() -> None:
    one, other = Best(0, "a\x1b[2J", 0, 1, "function"), Best(0, "b", 1, 1, "function")
    for terminal in (True, False):
        stream = io.StringIO()
        console = Console(file=stream, force_terminal=terminal, color_system="standard" if terminal else None, _environ={})
        print_answers("task", ("x", one), ("y", other), console)
        assert ("\x1b[" in stream.getvalue()) is terminal
        assert "\x1b[2J" not in stream.getvalue()


def test_no_p_value_is_zero() -> None:
    tasks = [f"t{i}" for i in range(20)]
    found = compare(side("a", dict.fromkeys(tasks, 0)), side("b", dict.fromkeys(tasks, 2)), seed=0)
    assert 0 < found.p_value < 0.0001
    assert "that B is better: p < 0.0001." in printed(found)
    assert "that B is better: p = 0.5000." in printed(compare(side("a", {"p": 0}), side("b", {"p": 1}), seed=0))
