"""What the live view knows of a run: read off its store, off the machine and off the ledger, now and then."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from judges.budget import Limits, Spent
from judges.errors import LedgerError
from rft.progress import progress_of
from rft.sampling_stages import Inputs
from rft.store import RunPaths, RunStore, open_for_reading
from rft.view import View
from rft.view.facts import Policy, Spend, TaskShare
from rft.view.plan import stages_of
from rft.view.spend import spend_of
from rft.view.watching import LOOK_SECONDS, RunWatch
from tests.rft.live_world import Terminal
from tests.rft.world import HELD_OUT, a_config, write_workspace
from tests.rft.written_run import WrittenRun


@pytest.fixture
def written(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> WrittenRun:
    write_workspace(paths.workspace)
    monkeypatch.chdir(paths.workspace)
    return WrittenRun.begin(paths, store, rounds=2)


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def watch(written: WrittenRun, now: list[float]) -> Iterator[RunWatch]:
    inputs = Inputs(written.tasks, written.benchmark, (), Path("model"), "base")
    with RunWatch(written.paths, written.config, inputs, clock=lambda: now[-1]) as opened:
        yield opened


def later(now: list[float]) -> None:
    now.append(now[-1] + LOOK_SECONDS)


def test_policies_are_seen_with_their_intervals_and_verdicts(written: WrittenRun, watch: RunWatch, now: list[float]) -> None:
    assert watch.look([]).policies == []
    written.measure("base", {})
    later(now)
    assert watch.look([]).policies == [Policy("base", 0.0, 0.0, 0.0)]
    written.measure("sft", dict.fromkeys(HELD_OUT[:6], 1))
    later(now)
    (_, sft) = watch.look([]).policies
    assert (sft.share, sft.verdict) == (0.5, "")
    assert 0.1 < sft.low < 0.5 < sft.high < 0.9
    written.decide("sft", promote=True)
    later(now)
    seen = watch.look([])
    assert seen.policies[1] == replace(sft, verdict="promoted")
    assert seen.shares == [0.0, 0.5, None, None]


def test_the_tasks_of_the_stage_in_progress_are_seen(written: WrittenRun, watch: RunWatch, now: list[float]) -> None:
    good, mixed, bad, unscored = written.tasks
    written.answer("round-1", bad, 0, "return 1", passed=0)
    written.answer("round-1", good, 0, "return type")
    assert watch.look(["benchmark-base"]).best == []
    for index, passed in enumerate((1, 0)):
        written.answer("round-1", mixed, index, f"return {index}", passed=passed)
    written.answer("round-1", unscored, 0, "return 7", scored=False)
    later(now)
    seen = watch.look(["judging round-1", "round-1"])
    assert seen.best == [TaskShare(good.id, 1, 1), TaskShare(mixed.id, 1, 2)]
    assert seen.worst == [TaskShare(bad.id, 0, 1), TaskShare(mixed.id, 1, 2)]
    written.answer("round-1", unscored, 1, "return 7")
    later(now)
    assert TaskShare(unscored.id, 2, 2) in watch.look(["training round-1"]).best, "also those that were not scored before"
    later(now)
    assert watch.look(["round-2"]).best == []


def test_a_great_store_is_read_bit_by_bit(
    written: WrittenRun, watch: RunWatch, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rft.view.tally.MOST_READ", 3)
    for index in range(8):
        written.answer("round-1", written.tasks[0], index, "return type")
    counts = []
    for _ in range(4):
        counts.append(watch.look(["round-1"]).best[0].scored)
        later(now)
    assert counts == [3, 6, 8, 8]


def test_the_store_is_read_once_in_a_few_seconds(written: WrittenRun, watch: RunWatch, now: list[float]) -> None:
    written.measure("base", {})
    for index in range(4):
        written.answer("round-1", written.tasks[0], index, "return type")
    watch.look(["round-1"])
    statements: list[str] = []
    assert watch._store is not None
    watch._store.connection.set_trace_callback(statements.append)
    seconds = 60
    for _ in range(4 * seconds):
        now.append(now[-1] + 0.25)
        watch.look(["round-1"])
    # The next policy's measurement, and candidates that are new; neither is there.
    assert len(statements) == 2 * seconds / LOOK_SECONDS


def test_a_thread_of_the_view_looks_and_ends_with_it(
    written: WrittenRun, watch: RunWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rft.view.view.is_live", lambda _: True)
    written.measure("base", dict.fromkeys(HELD_OUT, 1))
    terminal, before = Terminal(80), threading.active_count()
    with View(terminal.console, written.paths.events, watch) as view:
        view.say("begun")
        shown, patience = view.stage("round-1", 4), time.monotonic() + 60
        while "100.0 %" not in terminal.file.getvalue():
            assert time.monotonic() < patience
            time.sleep(0.01)
        shown.close()
    assert terminal.show() == ["begun"]
    assert threading.active_count() == before


def test_what_cannot_be_read_is_said_and_stops_nothing(written: WrittenRun, watch: RunWatch, now: list[float]) -> None:
    written.measure("base", {})
    before = watch.look([])
    assert before.memory is not None
    assert before.memory > 10_000_000
    assert before.disk is not None
    written.store.connection.execute("ALTER TABLE facts RENAME TO gone")
    later(now)
    assert watch.look([]) == replace(before, trouble="no such table: facts")
    written.store.connection.execute("ALTER TABLE gone RENAME TO facts")
    later(now)
    assert watch.look([]).trouble == ""


def test_the_stages_are_those_of_the_run(written: WrittenRun, watch: RunWatch) -> None:
    with open_for_reading(written.paths) as store:
        assert watch.planned == [each.name for each in progress_of(store)]


def test_the_general_suite_and_the_examples_are_stages_too() -> None:
    config = a_config(rounds=1, benchmark={"few_shot": 2})
    assert stages_of(config, general=True) == [
        "benchmark-base", "general-base", "benchmark-few-shot", "training sft", "benchmark-sft", "general-sft", "round-1",
        "training round-1", "benchmark-round-1", "general-round-1",
    ]  # fmt: skip


class FakeLedger:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def spent(self, scope: str, run: str) -> Spent:
        self.asked.append((scope, run))
        if run == "broken":
            raise LedgerError("the ledger cannot be read.")
        return Spent(known_pico=43_000_000_000, reserved_pico=1_000_000_000)


class FakeJudge:
    def __init__(self, limits: Limits, run: str = "night") -> None:
        self.run, self.ledger = run, FakeLedger()
        self.settings = SimpleNamespace(limits=limits)


@pytest.mark.parametrize(
    ("limits", "scope", "limit"),
    [
        (Limits(run_usd=5.0, day_usd=20.0), "run", "$5.00 a run"),
        (Limits(day_usd=20.0), "day", "$20.00 a day"),
        (Limits(round_usd=0.5), "run", ""),
    ],
)
def test_the_spend_stands_beside_the_limit_that_it_counts_against(limits: Limits, scope: str, limit: str) -> None:
    judge: Any = FakeJudge(limits)
    assert spend_of(judge) == Spend("$0.044", limit)
    assert judge.ledger.asked == [(scope, "night")]


def test_a_ledger_that_cannot_be_read_stops_nothing(written: WrittenRun) -> None:
    judge: Any = FakeJudge(Limits(), "broken")
    inputs = Inputs(written.tasks, written.benchmark, (), Path("model"), "base")
    with RunWatch(written.paths, written.config, inputs, lambda: spend_of(judge)) as watch:
        assert watch.look([]).trouble == "the ledger cannot be read."


def test_a_process_that_may_not_be_asked_counts_nothing(watch: RunWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_process: psutil.Process) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "memory_info", denied)
    assert watch.look([]).memory == 0
