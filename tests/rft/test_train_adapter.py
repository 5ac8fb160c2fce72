"""Training through the real child: the same inputs give the same file, and a failure leaves none."""

from pathlib import Path
from typing import Any

import pytest

from checkpoints.adapter import WEIGHTS, verify
from rft.sections import TrainingConfig
from rft.training.adapter import TrainedAdapter, train_adapter
from rft.training.rows import TrainingRow
from rft.training.worker import work
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


def asked(model: Path, out: Path, config: TrainingConfig, **changes: Any) -> dict[str, Any]:
    rows = [{"prompt": row.prompt, "completion": row.completion} for row in ROWS]
    training = {"config": config.model_dump(mode="json"), "system": None, "thinking": False, "rows": rows, "pairs": [], "seed": 0}
    return {
        "model": str(model), "out": str(out), "state": str(out.with_name("state")), "save": {"seconds": 30.0, "share": 0.02},
        "training": {**training, "held_out": rows[:1], **changes},
    }  # fmt: skip


def worked(request: dict[str, Any]) -> tuple[list[dict[str, Any]], bytes]:
    """The child's work in this process: its messages, and the adapter that it wrote."""
    messages: list[dict[str, Any]] = []
    work(request, messages.append)
    return messages, (Path(request["out"]) / WEIGHTS).read_bytes()


def test_what_is_told_of_a_step(tiny_model: Path, tmp_path: Path) -> None:
    config = CONFIGURATION.model_copy(update={"evaluate_every": 2})
    messages, _ = worked(asked(tiny_model, tmp_path / "out", config))
    *steps, trained = messages
    names = {
        "kind",
        "step",
        "steps",
        "loss",
        "tokens",
        "seconds",
        "rate",
        "learning_rate",
        "gradient_norm",
        "peak_gb",
        "resident_gb",
    }
    assert all(set(step) == names | {"validation_loss"} for step in steps)
    assert [step["validation_loss"] is not None for step in steps] == [False, True] * 3
    assert all(step["peak_gb"] > 0 and 0.02 < step["resident_gb"] < 100 for step in steps)
    assert trained["validation_loss"] == min(step["validation_loss"] or 1e9 for step in steps)
    assert trained["best_step"] in (2, 4, 6)


def test_the_objective_is_the_configurations(tiny_model: Path, tmp_path: Path) -> None:
    """Each objective trains another adapter from the same rows."""
    pairs = [{"prompt": "task 1", "chosen": "return x", "rejected": "return"}]
    rows = [{"prompt": row.prompt, "completion": row.completion, "weight": (-1.0) ** i} for i, row in enumerate(ROWS)]
    changes: dict[str, dict[str, Any]] = {
        "sft": {}, "weighted": {"objective": "weighted"},
        "dpo": {"objective": "dpo"}, "beta": {"objective": "dpo", "dpo_beta": 5.0},
    }  # fmt: skip
    adapters = set()
    for name, change in changes.items():
        config = CONFIGURATION.model_copy(update=change)
        told = pairs if config.objective == "dpo" else []
        adapters.add(worked(asked(tiny_model, tmp_path / name, config, rows=rows, pairs=told))[1])
    assert len(adapters) == len(changes)


def test_checkpointing_is_honoured(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where MLX takes the gradient itself; on the CPU backend it is taken by blocks with or without."""
    models: list[Any] = []
    monkeypatch.setattr("rft.training.worker.checkpoint_blocks", models.append)
    checkpointing = CONFIGURATION.model_copy(update={"checkpoint_gradients": True})
    by_blocks = worked(asked(tiny_model, tmp_path / "blocks", checkpointing))
    assert models == []
    monkeypatch.setattr("rft.training.worker.EXPONENTIALS_IN_NUMPY", False)
    worked(asked(tiny_model, tmp_path / "without", CONFIGURATION))
    assert models == []
    with_it = worked(asked(tiny_model, tmp_path / "with", checkpointing))
    assert len(models) == 1
    assert with_it[0][-1]["final_loss"] == pytest.approx(by_blocks[0][-1]["final_loss"], rel=1e-3)
