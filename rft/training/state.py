"""A training on its way, on disk: enough of it that a killed one goes on to the same weights.

One safetensors file a state, beside the adapter to be: the trained weights, the optimizer's moments, the best weights so far, and
as metadata the step, the losses and whose state it is. The random numbers and the order of the rows need no place in it: both are
functions of the seed and the step. A file is written aside, flushed, and renamed to a name that carries its hash; two stay.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rft.errors import TrainingError
from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array

KEPT = 2
ASIDE = "writing.safetensors"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class SaveRule:
    """When a state is worth its writing: after `seconds` at the earliest, as soon as it costs at most `share` of the time."""

    seconds: float = 30.0
    share: float = 0.02

    def due(self, since: float, cost: float) -> bool:
        """Whether, `since` seconds after the last one, a state that takes `cost` seconds to write is to be written."""
        return since >= self.seconds and cost <= self.share * since


@dataclass(slots=True)
class Progress:
    """What is known after `step` optimizer steps. `best_loss` is the lowest held-out loss, `misses` the measurements since it."""

    step: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    best_loss: float | None = None
    best_step: int = 0
    misses: int = 0


@dataclass(slots=True)
class Keeper:
    """Writes and finds the states of one training in `folder`. `identity` names its rows, settings and base model."""

    folder: Path
    identity: str
    rule: SaveRule
    clock: Callable[[], float] = time.monotonic
    _last: float = 0.0
    _cost: float = 0.0

    def __post_init__(self) -> None:
        self._last = self.clock()

    def save_if_due(self, progress: Progress, arrays: "Callable[[], dict[str, Array]]") -> None:
        if self.rule.due(self.clock() - self._last, self._cost):
            self.save(progress, arrays())

    def save(self, progress: Progress, arrays: "dict[str, Array]") -> None:
        """Write the state durably and drop all but the newest two."""
        started = self.clock()
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / ASIDE
        metadata = {"version": VERSION, "identity": self.identity, "progress": json.dumps(asdict(progress))}
        mx.save_safetensors(str(aside), arrays, metadata=metadata)
        _flush(aside)
        aside.rename(self.folder / f"{progress.step:08d}-{_digest(aside)}.safetensors")
        _flush(self.folder)
        for old in self._states()[KEPT:]:
            old.unlink()
        self._last = self.clock()
        self._cost = self._last - started

    def load(self) -> "tuple[Progress, dict[str, Array]] | None":
        """The newest whole state, or None. Raises TrainingError when it belongs to another training."""
        for path in self._states():
            if path.stem.rpartition("-")[2] != _digest(path):
                continue  # torn by a power cut or damaged since: the one before it is as good, only older
            loaded: Any = mx.load(str(path), return_metadata=True)
            arrays, metadata = loaded
            if (metadata["version"], metadata["identity"]) != (VERSION, self.identity):
                raise TrainingError(
                    f"{path} is the state of another training: other rows, settings, seed or base model.",
                    hint=f"Delete {self.folder} to begin this training anew, or go back to what it was begun with.",
                )
            return Progress(**json.loads(metadata["progress"])), arrays
        return None

    def _states(self) -> list[Path]:
        """Newest first."""
        return sorted((path for path in self.folder.glob("*.safetensors") if path.name != ASIDE), reverse=True)


def identity_of(request: dict[str, Any], model: Path) -> str:
    """What a state belongs to: all that the parent asked for, and the base model by its configuration and the sizes of its files.

    No path is part of it, so a run that was moved to another folder goes on.
    """
    weights = sorted((file.name, file.stat().st_size) for file in model.glob("*.safetensors"))
    told = json.dumps([request, weights, (model / "config.json").read_text()], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _flush(path: Path) -> None:
    """A plain flush is enough: what a drive's own cache may lose in a power cut, the hash shows, and it costs minutes of work."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
