"""Decoding for every other kind of cache that a model may make: the rows of one prompt at a time, all at the same place.

The prompt is read once with the cache that the model makes; its arrays are then repeated for the rows. Whatever the cache
counts is the same for all of them, so nothing has to be known of its kind but that rows are the first axis of its arrays.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rollouts.device import mx, trees
from rollouts.exponentials import fast_exponentials
from rollouts.layout import Ints
from rollouts.reading import new_cache, read

if TYPE_CHECKING:
    from mlx.core import array as Array


class LockstepBatch:
    """Rows of one prompt: all begin together, and nobody joins before the last has ended."""

    mixes = False

    def __init__(self, model: Any) -> None:
        self._model = model
        self._cache: list[Any] = []
        self._read: list[Any] = []
        self.rows = 0

    def open(self, prompt: Sequence[int]) -> int:
        """Read a prompt but for its last token."""
        self._read = new_cache(self._model)
        read(self._model, self._read, prompt[:-1])
        return 0

    def seat(self, rows: Ints, slot: int) -> None:  # noqa: ARG002
        """Begin all rows at once."""
        assert self.rows == 0
        self.rows = len(rows)
        first = np.zeros(self.rows, np.int64)
        self._cache = self._picked(self._read, first)

    def close(self, slot: int) -> None:  # noqa: ARG002
        """Forget the prompt."""
        self._read = []

    def keep(self, rows: Ints) -> None:
        """Row i is from now on what row `rows[i]` was."""
        self.rows = len(rows)
        self._cache = self._picked(self._cache, rows) if self.rows else []

    def step(self, tokens_B: Ints, longest: int) -> "Array":  # noqa: ARG002
        """Logits [B, V] after each row's token."""
        with fast_exponentials():
            logits: Array = self._model(mx.array(tokens_B.astype(np.int32))[:, None], cache=self._cache)[:, -1]
        mx.eval(logits, [layer.state for layer in self._cache])
        return logits

    def _picked(self, cache: list[Any], rows: Ints) -> list[Any]:
        """A cache with these rows of another. It is made by the model, so that what is no array is as the model wants it."""
        index = mx.array(rows)
        picked = new_cache(self._model)
        for mine, theirs in zip(picked, cache, strict=True):
            mine.state = trees.tree_map(_rows_of(index), theirs.state)
        return picked


def _rows_of(index: "Array") -> Callable[[Any], Any]:
    return lambda value: value[index] if isinstance(value, mx.array) else value
