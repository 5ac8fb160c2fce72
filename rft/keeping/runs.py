"""The runs of a workspace: how far each came, what it takes on disk, who holds it."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.errors import RftError
from rft.keeping.disk import disk_use
from rft.keeping.records import KEPT_FILE, reading
from rft.store import RunPaths, RunStore, is_running

MARKS = ("run.db", "events.jsonl", "lock", "logs", "adapters", KEPT_FILE)
"""A folder with one of these is, or was, a run's."""
TRASH = "removed"
State = Literal["finished", "running", "stopped", "not begun", "unreadable", "adapters kept"]


@dataclass(frozen=True, slots=True)
class RunOnDisk:
    """One run. `stage` is the last one that something was finished of, `gate` the last decision; sizes are in bytes.

    `leftovers` are states and half-written adapters of trainings that did not end. `changed` is in seconds since 1970. `latest`:
    adapters/latest points into it. `trouble` says why nothing could be read.
    """

    name: str
    state: State
    bytes: int
    adapters: int
    leftovers: int
    changed: float
    latest: bool
    stage: str = ""
    rounds_done: int = 0
    rounds: int = 0
    gate: str = ""
    holder: str | None = None
    trouble: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def runs_of(workspace: Path) -> list[RunOnDisk]:
    """Every run of the workspace, the one that was changed last at the end."""
    return sorted((run_on_disk(paths) for paths in run_folders(workspace)), key=lambda run: run.changed)


def run_folders(workspace: Path) -> Iterator[RunPaths]:
    """The folders under runs/ that are, or were, a run's."""
    for folder in sorted(workspace.glob("runs/[!.]*")):
        if is_run(folder):
            yield RunPaths(workspace, folder.name)


def is_run(folder: Path) -> bool:
    """Whether the folder has anything of a run in it, and a name that a run can have."""
    if not folder.is_dir() or not any((folder / mark).exists() for mark in MARKS):
        return False
    try:
        RunPaths(folder.parent, folder.name)
    except RftError:
        return False
    return True


def trash_of(workspace: Path) -> list[Path]:
    """What removals that were killed have left."""
    return sorted(place for place in workspace.glob(f"runs/.*.{TRASH}") if place.is_dir() and not place.is_symlink())


def run_on_disk(paths: RunPaths) -> RunOnDisk:
    """Look at one run; a store that cannot be read is told as its trouble."""
    use = disk_use(paths.folder)
    places = [place for place in paths.folder.glob("adapters/*") if place.is_dir()]
    hidden = {place: disk_use(place).bytes for place in places}
    known = RunOnDisk(
        paths.name,
        "stopped",
        bytes=use.bytes,
        adapters=sum(size for place, size in hidden.items() if not place.name.startswith(".")),
        leftovers=sum(size for place, size in hidden.items() if place.name.startswith(".")),
        changed=use.changed,
        latest=points_into(paths),
    )
    if (paths.folder / KEPT_FILE).is_file() and not paths.database.is_file():
        return replace(known, state="adapters kept")
    # In this order: a run that ends between the two looks is finished, not stopped.
    holder = holder_of(paths)
    try:
        return replace(reading(paths, lambda store: _read(store, known)), **_held(holder))
    except RftError as error:
        trouble = " ".join(str(error).split())
        state: State = "running" if holder else "not begun" if _is_empty(paths) else "unreadable"
        return replace(known, state=state, holder=holder, trouble=None if state == "running" else trouble)


def points_into(paths: RunPaths) -> bool:
    """Whether adapters/latest points to an adapter of this run, there or not."""
    return paths.latest.is_symlink() and real(paths.folder) in real(paths.latest).parents


def real(place: Path) -> Path:
    """As `Path.resolve`, which raises at a link that leads to itself."""
    return Path(os.path.realpath(place))


def holder_of(paths: RunPaths) -> str | None:
    """Who writes the run now, as its lock says; None when nobody does."""
    if not is_running(paths):
        return None
    return (paths.folder / "lock").read_text(errors="replace").strip() or "another process"


def _held(holder: str | None) -> dict[str, Any]:
    return {} if holder is None else {"state": "running", "holder": holder}


def _is_empty(paths: RunPaths) -> bool:
    """Whether a run was tried here that never began: its inputs could not be used."""
    return not (paths.events.exists() or (paths.folder / "adapters").exists())


def _read(store: RunStore, known: RunOnDisk) -> RunOnDisk:
    config = store.fact("config")
    if config is None:
        return replace(known, state="not begun")
    rounds = int(config["rounds"])
    names = [BASE, FEW_SHOT, SFT, *(round_name(index) for index in range(1, rounds + 1))]
    decisions = {name: fact for name in names if (fact := store.fact(f"decision:{name}")) is not None}
    last = next(reversed(decisions), None)
    return replace(
        known,
        state="finished" if store.fact("finished") else "stopped",
        stage=_stage(store, names),
        rounds_done=sum(name not in (BASE, FEW_SHOT, SFT) for name in decisions),
        rounds=rounds,
        gate="" if last is None else f"{last} {'promoted' if decisions[last]['promote'] else 'refused'}",
    )


def _stage(store: RunStore, names: list[str]) -> str:
    """The last stage that something is on record of, and what."""
    counts = store.candidates.stages()
    for name in reversed(names):
        for fact, words in (("decision", "gated"), ("measured", "measured"), ("adapter", "trained"), ("selection", "selected")):
            if store.fact(f"{fact}:{name}") is not None:
                return f"{name} {words}"
        if counts.get(name):
            return f"{name} sampling"
        if counts.get(f"benchmark-{name}"):
            return f"{name} measuring"
    return "begun"
