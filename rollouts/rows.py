"""The caches of a decoding batch, one a layer, for the kinds that mlx-lm's models make.

`SharedKeys` stands for its KVCache and RotatingKVCache, `Recurrent` for its ArraysCache, and mlx-lm's own CacheList holds
several of them. Each takes in a prompt that was read with mlx-lm's cache (`take`), begins rows from it (`seat`) and leaves
rows behind (`keep`); a prompt's keys are never copied for a row. Other kinds raise NotShared: rollouts.lockstep decodes those.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rollouts.attention import Part, attend
from rollouts.device import mx
from rollouts.layout import Ints, Layout

if TYPE_CHECKING:
    from mlx.core import array as Array

GROWTH = 1.5
Pair = tuple[Any, Any]
"""Keys and values."""


class NotShared(Exception):
    """The model asks more of a cache than these can give."""


class SharedKeys:
    """Keys and values of one layer: those of prompts once for each slot, those of replies for each row."""

    def __init__(self, layout: Layout, window: int | None) -> None:
        """`window`: most keys that a token sees, itself included; None for all."""
        self._layout = layout
        self._window = window
        self._common: Pair | None = None
        self._slots: Pair | None = None
        self._taken: dict[int, Pair] = {}
        self._own: Pair | None = None
        self.attended = 0
        """Attentions that came here: a model that goes past `attend` would not see its prompt."""

    @property
    def offset(self) -> "Array":
        return self._layout.offsets()

    def make_mask(self, N: int, return_array: bool = False, window_size: int | None = None) -> None:
        """No mask: `attend` hides what a row must not see."""
        if N != 1 or return_array or window_size not in (None, self._window):
            raise NotShared("the model makes masks of its own")

    def update_and_fetch(self, keys: "Array", values: "Array") -> Pair:
        """Write this step's keys and values; returns the rows' own ones. `attend` adds the prompts'."""
        layout = self._layout
        self._own = _with_room(self._own, (keys, values), layout.rows, layout.columns)
        for held, new in zip(self._own, (keys, values), strict=True):
            held[: layout.rows, :, layout.column : layout.column + 1] = new
        own_keys, own_values = self._own
        return own_keys[: layout.rows, :, : layout.width], own_values[: layout.rows, :, : layout.width]

    def attend(
        self, queries: "Array", keys: "Array", values: "Array", scale: float, mask: object, sinks: object = None
    ) -> "Array":
        """What mlx-lm's models call for attention (attention.route_attention)."""
        if mask is not None or sinks is not None:
            raise NotShared("the model adds to the scores of its attention")
        self.attended += 1
        parts = [Part(keys, values, self._layout.own_bias(self._window)), *self._prompts(queries.shape[1] // keys.shape[1])]
        return attend(queries, parts, scale)

    def share(self, layer: Any) -> None:
        """Take in the beginning that all prompts share, where it stays in reach of all tokens."""
        if self._window is None and self._layout.common:
            keys, values = layer.keys_and_values()
            self._common = mx.contiguous(keys), mx.contiguous(values)

    def take(self, slot: int, layer: Any) -> None:
        """Take in a prompt as mlx-lm's cache holds it, from where `share` ends."""
        if layer.empty():
            return
        if self._window is None:
            keys, values = layer.keys_and_values()
            self._taken[slot] = keys[:, :, self._layout.common :], values[:, :, self._layout.common :]
        else:
            ordered = type(layer).merge([layer])  # the oldest first, no more than the window
            self._taken[slot] = ordered.keys, ordered.values

    def seat(self, rows: Ints, slot: int) -> None:
        """Nothing to do: a row finds its prompt by its slot."""

    def drop(self, slot: int) -> None:
        """Nothing to do: the next prompt in this slot is written over it."""

    def keep(self, rows: Ints) -> None:
        """Row i is from now on what row `rows[i]` was."""
        moved = np.flatnonzero(rows != np.arange(len(rows)))
        if self._own is not None and moved.size:
            targets, sources = mx.array(moved), mx.array(rows[moved])
            for held in self._own:
                held[targets] = held[sources]  # at once: written one by one, each would copy the whole array

    def grow(self, columns: int) -> None:
        """Room for longer replies: the columns in order of age, the oldest first, then the new ones."""
        if self._own is not None:
            column = self._layout.column
            keys, values = (_lengthened(mx.roll(held, -column, 2), columns) for held in self._own)
            self._own = keys, values

    def state(self) -> list[Any]:
        """What a step leaves to be computed besides the logits."""
        return []

    def _prompts(self, repeats: int) -> Iterator[Part]:
        layout = self._layout
        if self._common is not None:
            yield Part(*self._common, None, layout.one_tile())
        if longest := layout.longest(self._window):
            self._place()
            assert self._slots is not None
            keys, values = (held[: len(layout.read_S), :, :longest] for held in self._slots)
            yield Part(keys, values, layout.slot_bias(self._window, repeats), layout.tiles())

    def _place(self) -> None:
        """Write the prompts that were taken in since the last step into their slots."""
        if not self._taken:
            return
        longest, slots = self._layout.longest(self._window), len(self._layout.read_S)
        self._slots = _with_room(self._slots, next(iter(self._taken.values())), slots, longest)
        for slot, pair in self._taken.items():
            for held, new in zip(self._slots, pair, strict=True):
                held[slot, :, : new.shape[2]] = new[0]
        self._taken.clear()


class Recurrent:
    """States of one layer, an array a row each, in the manner of mlx-lm's ArraysCache."""

    lengths = None
    left_padding = None
    """Set where rows of one batch are padded; ours never are."""

    def __init__(self, states: int) -> None:
        self.cache: list[Any] = [None] * states
        self._taken: dict[int, list[Any]] = {}
        self._rows = 0

    def __getitem__(self, index: int) -> Any:
        return self.cache[index]

    def __setitem__(self, index: int, value: "Array") -> None:
        self.cache[index] = value

    def make_mask(self, _tokens: int) -> None:
        """No mask: no row is padded."""

    def advance(self, _tokens: int) -> None:
        """Nothing to do: it counts down padding."""

    def share(self, layer: Any) -> None:
        """Nothing to do: the state after a prompt holds its beginning."""

    def take(self, slot: int, layer: Any) -> None:
        """Keep the state after a prompt until its last row has begun."""
        self._taken[slot] = list(layer.cache)

    def drop(self, slot: int) -> None:
        self._taken.pop(slot, None)

    def seat(self, rows: Ints, slot: int) -> None:
        """Begin `rows` with the state after the prompt in `slot`."""
        total = max(self._rows, int(np.max(rows)) + 1)
        self.cache = [_seated(held, new, rows, total) for held, new in zip(self.cache, self._taken[slot], strict=True)]
        self._rows = total

    def keep(self, rows: Ints) -> None:
        """Row i is from now on what row `rows[i]` was."""
        self.cache = [None if held is None else held[mx.array(rows)] for held in self.cache]
        self._rows = len(rows)

    def grow(self, columns: int) -> None:
        """Nothing to do: a state does not grow with the reply."""

    def state(self) -> list[Any]:
        return [held for held in self.cache if held is not None]


def batch_layer(layer: Any, layout: Layout) -> Any:
    """The batch's counterpart of a layer's cache as the model makes it. Raises NotShared for a kind that has none."""
    from mlx_lm.models.cache import ArraysCache, CacheList, KVCache, RotatingKVCache

    kind = type(layer)
    if kind is KVCache:
        return SharedKeys(layout, None)
    if kind is RotatingKVCache and layer.keep == 0:
        return SharedKeys(layout, layer.max_size)
    if kind is ArraysCache:
        return Recurrent(len(layer.cache))
    if kind is CacheList:
        return CacheList(*(batch_layer(inner, layout) for inner in layer.caches))
    raise NotShared(f"a cache of the kind {kind.__name__}")


def leaves(layers: Sequence[Any]) -> Iterator[Any]:
    """The caches themselves, out of the lists that hold several for a layer."""
    for layer in layers:
        if hasattr(layer, "caches"):
            yield from leaves(layer.caches)
        else:
            yield layer


def _with_room(held: Pair | None, like: Pair, rows: int, length: int) -> Pair:
    """`held`, made larger where it has not this many rows (a batch's or slots) and this length."""
    keys, values = (_roomy(old, new, rows, length) for old, new in zip(held or (None, None), like, strict=True))
    return keys, values


def _roomy(held: Any, like: "Array", rows: int, length: int) -> "Array":
    heads, size = like.shape[1], like.shape[3]
    if held is None:
        return mx.zeros((rows, heads, length, size), like.dtype)
    have, long = held.shape[0], held.shape[2]
    if rows > have:
        held = mx.concatenate([held, mx.zeros((max(rows, int(GROWTH * have)) - have, heads, long, size), held.dtype)])
    return _lengthened(held, length) if length > long else held


def _lengthened(held: "Array", length: int) -> "Array":
    rows, heads, long, size = held.shape
    return mx.concatenate([held, mx.zeros((rows, heads, length - long, size), held.dtype)], axis=2)


def _seated(held: Any, state: Any, rows: Ints, total: int) -> Any:
    if held is None and state is None:
        return None  # the model begins with zeros
    like = held if held is not None else state
    have = 0 if held is None else held.shape[0]
    fresh = mx.zeros((total - have, *like.shape[1:]), like.dtype)
    held = fresh if have == 0 else mx.concatenate([held, fresh]) if total > have else held
    held[mx.array(rows)] = mx.zeros(like.shape[1:], like.dtype) if state is None else state[0]
    return held
