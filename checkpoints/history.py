"""Which adapters `adapters/latest` pointed to before: a small file beside the link, for the way back.

The link is the fact and is swapped first; a kill before the record of it is healed by the next look, which finds the link
pointing to something that the history does not end with.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from checkpoints.durable import write_whole
from checkpoints.errors import CheckpointError

MOST = 100
"""Entries that are kept."""
How = Literal["promote", "rollback"]


@dataclass(frozen=True, slots=True)
class Promotion:
    """One move of the link. `adapter` is the folder as the link holds it, relative to the link's folder; `at` in UTC."""

    adapter: str
    at: str
    how: How


def history_file(link: Path) -> Path:
    """Where the history of this link lies."""
    return link.with_name(f"{link.name}.history.json")


def pointed_to(link: Path) -> str | None:
    """What the link holds, whether or not anything is there; None without a link."""
    return str(link.readlink()) if link.is_symlink() else None


def read_history(link: Path) -> list[Promotion]:
    """Every recorded move, oldest first. Raises CheckpointError when the file is not what was written."""
    file = history_file(link)
    if not file.is_file():
        return []
    try:
        moves = [Promotion(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
        _refuse_odd(moves)
    except (ValueError, TypeError, RecursionError) as error:
        raise CheckpointError(
            f"{file} is damaged: {error}.", hint="Move it away; the next promotion begins a new one, and knows no way back."
        ) from error
    return moves


def _refuse_odd(moves: Sequence[Promotion]) -> None:
    for move in moves:
        if not isinstance(move.adapter, str) or not move.adapter:
            raise TypeError(f"{move.adapter!r} is no folder of an adapter")


def standing(moves: Sequence[Promotion]) -> list[str]:
    """The adapters that a rollback would go through, the one in force last: a promotion puts one on top, a rollback takes off."""
    stack: list[str] = []
    for move in moves:
        if move.how == "rollback" and move.adapter in stack:
            while stack[-1] != move.adapter:
                stack.pop()
        elif stack[-1:] != [move.adapter]:
            stack.append(move.adapter)
    return stack


def healed(link: Path) -> list[Promotion]:
    """The history with the move that a kill, or a hand at the link, has left out."""
    moves, now = read_history(link), pointed_to(link)
    stack = standing(moves)
    if now is None or stack[-1:] == [now]:
        return moves
    return [*moves, _move(now, "rollback" if stack[-2:-1] == [now] else "promote")]


def record(link: Path, how: How) -> None:
    """Write down where the link points now, if the history does not end there already."""
    now, moves = pointed_to(link), read_history(link)
    if now is not None and standing(moves)[-1:] != [now]:
        _write(link, [*moves, _move(now, how)])


def record_unrecorded(link: Path) -> None:
    """Write down what the link points to before it is moved, where nobody did: made by a hand, or by an earlier version."""
    moves = healed(link)
    if moves != read_history(link):
        _write(link, moves)


def _move(adapter: str, how: How) -> Promotion:
    return Promotion(adapter, datetime.now(UTC).isoformat(timespec="seconds"), how)


def _write(link: Path, moves: Sequence[Promotion]) -> None:
    write_whole(history_file(link), json.dumps([asdict(move) for move in moves[-MOST:]], indent=1) + "\n")
