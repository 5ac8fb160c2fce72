"""The parts of a training step that MLX's CPU backend computes one number at a time, over arrays of numpy in their place.

On x86 MLX's `exp` takes 15 ns an element and numpy's, which uses the vector units, 0.7. A step holds an exponential for every
score of the attention, every hidden unit of the gated layers and every logit, so that they and not the matrix products bound it.
On any other device this module changes nothing. What is computed stays in buffers that are used again: fresh memory costs a
page fault every thousand numbers, which is dearer than the arithmetic. So it is for one thread.

What it costs is memory: numpy needs numbers, so MLX computes while gradients are being traced, and then keeps all of a step's
arrays until its end (rft.training_memory has the factor).

Suffixes: H heads, K heads of keys, G = H / K, L tokens, N tokens of a block of queries, M tokens up to its end, D width.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from rollouts.device import current_device, mx

if TYPE_CHECKING:
    from mlx.core import array as Array

BLOCK = 128
"""Queries at a time: the keys after a block are never multiplied, which saves up to half of the products and exponentials."""
MASKED = np.triu(np.full((BLOCK, BLOCK), -np.inf, dtype=np.float32), 1)
CHUNK = 2**16
"""Numbers at a time where each stands alone: several such pieces fit the cache."""
_buffers: dict[str, Any] = {}


@contextmanager
def vectorised(model: Any) -> Iterator[None]:
    """While it is open, mlx-lm's causal attention and gated layers go through numpy where the device is the CPU."""
    if current_device().name != "cpu":
        yield
        return
    from mlx_lm.models.activations import swiglu

    homes = {sys.modules[type(module).__module__] for _, module in model.named_modules()}
    replaced: list[tuple[Any, str, Any]] = [(mx.fast, "scaled_dot_product_attention", mx.fast.scaled_dot_product_attention)]
    replaced += [(home, "swiglu", swiglu) for home in homes if getattr(home, "swiglu", None) is swiglu]
    ours = {"scaled_dot_product_attention": attention_or(mx.fast.scaled_dot_product_attention), "swiglu": gated_or(swiglu)}
    try:
        for home, name, _ in replaced:
            setattr(home, name, ours[name])
        yield
    finally:
        for home, name, theirs in replaced:
            setattr(home, name, theirs)


def exponential(x: "Array") -> "Array":
    """exp(x), without a derivative: for functions that say their own."""
    if current_device().name != "cpu" or x.dtype != mx.float32:
        return mx.exp(x)
    return mx.array(np.exp(_view(x), out=_buffer("exponential", x.shape)))


