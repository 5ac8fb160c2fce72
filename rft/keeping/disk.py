"""How much disk a folder takes, and when it was last changed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MUTE = ("run.db", "lock")
"""A look at a run touches these: SQLite folds a killed writer's log in. Whatever changes them for good writes to others too."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes of all files, and the time (seconds since 1970) of the newest change; 0.0 of a folder without files."""

    bytes: int
    changed: float


def disk_use(folder: Path) -> DiskUse:
    """Of everything below the folder; links are not followed. What vanishes meanwhile is not counted."""
    total, told, any_change = 0, 0.0, 0.0
    for path in _files(folder):
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        total += found.st_size
        any_change = max(any_change, found.st_mtime)
        if not path.name.startswith(MUTE):
            told = max(told, found.st_mtime)
    return DiskUse(total, told or any_change)


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def in_words(count: int) -> str:
    """Bytes for a person: `12.3 MB`."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.95 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
