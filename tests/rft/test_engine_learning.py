"""What the engine hands to training: the pool, or what the objective makes of the round's candidates."""

from collections.abc import Sequence
from typing import Any

import pytest

from eval.task import Task
from rft.engine import Engine
from rft.selection import Scored
from rft.store import RunPaths, RunStore
from rft.training.adapter import TrainedAdapter
from rft.training.rows import TrainingRow
from tests.rft.drawing_world import HELD_OUT, engine_of, tasks_of
from tests.rft.world import a_config, scored

(TASK,) = tasks_of("one")
CANDIDATES = [scored("one", 0, 0.9, code="return 1"), scored("one", 1, 0.1, eligible=False, code="return 2")]
ROWS = (TrainingRow("ask", "answer"), TrainingRow(TASK.question(), "```luau\nreturn 1\n```"))


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What trainings were asked for."""
    calls: list[dict[str, Any]] = []

    def train(**asked: Any) -> TrainedAdapter:
        calls.append(asked)
        for step in (3, 4):
            asked["on_step"]({"kind": "step", "step": step, "steps": 4, "loss": 1.0, "tokens": 9, "rate": 5.0, "more": None})
        return TrainedAdapter("digest", change_norm=1.0, steps=4, final_loss=1.0, validation_loss=1.0, rows=2)

    monkeypatch.setattr("rft.engine.train_adapter", train)
    return calls


def engine_with(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch, objective: str) -> Engine:
    """An engine that has sampled the candidates in round 1."""
    engine = engine_of(paths, store, (TASK,))
    engine.config = a_config(training={"objective": objective}, sampling={"thinking": True})

    def sampled(_stage: str, _tasks: Sequence[Task], _adapter: str | None, _index: int) -> list[Scored]:
        return CANDIDATES

    monkeypatch.setattr("rft.sampling_stages.SamplingStages.round", lambda _self, *arguments: sampled(*arguments))
    engine.sample("round-1", (TASK,), None, 1)
    return engine


@pytest.mark.parametrize(("objective", "rows", "pairs"), [("sft", 2, 0), ("weighted", 3, 0), ("dpo", 1, 1)])
def test_a_rounds_candidates_are_learned_from_as_the_objective_says(
    paths: RunPaths,
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    handed: list[dict[str, Any]],
    objective: str,
    rows: int,
    pairs: int,
) -> None:
    engine = engine_with(paths, store, monkeypatch, objective)
    engine.train("sft", ROWS[:1])
    engine.train("round-1", ROWS)
    first, second = handed
    assert (first["rows"], first["pairs"]) == (ROWS[:1], ()), "SFT has no candidates"
    assert (len(second["rows"]), len(second["pairs"])) == (rows, pairs)
    assert second["thinking"] is True
    assert [row.prompt for row in second["held_out"]] == [HELD_OUT.question()]


def test_a_finished_adapter_is_not_trained_again(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch, handed: list[dict[str, Any]]
) -> None:
    engine = engine_of(paths, store, (TASK,))
    trained = engine.train("sft", ROWS)
    monkeypatch.setattr("rft.engine.verify", lambda *_: None)
    assert engine.train("sft", ROWS) == trained
    assert len(handed) == 1


def test_steps_are_written_whole(paths: RunPaths, store: RunStore, handed: list[dict[str, Any]]) -> None:
    engine_of(paths, store, (TASK,)).train("sft", ROWS)
    assert len(handed) == 1
    first = paths.metrics.read_text().splitlines()[0]
    assert first == '{"stage": "training-sft", "step": 3, "steps": 4, "loss": 1.0, "tokens": 9, "rate": 5.0, "more": null}'