def attention_or(theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Attention by blocks (Dao 2023, "FlashAttention-2") where it is causal, in fp32, over whole rows; else `theirs`."""

    def attention(q: "Array", k: "Array", v: "Array", *, scale: float, mask: Any = None, **options: Any) -> Any:
        whole_rows = q.shape[2] == k.shape[2] and q.dtype == k.dtype == v.dtype == mx.float32
        if not (isinstance(mask, str) and mask == "causal" and whole_rows) or any(
            option is not None for option in options.values()
        ):
            return theirs(q, k, v, scale=scale, mask=mask, **options)
        return _attention(scale)(q, k, v)[0]

    return attention


def gated_or(theirs: Callable[..., Any]) -> Callable[..., Any]:
    """silu(gate) * x in fp32; else `theirs`."""

    def gated(gate: "Array", x: "Array") -> Any:
        return _gated(gate, x) if gate.dtype == x.dtype == mx.float32 else theirs(gate, x)

    return gated


@mx.custom_function
def _gated(gate: "Array", x: "Array") -> "Array":
    out = _buffer("gated", gate.shape)
    for g, u, o in _pieces(_view(gate), _view(x), out):
        _one_and_exponential(g, o)
        np.divide(g, o, out=o)
        o *= u
    return mx.array(out)


@_gated.vjp
def _gated_back(primals: Any, cotangent: "Array", _output: Any) -> "tuple[Array, Array]":
    """d silu(g) = s + g s - g s s for s = sigmoid(g)."""
    gate, x = (_view(primal) for primal in primals)
    to_gate, to_x, third = _buffer("to gate", gate.shape), _buffer("to x", gate.shape), _buffer("third", (CHUNK,))
    for g, u, arrived, sigmoid, silu in _pieces(gate, x, _view(cotangent), to_gate, to_x):
        _one_and_exponential(g, sigmoid)
        np.reciprocal(sigmoid, out=sigmoid)
        np.multiply(g, sigmoid, out=silu)
        squared = np.multiply(silu, sigmoid, out=third[: g.size])
        sigmoid += silu
        sigmoid -= squared
        sigmoid *= u
        sigmoid *= arrived
        silu *= arrived
    return mx.array(to_gate), mx.array(to_x)


def _attention(scale: float) -> Any:
    """Gives the outputs and, for the way back, the logarithm of each query's normaliser."""

    @mx.custom_function
    def attend(q: "Array", k: "Array", v: "Array") -> "tuple[Array, Array]":
        out, normalisers = _buffer("out", (*q.shape[:3], v.shape[-1])), _buffer("normalisers", (*q.shape[:3], 1))
        inputs = [_view(x) for x in (q, k, v)]
        for row in range(q.shape[0]):
            _attend(*(x[row] for x in (*inputs, out, normalisers)), scale=scale)
        return mx.array(out), mx.array(normalisers)

    @attend.vjp
    def _back(primals: Any, cotangents: Any, outputs: Any) -> "tuple[Array, ...]":
        inputs = [_view(x) for x in (*primals, cotangents[0], *outputs)]
        slopes = [_buffer(f"slope {i}", primal.shape) for i, primal in enumerate(primals)]
        for row in range(slopes[0].shape[0]):
            _attend_back(*(x[row] for x in (*inputs, *slopes)), scale=scale)
        return tuple(mx.array(slope) for slope in slopes)

    return attend


def _attend(q: Any, k: Any, v: Any, out: Any, normalisers: Any, *, scale: float) -> None:
    """One row: writes out_H_L_D and normalisers_H_L_1."""
    blocks = _Blocks(q, k, scale)
    for start, end in blocks.spans:
        scores = blocks.scores(start, end)
        peaks = scores.max(axis=-1, keepdims=True)
        scores -= peaks
        np.exp(scores, out=scores)
        sums = scores.sum(axis=-1, keepdims=True)
        out[:, start:end] = blocks.ungrouped(scores @ v[:, :end] / sums)
        normalisers[:, start:end] = blocks.ungrouped(peaks + np.log(sums))


def _attend_back(
    q: Any, k: Any, v: Any, arrived: Any, out: Any, normalisers: Any, to_q: Any, to_k: Any, to_v: Any, *, scale: float
) -> None:
    """One row: writes the slopes of what arrived by queries, keys and values."""
    blocks, values_turned = _Blocks(q, k, scale), np.ascontiguousarray(v.swapaxes(-1, -2))
    means = (arrived * out).sum(axis=-1, keepdims=True)
    to_k[...] = to_v[...] = 0
    for start, end in blocks.spans:
        weights = blocks.scores(start, end)
        weights -= blocks.grouped(normalisers, start, end)
        np.exp(weights, out=weights)
        part = blocks.grouped(arrived, start, end)
        to_v[:, :end] += weights.swapaxes(-1, -2) @ part
        slopes = np.matmul(part, values_turned[..., :end], out=_buffer("slopes", weights.shape))
        slopes -= blocks.grouped(means, start, end)
        slopes *= weights
        to_q[:, start:end] = blocks.ungrouped(slopes @ k[:, :end]) * np.float32(scale)
        to_k[:, :end] += slopes.swapaxes(-1, -2) @ blocks.queries(start, end)


class _Blocks:
    """A row's queries by blocks, heads that share a key head one after another: arrays [K, G * N, ...]."""

    def __init__(self, q: Any, k: Any, scale: float) -> None:
        self.q, self.scale, self.groups = q, np.float32(scale), q.shape[0] // k.shape[0]
        self.keys_turned = np.ascontiguousarray(k.swapaxes(-1, -2))
        length = q.shape[1]
        self.spans = [(start, min(length, start + BLOCK)) for start in range(0, length, BLOCK)]

    def grouped(self, x: Any, start: int, end: int) -> Any:
        part = x[:, start:end]
        heads, tokens, width = part.shape
        return part.reshape(heads // self.groups, self.groups * tokens, width)

    def ungrouped(self, x: Any) -> Any:
        heads, tokens, width = x.shape
        return x.reshape(heads * self.groups, tokens // self.groups, width)

    def queries(self, start: int, end: int) -> Any:
        return self.grouped(self.q, start, end) * self.scale

    def scores(self, start: int, end: int) -> Any:
        """scores_K_GN_M, with minus infinity where a key comes after its query."""
        queries, tokens = self.queries(start, end), end - start
        scores = np.matmul(queries, self.keys_turned[..., :end], out=_buffer("scores", (*queries.shape[:2], end)))
        scores.reshape(len(scores), self.groups, tokens, end)[..., start:] += MASKED[:tokens, :tokens]
        return scores


def _one_and_exponential(x: Any, out: Any) -> None:
    """1 + exp(-x); where that overflows, what is divided by it is zero, as it should be."""
    np.negative(x, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1


def _pieces(*arrays: Any) -> "Iterator[tuple[Any, ...]]":
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, CHUNK):
        yield tuple(array[start : start + CHUNK] for array in flat)


def _buffer(name: str, shape: tuple[int, ...]) -> Any:
    """An array of that shape in memory that the next one of the name will use too."""
    size = int(np.prod(shape))
    if name not in _buffers or _buffers[name].size < size:
        _buffers[name] = np.empty(size, dtype=np.float32)
    return _buffers[name][:size].reshape(shape)


def _view(x: "Array") -> Any:
    """The array's numbers where they lie, for reading."""
    return np.array(x, copy=False)
