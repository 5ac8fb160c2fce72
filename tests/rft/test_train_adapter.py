"""Training through the real child: the same inputs give the same file, and a failure leaves none."""

from pathlib import Path
from typing import Any

import pytest

from checkpoints.adapter import WEIGHTS, verify
from rft.sections import TrainingConfig
from rft.training.adapter import TrainedAdapter, train_adapter
from rft.training.rows import TrainingRow
from rollouts.child import ChildFailed

CONFIGURATION = TrainingConfig(rank=4, learning_rate=2e-3, batch_size=2, epochs=2, warmup_steps=1)
ROWS = [TrainingRow(f"task {i}", "return " + "x" * i) for i in range(5)]
HELD_OUT = [TrainingRow("held out", "return y")]


@pytest.fixture
def reports() -> list[dict[str, Any]]:
    return []


def once(model: Path, target: Path, reports: list[dict[str, Any]], *, seed: int, config: TrainingConfig) -> TrainedAdapter:
    return train_adapter(
        model=model,
        system=None,
        rows=ROWS,
        held_out=HELD_OUT,
        config=config,
        seed=seed,
        target=target,
        log=target.with_name("log"),
        on_step=reports.append,
    )


def test_training_is_repeatable(tiny_model: Path, tmp_path: Path, reports: list[dict[str, Any]]) -> None:
    """On the CPU the same rows and seed give the same file, whatever a kill left there; another seed does not."""
    first = once(tiny_model, tmp_path / "first", reports, seed=0, config=CONFIGURATION)
    assert [(report["step"], report["steps"]) for report in reports] == [(step, 6) for step in range(1, 7)]
    assert (first.steps, first.rows, first.final_loss) == (6, 5, reports[-1]["loss"])
    assert min(first.change_norm, first.validation_loss) > 0

    for leftover in (".second.partial", "second"):
        (tmp_path / leftover).mkdir()
        (tmp_path / leftover / WEIGHTS).write_bytes(b"half")
    assert once(tiny_model, tmp_path / "second", reports, seed=0, config=CONFIGURATION) == first
    verify(tmp_path / "second", first.digest)

    assert once(tiny_model, tmp_path / "third", reports, seed=1, config=CONFIGURATION).digest != first.digest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "log", "second", "third"], "nothing half is left"


def test_a_failed_training_leaves_no_adapter(tiny_model: Path, tmp_path: Path, reports: list[dict[str, Any]]) -> None:
    short = CONFIGURATION.model_copy(update={"max_row_tokens": 16})
    with pytest.raises(ChildFailed, match="a training row has") as caught:
        once(tiny_model, tmp_path / "sft", reports, seed=0, config=short)
    assert "max_row_tokens" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert reports == []
