"""Attention of whole texts over themselves, as prompts are read and rows are trained: softmax by numpy, with its gradient.

A text is attended some queries at a time, and under a causal mask over no more keys than the last of them sees. The gradient
keeps the softmax of the way forward and needs no exponentials of its own (Dao et al. 2022, arXiv 2205.14135, section 3.1 and
appendix B, for the row sums of dP * P as those of dO * O).

Suffixes: B texts, G key heads, R query heads of a key head, L queries, K keys, D and M sizes of a key, a value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollouts.device import mx
from rollouts.exponentials import memory_of
from rollouts.kept import kept_result

if TYPE_CHECKING:
    from mlx.core import array as Array

LEAST, MOST = 32, 256
"""Queries attended at a time. Of a causal text of 1,024 tokens three eighths of the scores are never made so."""
TILE = 2**18
"""Scores that numpy works on at a time: 1 MB. The cache of a processor's core holds one or two of these."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Queries `start` to `end` over the first `known` keys. `bias` [L, N] is added to the scores of the last N of them."""

    start: int
    end: int
    known: int
    bias: NDArray[np.float32] | None


def attend_text(queries: "Array", keys: "Array", values: "Array", scale: float, mask: "Array | str | None") -> "Array":
    """Attention output [B, G * R, L, M] of queries [B, G * R, L, D] over keys [B, G, K, D]. `mask` is [L, K] or "causal"."""
    pieces = list(_pieces(queries.shape[2], keys.shape[2], mask))

    @mx.custom_function
    def attended(queries: "Array", keys: "Array", values: "Array") -> "list[Array]":
        return kept_result(lambda: _attend(queries, keys, values, pieces, scale))

    @attended.vjp
    def _back(primals: Any, cotangents: Any, outputs: Any) -> Any:
        return _gradients(primals, cotangents[0], outputs, pieces, scale)

    found: Any = attended(queries, keys, values)
    out: Array = found[0]
    return out


def _attend(queries: "Array", keys: "Array", values: "Array", pieces: Sequence[_Piece], scale: float) -> "list[Array]":
    """The output, and each piece's softmax."""
    shares = [_shares(queries[:, :, piece.start : piece.end] * scale, keys, piece) for piece in pieces]
    found = [_to_heads(share @ values[:, :, : piece.known], queries) for share, piece in zip(shares, pieces, strict=True)]
    return [mx.concatenate(found, axis=2), *shares]


def _pieces(length: int, known: int, mask: "Array | str | None") -> Iterator[_Piece]:
    causal = isinstance(mask, str)
    bias = None if mask is None or isinstance(mask, str) else _bias(mask)
    most = max(LEAST, min(MOST, TILE // known))
    for start in range(0, length, most):
        end = min(start + most, length)
        if causal:  # all but the last keys are seen by all of these queries
            later = np.triu(np.full((end - start, end - start), -np.inf, np.float32), 1)
            yield _Piece(start, end, known - length + end, later)
        else:
            yield _Piece(start, end, known, None if bias is None else bias[start:end])


def _bias(mask: "Array") -> NDArray[np.float32]:
    """Nothing where a query sees a key, minus infinity elsewhere."""
    told = np.array(mask)
    return np.where(told, np.float32(0), np.float32(-np.inf)) if told.dtype == np.bool_ else told.astype(np.float32)


def _shares(queries: "Array", keys: "Array", piece: _Piece) -> "Array":
    """Softmax [B, G, R * L, K] of the scores."""
    scores = _to_groups(queries, keys.shape[1]) @ keys[:, :, : piece.known].swapaxes(-1, -2)
    for (some,) in _tiles(piece, scores):
        if piece.bias is not None:
            some[..., piece.known - piece.bias.shape[1] :] += piece.bias
        some -= some.max(axis=-1, keepdims=True)
        np.exp(some, out=some)
        some /= some.sum(axis=-1, keepdims=True)
    return scores


def _tiles(piece: _Piece, *arrays: "Array") -> Iterator[tuple[NDArray[np.float32], ...]]:
    """A few heads' scores [N, L, K] of each array at a time, where they lie: what numpy passes over more than once stays in the
    processor's cache so."""
    mx.eval(*arrays)
    length = piece.end - piece.start
    whole = [memory_of(array).reshape(-1, length, array.shape[-1]) for array in arrays]
    heads = max(1, TILE // (length * piece.known))
    for start in range(0, len(whole[0]), heads):
        yield tuple(array[start : start + heads] for array in whole)


def _gradients(
    primals: "Sequence[Array]", cotangent: "Array", outputs: "Sequence[Array]", pieces: Sequence[_Piece], scale: float
) -> "tuple[Array, Array, Array]":
    queries, keys, values = primals
    groups = keys.shape[1]
    products = (cotangent * outputs[0]).sum(axis=-1, keepdims=True)
    query_parts: list[Array] = []
    key_gradient, value_gradient = np.zeros(keys.shape, np.float32), np.zeros(values.shape, np.float32)
    for piece, shares in zip(pieces, outputs[1:], strict=True):
        here = slice(piece.start, piece.end)
        arriving, sums, asked = (_to_groups(array[:, :, here], groups) for array in (cotangent, products, queries * scale))
        scores = arriving @ values[:, :, : piece.known].swapaxes(-1, -2)
        for by_score, share, summed in _tiles(piece, scores, shares, sums):
            by_score -= summed
            by_score *= share
        query_parts.append(_to_heads(scores @ keys[:, :, : piece.known], queries) * scale)
        to_keys, to_values = scores.swapaxes(-1, -2) @ asked, shares.swapaxes(-1, -2) @ arriving
        mx.eval(query_parts[-1], to_keys, to_values)
        key_gradient[:, :, : piece.known] += memory_of(to_keys)
        value_gradient[:, :, : piece.known] += memory_of(to_values)
    return mx.concatenate(query_parts, axis=2), mx.array(key_gradient), mx.array(value_gradient)


def _to_groups(array_B_H_L_D: "Array", groups: int) -> "Array":
    """[B, G * R, L, D] to [B, G, R * L, D]."""
    rows, size = array_B_H_L_D.shape[0], array_B_H_L_D.shape[-1]
    return array_B_H_L_D.reshape(rows, groups, -1, size)


def _to_heads(array: "Array", like: "Array") -> "Array":
    """[B, G, R * L, M] to [B, G * R, L, M]."""
    return array.reshape(array.shape[0], like.shape[1], -1, array.shape[-1])
