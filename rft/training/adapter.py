"""Training as the parent sees it: rows in, an installed adapter out."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checkpoints.adapter import install
from rft.sections import TrainingConfig
from rft.training.objectives.pairs import PairRow
from rft.training.rows import TrainingRow
from rollouts.child import stream_child


@dataclass(frozen=True, slots=True)
class TrainedAdapter:
    """What training left: the adapter's hash, its ||dW||, the optimizer steps, and the losses it ended at (nats per token):
    on its last tenth of steps, and on the held-out tasks' references, which are measured and never trained on.

    `best_step` is the step whose weights were installed; `resumed_at` the step that a killed training was carried on from.
    """

    digest: str
    change_norm: float
    steps: int
    final_loss: float
    validation_loss: float
    rows: int
    best_step: int | None = None
    resumed_at: int = 0

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
    pairs: Sequence[PairRow] = (),
    thinking: bool = False,
    save_seconds: float = 30.0,
    save_share: float = 0.02,
) -> TrainedAdapter:
    """Train from the base and move the adapter to `target` when it is whole.

    A kill on the way leaves nothing at `target`; the next call with the same arguments goes on from the state beside it, which is
    written every `save_seconds` at the earliest and costs at most `save_share` of the time. Whoever has put the adapter on record
    calls `forget_state`. Raises ChildDied, CheckpointError, or ChildFailed with TrainingError's words, also for a state of
    other rows or settings.
    """
    out, state = target.with_name(f".{target.name}.partial"), _state_of(target)
    shutil.rmtree(out, ignore_errors=True)
    request = {
        "model": str(model),
        "out": str(out),
        "state": str(state),
        "save": {"seconds": save_seconds, "share": save_share},
        "training": {
            "config": config.model_dump(mode="json"),
            "system": system,
            "rows": [asdict(row) for row in rows],
            "held_out": [asdict(row) for row in held_out],
            "pairs": [asdict(pair) for pair in pairs],
            "thinking": thinking,
            "seed": seed,
        },
    }
    trained: dict[str, Any] = {}
    for message in stream_child("rft.training.worker", request, log):
        if message["kind"] == "step":
            on_step(message)
        elif message["kind"] == "trained":
            trained = message
    digest = install(out, target)
    told = {key: trained[key] for key in ("change_norm", "validation_loss", "final_loss", "steps", "resumed_at", "best_step")}
    return TrainedAdapter(digest=digest, rows=len(rows), **told)


def forget_state(target: Path) -> None:
    """Remove what a killed training would have gone on from. Before the adapter is on record a kill would then repeat it all."""
    shutil.rmtree(_state_of(target), ignore_errors=True)


def _state_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.state")
