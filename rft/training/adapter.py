"""Training as the parent sees it: rows in, an installed adapter out."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checkpoints.adapter import install
from rft.sections import TrainingConfig
from rft.training.rows import TrainingRow
from rollouts.child import stream_child


@dataclass(frozen=True, slots=True)
class TrainedAdapter:
    """What training left: the adapter's hash, its ||dW||, the optimizer steps, and the losses it ended at (nats per token):
    on its last tenth of steps, and on the held-out tasks' references, which are measured and never trained on."""

    digest: str
    change_norm: float
    steps: int
    final_loss: float
    validation_loss: float
    rows: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def train_adapter(
    *,
    model: Path,
    system: str | None,
    rows: Sequence[TrainingRow],
    held_out: Sequence[TrainingRow],
    config: TrainingConfig,
    seed: int,
    target: Path,
    log: Path,
    on_step: Callable[[dict[str, Any]], None],
) -> TrainedAdapter:
    """Train from the base and move the adapter to `target` when it is whole.

    A kill on the way leaves nothing at `target`. Raises ChildDied, ChildFailed or CheckpointError.
    """
    out = target.with_name(f".{target.name}.partial")
    shutil.rmtree(out, ignore_errors=True)
    request = {
        "model": str(model),
        "system": system,
        "rows": [asdict(row) for row in rows],
        "held_out": [asdict(row) for row in held_out],
        "shape": {"rank": config.rank, "scale": config.scale, "dropout": config.dropout},
        "schedule": {
            "learning_rate": config.learning_rate,
            "epochs": config.epochs,
            "batch_size": config.batch_size,
            "warmup_steps": config.warmup_steps,
            "max_gradient_norm": config.max_gradient_norm,
            "steps": config.steps,
        },
        "max_row_tokens": config.max_row_tokens,
        "seed": seed,
        "out": str(out),
    }
    losses: list[float] = []
    trained: dict[str, Any] = {}
    for message in stream_child("rft.training.worker", request, log):
        if message["kind"] == "step":
            losses.append(message["loss"])
            on_step(message)
        elif message["kind"] == "trained":
            trained = message
    tail = losses[-max(1, len(losses) // 10) :]
    digest = install(out, target)
    final_loss = sum(tail) / len(tail)
    return TrainedAdapter(digest, trained["change_norm"], len(losses), final_loss, trained["validation_loss"], len(rows))
