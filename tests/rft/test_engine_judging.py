"""The judging of a round beside its sampling: when the judge is asked, when not, and what a pause leaves."""

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from judges import JudgePaused
from judges.calls import CallFailed, PreparedCall, Provider
from judges.ledger import Ledger
from judges.local import LocalProvider
from judges.outcome import JudgingSettings
from rft.entry import Entry
from rft.judging.opinions import JudgedRound
from rft.judging.rounds import LoopJudge
from rft.sections import RewardConfig
from rft.view import View
from rollouts.store import Candidate
from tests.judges.scripted import OFF, Scripted
from tests.rft.world import a_task, some_facts

SETTINGS: JudgingSettings = replace(OFF, concurrency=2)
PATIENCE = 60.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


@pytest.fixture
def view(tmp_path: Path) -> View:
    return View(Console(file=io.StringIO(), width=200), tmp_path / "events.jsonl")


def judge_of(ledger: Ledger, make: Callable[[], Provider], **more: Any) -> LoopJudge:
    return LoopJudge("scripted", "run", ledger, SETTINGS, RewardConfig(mode="judged"), make, **more)


def entries(task: str, count: int = 3) -> list[Entry]:
    """Candidates that differ in their static scores, so that one question may decide."""
    return [
        Entry(
            Candidate("round-1", task, i, f"{task}-{i}", f"return {i}", 1, "stop"),
            a_task(task),
            f"return {i}",
            some_facts(passed=3 if i else 2, scores=(1.0, 1.0, 1.0, 0.5 + i / 10)),
        )
        for i in range(count)
    ]


def judged(judge: LoopJudge, view: View, *tasks: str) -> JudgedRound:
    with judge.begin("round-1", len(tasks), view) as judging:
        for task in tasks:
            judging.add(entries(task))
        return judging.finish()


def test_it_is_asked_as_soon_as_a_task_is_drawn(ledger: Ledger, view: View) -> None:
    asked = threading.Event()

    async def noted(_prepared: PreparedCall) -> None:
        asked.set()

    with judge_of(ledger, lambda: Scripted(on_call=noted)).begin("round-1", 2, view) as judging:
        judging.add(entries("first"))
        assert asked.wait(PATIENCE), "before the second task is there"
        judging.add([])
        judging.add(entries("second"))
        found = judging.finish()
    assert set(found.tasks) == {"first", "second"}
    assert found.tasks["first"]["kinds"]["ineligible"] == 1
    assert [told["key"] for told in found.tasks["second"]["candidates"]] == ["second-0", "second-1", "second-2"]
    assert found.tasks["second"]["winner"] in (None, 1, 2)
    assert set(found.opinions) <= {f"{task}-{i}" for task in ("first", "second") for i in (1, 2)}


def test_the_order_of_tasks_changes_nothing(ledger: Ledger, view: View, tmp_path: Path) -> None:
    names = ("one", "two", "three")
    with Ledger(tmp_path / "other.db") as other:
        backwards = judged(judge_of(other, Scripted), view, *reversed(names))
    found = judged(judge_of(ledger, Scripted), view, *names)
    assert found.opinions == backwards.opinions
    assert found.tasks == backwards.tasks


def test_a_judge_on_this_device_waits_for_the_samplings_end(ledger: Ledger, view: View) -> None:
    asked: list[Mapping[str, Any]] = []

    def ask(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return {"readings": [{"expected": 3.0, "shares": [0, 0, 0, 1, 0], "mass": 1.0}] * 3, "read": 10, "reused": 0}

    judge = judge_of(ledger, lambda: LocalProvider("tiny", "0" * 32, ask))
    assert not judge.asks_beside_sampling
    with judge.begin("round-1", 1, view) as judging:
        judging.add(entries("first"))
        assert asked == []
        found = judging.finish()
    assert asked
    assert set(found.opinions) <= {"first-1", "first-2"}


@pytest.mark.parametrize("more", [{"in_batches": True}, {"recorded": True}, {}])
def test_who_is_asked_beside_the_sampling(ledger: Ledger, more: dict[str, bool]) -> None:
    assert judge_of(ledger, Scripted, **more).asks_beside_sampling == ("in_batches" not in more)


def test_a_pause_is_told_at_once_and_raised_at_the_end(ledger: Ledger, view: View, tmp_path: Path) -> None:
    async def refused(_prepared: PreparedCall) -> None:
        raise CallFailed("auth", "no such key")

    provider = Scripted(on_call=refused)
    with judge_of(ledger, lambda: provider).begin("round-1", 9, view) as judging:
        judging.add(entries("first"))
        deadline, number = time.monotonic() + PATIENCE, 0
        while not said(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
            number += 1
            judging.add(entries(f"later-{number}"))
        judging.add(entries("last"))
        assert len(said(tmp_path)) == 1
        with pytest.raises(JudgePaused):
            judging.finish()
    assert "last" not in provider.tasks_asked()
    provider.on_call = Scripted().on_call
    found = judged(judge_of(ledger, lambda: provider), view, "first", "later-0")
    assert set(found.tasks) == {"first", "later-0"}, "the same again carries on"


def said(folder: Path) -> list[str]:
    """Lines that tell of the pause."""
    file = folder / "events.jsonl"
    lines = file.read_text().splitlines() if file.is_file() else []
    return [line for line in lines if "The candidates are drawn to their end." in line]
