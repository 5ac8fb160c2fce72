"""Lines that fit: what matters least is left out first, a bar takes the room that is left. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

GAP = "  "
MOST_BAR, LEAST_BAR = 24, 6
SPARE = 2
FULL, EMPTY = "█", "░"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line. Pieces of the highest `rank` go first when the line is too long; those of rank 0 stay, and those below
    `SPARE` go only after the bar."""

    text: str
    rank: int = 0
    style: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar filled to `share` in [0, 1]."""

    share: float
    style: str

    def drawn(self, cells: int) -> Text:
        # Only what is whole is full: the last cell says that all is done.
        full = cells if self.share >= 1 else min(cells - 1, int(max(0.0, self.share) * cells))
        return Text(FULL * full, style=self.style).append(EMPTY * (cells - full), style="dim")


def fitted(pieces: Sequence[Piece], room: int, bar: Bar | None = None) -> Text:
    """The pieces in their order within `room` columns, the bar after the first of them."""
    least = len(GAP) + LEAST_BAR if bar else 0
    kept = _shortened(_shortened([piece for piece in pieces if piece.text], room - least, SPARE), room, 1)
    cells = min(MOST_BAR, room - _width(kept) - len(GAP)) if bar else 0
    parts = [Text(piece.text, style=piece.style) for piece in kept]
    if bar and cells >= LEAST_BAR:
        parts.insert(1, bar.drawn(cells))
    line = Text(GAP).join(parts)
    line.truncate(room, overflow="ellipsis")
    line.rstrip()  # terminals do not agree whether spaces at the end are wrapped when they become narrower
    return line


def _shortened(pieces: Sequence[Piece], room: int, rank: int) -> list[Piece]:
    """Without as many of this rank and above as it takes to fit."""
    kept = list(pieces)
    while _width(kept) > room and any(piece.rank >= rank for piece in kept):
        kept.remove(max(kept, key=lambda piece: piece.rank))
    return kept


def _width(pieces: Sequence[Piece]) -> int:
    return sum(Text(piece.text).cell_len for piece in pieces) + len(GAP) * (len(pieces) - 1)
