"""Where every row of a decoding batch stands: which prompt it continues, how far its reply is, and what it may look at.

One Layout serves all layers of a model. A row's own keys lie in columns that all rows write at the same place each step, one
after the other and round again (rotary positions are in the keys already, so their order does not matter); a row sees the
columns of its own age. Its prompt's keys lie once in a slot for all rows of a task. What a row must not see gets HIDDEN added
to its score.

Suffixes: B rows, S slots, W rows of the fullest slot (the tile's width), L keys, R repeats of a key head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array

HIDDEN = -1e30
"""Finite, so that a part in which a row sees nothing at all still gives numbers; they then weigh exp(-1e30) = 0."""
FEWEST_COLUMNS = 64

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tiles:
    """Rows sorted by slot: `rows` [S * W] picks them (0 where a slot has fewer), `places` [B] finds each again."""

    slots: int
    width: int
    rows: "Array | None"
    """None when the rows stand in this order already."""
    places: "Array | None"
    row_S_W: Ints


class Layout:
    """The batch's rows and slots, as numbers on the host and as the arrays that a step's attention needs."""

    def __init__(self, common: int) -> None:
        """`common`: tokens that all prompts begin with, kept once for all slots."""
        self.common = common
        self.slot_B: Ints = np.zeros(0, np.int64)
        self.replied_B: Ints = np.zeros(0, np.int64)
        """Tokens of each row in the columns, the one being decoded not counted."""
        self.read_S: Ints = np.zeros(0, np.int64)
        """Prompt tokens behind each slot, those in common included."""
        self.columns = FEWEST_COLUMNS
        self.column = 0
        """The one that this step writes."""
        self.width = 1
        """Columns that may hold a key of a live row, this step's included."""
        self._made: dict[object, Any] = {}

    @property
    def rows(self) -> int:
        """Rows of the batch."""
        return len(self.slot_B)

    def offsets(self) -> "Array":
        """Position of each row's token, int32 [B]."""
        made: Array = self._once("offsets", lambda: mx.array((self.read_S[self.slot_B] + self.replied_B).astype(np.int32)))
        return made

    def open(self, tokens: int) -> int:
        """A slot for a prompt of which `tokens` were read: the first free one."""
        slot = next((s for s in range(len(self.read_S)) if self.read_S[s] < 0), len(self.read_S))
        if slot == len(self.read_S):
            self.read_S = np.append(self.read_S, tokens)
        self.read_S[slot] = tokens
        self._made.clear()
        return slot

    def close(self, slot: int) -> None:
        """Free a slot. Rows that are left in it, ended ones, go on with slot 0 until they are taken out."""
        self.slot_B[self.slot_B == slot] = 0
        self.read_S[slot] = -1
        self._made.clear()

    def seat(self, rows: Ints, slot: int) -> None:
        """Begin replies to the prompt of `slot` in `rows`: ones that ended, or the next new ones."""
        more = max(0, int(np.max(rows)) + 1 - self.rows)
        self.slot_B = np.append(self.slot_B, np.zeros(more, np.int64))
        self.replied_B = np.append(self.replied_B, np.zeros(more, np.int64))
        self.slot_B[rows], self.replied_B[rows] = slot, 0
        self._made.clear()

    def keep(self, rows: Ints) -> None:
        """Row i is from now on what row `rows[i]` was."""
        self.slot_B, self.replied_B = self.slot_B[rows], self.replied_B[rows]
        self._made.clear()

    def advance(self) -> None:
        """After each step."""
        self.replied_B = self.replied_B + 1
        self.column = (self.column + 1) % self.columns
        self.width = min(self.columns, max(self.width, self.column + 1))
        self._made.clear()

    def grown(self, columns: int) -> None:
        """The columns are `columns` now, with the oldest first and this step's after the last that was there."""
        self.column, self.columns = self.columns, columns
        self.width = self.column + 1
        self._made.clear()

    def held(self, window: int | None) -> tuple[Ints, Ints]:
        """For each slot: the position of its first key, and how many it holds."""
        read = np.maximum(self.read_S, 0)
        if window is None:
            return np.full_like(read, self.common), np.maximum(read - self.common, 0)
        count = np.minimum(read, window)
        return read - count, count

    def longest(self, window: int | None) -> int:
        """Keys in the fullest slot."""
        return int(np.max(self.held(window)[1], initial=0))

    def tiles(self) -> Tiles:
        """The rows sorted by slot."""
        made: Tiles = self._once("tiles", self._tiles)
        return made

    def one_tile(self) -> Tiles:
        """All rows in one slot: what all prompts begin with."""
        return Tiles(1, self.rows, None, None, np.arange(self.rows)[None])

    def own_bias(self, window: int | None) -> "Array | None":
        """[B, 1, 1, columns in use] for the rows' own keys; None when all are seen."""

        def make() -> "Array | None":
            age_L = (self.column - np.arange(self.width)) % self.columns
            seen = age_L <= self.replied_B[:, None]
            return _bias((seen if window is None else seen & (age_L < window))[:, None, None])

        made: Array | None = self._once(("own", window), make)
        return made

    def slot_bias(self, window: int | None, repeats: int) -> "Array | None":
        """For the prompts' keys: [S, 1, 1, L], or [S, 1, W * R, L] where a window leaves parts of them behind."""

        def make() -> "Array | None":
            start_S, count_S = self.held(window)
            key_L = np.arange(self.longest(window))
            seen_S_L = key_L < count_S[:, None]
            if window is None:
                return _bias(seen_S_L[:, None, None])
            position_S_W = (self.read_S[self.slot_B] + self.replied_B)[self.tiles().row_S_W]
            age_S_W_L = position_S_W[..., None] - (start_S[:, None] + key_L)[:, None]
            seen_S_W_L = seen_S_L[:, None] & (age_S_W_L < window)
            return _bias(np.repeat(seen_S_W_L, repeats, axis=1)[:, None])

        made: Array | None = self._once(("slots", window, repeats), make)
        return made

    def _tiles(self) -> Tiles:
        order = np.argsort(self.slot_B, kind="stable")
        count_S = np.bincount(self.slot_B, minlength=len(self.read_S))
        slots, width = len(count_S), int(np.max(count_S, initial=1))
        rank = np.arange(self.rows) - np.repeat(np.cumsum(count_S) - count_S, count_S)
        place = self.slot_B[order] * width + rank
        row_S_W = np.zeros(slots * width, np.int64)
        row_S_W[place] = order
        place_B = np.empty(self.rows, np.int64)
        place_B[order] = place
        sorted_already = slots * width == self.rows and bool((row_S_W == np.arange(self.rows)).all())
        shaped = row_S_W.reshape(slots, width)
        if sorted_already:
            return Tiles(slots, width, None, None, shaped)
        return Tiles(slots, width, mx.array(row_S_W), mx.array(place_B), shaped)

    def _once(self, key: object, make: Callable[[], Any]) -> Any:
        """What all layers of a step share is made by the first that asks."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _bias(seen: NDArray[np.bool_]) -> "Array | None":
    return None if seen.all() else mx.array(np.where(seen, 0, HIDDEN).astype(np.float32))
