"""What a run knows of its adapters: from its store, or from the note that is left where all but the adapters was removed."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rft.errors import InputError, RftError
from rft.store import RunPaths, RunStore, open_for_reading

T = TypeVar("T")
KEPT_FILE = "kept.json"
"""In a run's folder: all that was removed but the adapters, and this is what was known of them."""


@dataclass(frozen=True, slots=True)
class AdapterRecord:
    """Facts of one adapter: what training left (`rft.training.adapter.TrainedAdapter`), the share of held-out cases that it
    passed, and the gate's decision (`eval.gate.Decision`); None of what is not known."""

    training: dict[str, Any] | None = None
    share: float | None = None
    decision: dict[str, Any] | None = None

    @property
    def verdict(self) -> str:
        """In a word what the gate said."""
        return "" if self.decision is None else "promoted" if self.decision["promote"] else "refused"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The base model's name, and the adapters by their stage."""

    base: str | None = None
    adapters: dict[str, AdapterRecord] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def record_of(paths: RunPaths) -> RunRecord:
    """What is known of the run's adapters. Raises RftError when neither store nor note can be read."""
    if paths.database.is_file() or not (paths.folder / KEPT_FILE).is_file():
        return reading(paths, lambda store: from_store(store, stages_in(paths)))
    return _from_note(paths.folder / KEPT_FILE)


def stages_in(paths: RunPaths) -> list[str]:
    """The stages whose adapter is in its place, SFT first, then the rounds in their order."""
    found = [path.name for path in paths.folder.glob("adapters/[!.]*") if path.is_dir()]
    return sorted(found, key=lambda name: (name.startswith("round-"), len(name), name))


def from_store(store: RunStore, stages: list[str]) -> RunRecord:
    """What the store says of these stages."""
    config = store.fact("config")
    adapters = {
        stage: AdapterRecord(
            store.fact(f"adapter:{stage}"),
            (store.fact(f"measured:{stage}") or {}).get("share"),
            store.fact(f"decision:{stage}"),
        )
        for stage in stages
    }
    return RunRecord(None if config is None else config["model"], adapters)


def reading(paths: RunPaths, look: Callable[[RunStore], T]) -> T:
    """What `look` finds in the run's store. Raises RftError, also for what SQLite itself gives up on."""
    try:
        with open_for_reading(paths) as store:
            return look(store)
    except sqlite3.DatabaseError as error:
        raise RftError(f"{paths.database} cannot be read: {error}.", hint="Look at the disk, and at the file's owner.") from error


def _from_note(note: Path) -> RunRecord:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        return RunRecord(told["base"], {stage: AdapterRecord(**known) for stage, known in told["adapters"].items()})
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{note} is damaged: {error}.", hint="Move it away; the adapters stay usable, and nothing is known of them."
        ) from error
