"""The queue of evaluations: when a task is scored, and how much waits in memory."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from eval.task import Task
from rft import scoring
from rft.scoring import Scoring, ScoringError, entries_of
from rft.store import RunStore
from rollouts.store import Candidate
from scorers import SCORERS, ScoreReport
from scorers.compiler import CompileResult
from scorers.execution import Evaluation, ExecutionReport, LuauPool, Status
from tests.rft.drawing_world import RIGHT, tasks_of

ONE, TWO = tasks_of("one", "two")
SCORED = Evaluation(CompileResult(ok=True), ExecutionReport(Status.PASSED, 1, 1), ScoreReport(True, dict.fromkeys(SCORERS, 1.0)))


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> dict[str, Future[Evaluation]]:
    """Evaluations that were asked for, by code; a test answers them."""
    asked: dict[str, Future[Evaluation]] = {}

    def submit(_pool: LuauPool, code: str, *_more: Any) -> Future[Evaluation]:
        asked[code] = Future()
        return asked[code]

    monkeypatch.setattr(LuauPool, "submit_evaluate", submit)
    return asked


@pytest.fixture
def queue(store: RunStore) -> Iterator[Scoring]:
    with Scoring(store) as opened:
        yield opened


def candidate(text: str, index: int = 0, task: Task = ONE) -> Candidate:
    return Candidate("round-1", task.id, index, f"{task.id}-{index}", text, 1, "stop")


def answer(future: Future[Evaluation]) -> None:
    future.set_result(SCORED)


def test_a_task_is_scored_when_its_last_answer_is(queue: Scoring, waiting: dict[str, Future[Evaluation]]) -> None:
    for index, text in enumerate((RIGHT, "return 1", RIGHT)):
        queue.submit(candidate(text, index), ONE)
    assert list(waiting) == [RIGHT, "return 1"], "each distinct answer once"
    assert queue.is_scored(TWO.id)
    answer(waiting[RIGHT])
    queue.collect()
    assert not queue.is_scored(ONE.id)
    answer(waiting["return 1"])
    queue.collect()
    assert queue.is_scored(ONE.id)
    queue.submit(candidate(RIGHT, 3), ONE)
    assert queue.is_scored(ONE.id)


def test_tasks_of_the_same_tests_share_a_score(queue: Scoring, waiting: dict[str, Future[Evaluation]]) -> None:
    same = ONE.model_copy(update={"id": "same"})
    queue.submit(candidate(RIGHT), ONE)
    queue.submit(candidate(RIGHT, 0, same), same)
    assert len(waiting) == 1
    assert not queue.is_scored("same")
    answer(waiting[RIGHT])
    queue.collect()
    assert queue.is_scored("same")


def test_what_waits_in_memory_is_bounded(
    queue: Scoring, waiting: dict[str, Future[Evaluation]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "MOST_RUNNING", 1)
    queue.submit(candidate("return 1"), ONE)
    assert queue.is_full
    answer(waiting["return 1"])
    queue.submit(candidate("return 2", 1), ONE)
    assert list(waiting) == ["return 1", "return 2"]
    answer(waiting["return 2"])
    queue.finish()
    assert not queue.is_full


def test_entries_are_read_task_by_task(store: RunStore, queue: Scoring, waiting: dict[str, Future[Evaluation]]) -> None:
    found = [candidate(RIGHT, 0), candidate("return 1", 1), candidate(RIGHT, 0, TWO)]
    for each in found:
        store.candidates.add(each)
    for each in found[:2]:
        queue.submit(each, ONE)
        answer(waiting[each.text])
    queue.finish()
    assert [(entry.candidate, entry.code, entry.facts.eligible) for entry in entries_of(store, "round-1", ONE)] == [
        (found[0], RIGHT, True),
        (found[1], "return 1", True),
    ]
    assert len(entries_of(store, "round-1", ONE, upto=1)) == 1
    with pytest.raises(ScoringError, match="candidate 0 of two in round-1"):
        entries_of(store, "round-1", TWO)
