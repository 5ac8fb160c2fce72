"""A batch of rows from any number of prompts that decode together, each prompt read once."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rollouts.attention import route_attention
from rollouts.device import mx
from rollouts.exponentials import fast_exponentials, route_gates
from rollouts.layout import Ints, Layout
from rollouts.lockstep import LockstepBatch
from rollouts.reading import new_cache, read
from rollouts.rows import GROWTH, NotShared, SharedKeys, batch_layer, leaves

if TYPE_CHECKING:
    from mlx.core import array as Array

PROBE = (0, 0, 0)
"""Tokens that a model is asked to see whether its prompts can be shared; what it says to them does not matter."""


WORTH_SHARING = 64
"""Tokens of a common beginning from which its keys are kept once for all slots: another part of attention costs more than the
few keys that each slot holds then. It is read once all the same."""


class Batch(Protocol):
    """Rows that take a step together."""

    mixes: bool
    """Whether rows may join while others are on their way."""

    @property
    def rows(self) -> int: ...
    def open(self, prompt: Sequence[int]) -> int:
        """Read a prompt but for its last token; returns the name of its place."""
        ...

    def seat(self, rows: Ints, slot: int) -> None:
        """Begin replies to the prompt of `slot` in these rows: ones that ended, or new ones after the last."""
        ...

    def close(self, slot: int) -> None:
        """Forget a prompt whose replies have all ended."""
        ...

    def keep(self, rows: Ints) -> None:
        """Row i is from now on what row `rows[i]` was; the others leave."""
        ...

    def step(self, tokens_B: Ints, longest: int) -> "Array":
        """Logits [B, V] after each row's token, evaluated. `longest`: tokens of the longest live reply so far."""
        ...


class SharedBatch:
    """The batch for models whose prompts can be shared: rows join and leave at every step."""

    mixes = True

    def __init__(self, model: Any, common: Sequence[int]) -> None:
        """`common`: tokens that all prompts begin with. Raises NotShared for a model whose caches or attention are others."""
        self._model = model
        self._beginning = new_cache(model)
        self._common = len(common)
        self._layout = Layout(len(common) if len(common) >= WORTH_SHARING else 0)
        self._layers = [batch_layer(layer, self._layout) for layer in self._beginning]
        self._leaves = list(leaves(self._layers))
        read(model, self._beginning, common)
        for mine, theirs in self._pairs(self._beginning):
            mine.share(theirs)

    @property
    def rows(self) -> int:
        return self._layout.rows

    def open(self, prompt: Sequence[int]) -> int:
        cache = copy.deepcopy(self._beginning)
        read(self._model, cache, prompt[self._common : -1])
        slot = self._layout.open(len(prompt) - 1)
        for mine, theirs in self._pairs(cache):
            mine.take(slot, theirs)
        return slot

    def seat(self, rows: Ints, slot: int) -> None:
        self._layout.seat(rows, slot)
        for layer in self._leaves:
            layer.seat(rows, slot)

    def close(self, slot: int) -> None:
        self._layout.close(slot)
        for layer in self._leaves:
            layer.drop(slot)

    def keep(self, rows: Ints) -> None:
        self._layout.keep(rows)
        for layer in self._leaves:
            layer.keep(rows)

    def step(self, tokens_B: Ints, longest: int) -> "Array":
        if longest >= self._layout.columns:
            self._grow(int(GROWTH * self._layout.columns))
        with fast_exponentials():
            logits: Array = self._model(mx.array(tokens_B.astype(np.int32))[:, None], cache=self._layers)[:, -1]
        self._layout.advance()
        mx.eval(logits, [layer.state() for layer in self._leaves if not isinstance(layer, SharedKeys)])
        return logits

    def seen_by_all(self) -> bool:
        """Whether every layer with keys was asked for its attention once a step, as the first step shows."""
        return all(layer.attended == 1 for layer in self._leaves if isinstance(layer, SharedKeys))

    def _grow(self, columns: int) -> None:
        for layer in self._leaves:
            layer.grow(columns)
        self._layout.grown(columns)

    def _pairs(self, cache: Sequence[Any]) -> "zip[tuple[Any, Any]]":
        return zip(self._leaves, leaves(cache), strict=True)


def open_batch(model: Any, common: Sequence[int]) -> Batch:
    """The batch that fits the model: shared where a try with a few tokens shows that its attention asks our caches."""
    route_attention()
    route_gates()
    return SharedBatch(model, common) if _shares(model) else LockstepBatch(model)


def _shares(model: Any) -> bool:
    try:
        batch = SharedBatch(model, ())
        batch.seat(np.arange(2), batch.open(PROBE))
        batch.step(np.zeros(2, np.int64), 0)
    except (NotShared, AttributeError):  # what a model asks of a cache that ours do not have
        return False
    return batch.seen_by_all()
