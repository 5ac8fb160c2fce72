"""Attention of many rows over keys that lie in parts: what all prompts share, each task's prompt, each row's own reply.

Every part is attended by itself and the parts are put together by their softmax's weights, which is exact (Milakov and
Gimelshein 2018, arXiv 1805.02867; for prompts that are shared: bifurcated attention, Athiwaratkun et al. 2024, arXiv 2403.08845).
The queries of all rows of a task meet their prompt in one matrix product, and no row holds a copy of it.

Suffixes: B rows, S slots, W rows of a tile, G key heads, R query heads of a key head, L keys, D and M sizes of a key, a value.
"""

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollouts.device import mx
from rollouts.exponentials import in_numpy, weigh
from rollouts.layout import Tiles
from rollouts.routing import route
from rollouts.text_attention import attend_text

if TYPE_CHECKING:
    from mlx.core import array as Array


@dataclass(frozen=True, slots=True)
class Part:
    """Keys [S, G, L, D], values [S, G, L, M], and what is added to the scores. `tiles` None: a slot for each row."""

    keys: "Array"
    values: "Array"
    bias: "Array | None"
    tiles: Tiles | None = None


def attend(queries: "Array", parts: Sequence[Part], scale: float) -> "Array":
    """Attention output [B, G * R, 1, M] of `queries` [B, G * R, 1, D] over all parts, computed in fp32 but for the products."""
    rows, heads, _, size = queries.shape
    groups = parts[0].keys.shape[1]
    query_B_G_R_D = (queries * scale).reshape(rows, groups, heads // groups, size)
    seen = [_attend_part(query_B_G_R_D, part) for part in parts]
    if len(seen) == 1:
        out, _, mass = seen[0]
        return (out / mass).reshape(rows, heads, 1, -1).astype(queries.dtype)
    peak = seen[0][1]
    for _, other, _ in seen[1:]:
        peak = mx.maximum(peak, other)
    weights = [mx.exp(own - peak) for _, own, _ in seen]
    mass = _sum(weight * part[2] for weight, part in zip(weights, seen, strict=True))
    out = _sum(weight * part[0] for weight, part in zip(weights, seen, strict=True))
    return (out / mass).reshape(rows, heads, 1, -1).astype(queries.dtype)


def _sum(arrays: "Iterable[Array]") -> "Array":
    return functools.reduce(operator.add, arrays)


def _attend_part(query_B_G_R_D: "Array", part: Part) -> "tuple[Array, Array, Array]":
    """Sums [B, G, R, M] of the values weighed by exp(score - peak), the peaks and the sums of weights, both [B, G, R, 1]."""
    query = query_B_G_R_D if part.tiles is None else _to_tiles(query_B_G_R_D, part.tiles)
    scores = (query @ part.keys.swapaxes(-1, -2)).astype(mx.float32)
    weights, peak, mass = weigh(scores, part.bias)
    found = ((weights.astype(part.values.dtype) @ part.values).astype(mx.float32), peak, mass)
    if part.tiles is None:
        return found
    repeats = query_B_G_R_D.shape[2]
    out, top, mass = (_from_tiles(array, part.tiles, repeats) for array in found)
    return out, top, mass


def _to_tiles(array_B_G_R_D: "Array", tiles: Tiles) -> "Array":
    """[B, G, R, D] to [S, G, W * R, D]."""
    _, groups, repeats, size = array_B_G_R_D.shape
    if tiles.rows is not None:
        array_B_G_R_D = array_B_G_R_D[tiles.rows]
    shaped = array_B_G_R_D.reshape(tiles.slots, tiles.width, groups, repeats, size)
    return shaped.swapaxes(1, 2).reshape(tiles.slots, groups, tiles.width * repeats, size)


def _from_tiles(array: "Array", tiles: Tiles, repeats: int) -> "Array":
    """[S, G, W * R, M] to [B, G, R, M]."""
    groups, size = array.shape[1], array.shape[-1]
    shaped = array.reshape(tiles.slots, groups, tiles.width, repeats, size).swapaxes(1, 2)
    rows = shaped.reshape(tiles.slots * tiles.width, groups, repeats, size)
    return rows if tiles.places is None else rows[tiles.places]


def route_attention() -> None:
    """Let the models of mlx-lm that are loaded ask a cache that has `attend` for their attention.

    mlx-lm sends attention elsewhere for quantised caches in the same way, by an attribute of the cache; its models take the
    function by name from mlx_lm.models.base, so the name is replaced in each of them. With other caches a prompt is attended
    here where that is faster, and else by mlx-lm's function.
    """
    route("scaled_dot_product_attention", _Router, _Router)


@dataclass(frozen=True, slots=True)
class _Router:
    """mlx-lm's function for attention, but for caches that attend themselves."""

    original: "Callable[..., Array]"

    def __call__(
        self, queries: "Array", keys: "Array", values: "Array", cache: Any, scale: float, mask: Any, sinks: Any = None
    ) -> "Array":
        if hasattr(cache, "attend"):
            attended: Array = cache.attend(queries, keys, values, scale, mask, sinks)
            return attended
        plain = sinks is None and (mask is None or isinstance(mask, str) or mask.ndim == 2)
        if plain and isinstance(keys, mx.array) and in_numpy(queries, keys, values):
            return attend_text(queries, keys, values, scale, mask)
        return self.original(queries, keys, values, cache=cache, scale=scale, mask=mask, sinks=sinks)
