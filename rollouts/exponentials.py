"""Exponentials by numpy where that is faster: of softmax in attention, and of the gate in a feed-forward layer.

MLX's CPU backend computes them one at a time, numpy in vectors (rollouts.device says what each costs). An array is evaluated at
once and then read, or written, where it lies: that keeps memory, unless MLX follows the computation for a gradient and holds
every array that it met. So numpy steps in inside `fast_exponentials` alone, which a decode loop and a block's gradient open. On
a GPU, and for numbers that are not fp32, everything is left as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollouts.device import EXPONENTIALS_IN_NUMPY, mx, trees
from rollouts.kept import kept_result
from rollouts.routing import route

if TYPE_CHECKING:
    from mlx.core import array as Array

WORTH = 2**13
"""Numbers from which numpy takes over. An estimate between two measured ends: a step of 2 rows of SmolLM2, whose gates have
3,072 numbers, takes 168 ms with numpy and 134 without on a busy machine, one of 64 rows 208 with and 305 without."""
STRETCH = 2**16
"""Numbers that numpy works on at a time: several arrays of it fit in a core's cache."""
_wanted = ContextVar("_wanted", default=False)


@contextmanager
def fast_exponentials() -> Iterator[None]:
    """Inside, arrays may be evaluated where exponentials are taken."""
    token = _wanted.set(True)
    try:
        yield
    finally:
        _wanted.reset(token)


def in_numpy(*arrays: "Array") -> bool:
    """Whether numpy computes the exponentials of the first of these arrays."""
    if not (EXPONENTIALS_IN_NUMPY and _wanted.get()) or arrays[0].size < WORTH:
        return False
    return all(array.dtype == mx.float32 for array in arrays)


def weigh(scores: "Array", bias: "Array | None") -> "tuple[Array, Array, Array]":
    """exp(scores + bias - peak) over the last axis, the peaks and the sums, both with 1 in that axis. `scores` is used up, and
    numpy's way has no gradient."""
    if in_numpy(scores):
        return _weigh_in_place(scores, bias)
    if bias is not None:
        scores = scores + bias
    peak = scores.max(axis=-1, keepdims=True)
    weights = mx.exp(scores - peak)
    return weights, peak, weights.sum(axis=-1, keepdims=True)


def _weigh_in_place(scores: "Array", bias: "Array | None") -> "tuple[Array, Array, Array]":
    values = memory_of(scores)
    if bias is not None:
        values += memory_of(bias)
    peak = values.max(axis=-1, keepdims=True)
    values -= peak
    np.exp(values, out=values)
    return scores, mx.array(peak), mx.array(values.sum(axis=-1, keepdims=True))


def memory_of(array: "Array") -> NDArray[np.float32]:
    """What the array holds, where it lies. numpy waits for it to be evaluated."""
    return np.array(array, copy=False)


def unfollowed(tree: Any) -> Any:
    """The same numbers in arrays that MLX does not follow: one that it follows for a gradient keeps all that it was made of."""
    return trees.tree_map(lambda array: mx.array(memory_of(array)), tree)


def route_gates() -> None:
    """Let the models of mlx-lm that are loaded compute their gates here."""
    route("swiglu", _Gate, _Gate)


@dataclass(frozen=True, slots=True)
class _Gate:
    """mlx-lm's silu(gate) * x."""

    original: "Callable[[Array, Array], Array]"

    def __call__(self, gate: "Array", x: "Array") -> "Array":
        if not in_numpy(gate, x):
            return self.original(gate, x)
        custom: Any = _gated
        gated: Array = custom(gate, x)
        return gated


@mx.custom_function
def _gated(gate: "Array", x: "Array") -> "Array":
    return kept_result(lambda: [_open(gate, x)])[0]


def _open(gate: "Array", x: "Array") -> "Array":
    out = np.empty(gate.shape, np.float32)
    for gates, values, opened in _stretches([gate, x], [out]):
        _sigmoid(gates, opened)
        opened *= gates
        opened *= values
    return mx.array(out)


@_gated.vjp
def _gate_gradients(primals: Any, cotangent: "Array", _output: "Array") -> "tuple[Array, Array]":
    to_gate, to_x = (np.empty(cotangent.shape, np.float32) for _ in range(2))
    for gates, values, arriving, slope, opened in _stretches([*primals, cotangent], [to_gate, to_x]):
        share = _sigmoid(gates, np.empty_like(gates))
        np.multiply(share, gates, out=opened)
        # The slope of gate * share: share + gate * share * (1 - share).
        np.subtract(1, share, out=slope)
        slope *= opened
        slope += share
        slope *= values
        slope *= arriving
        opened *= arriving
    return mx.array(to_gate), mx.array(to_x)


def _stretches(given: "Sequence[Array]", made: Sequence[NDArray[np.float32]]) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """All arrays' numbers, some at a time: what numpy passes over more than once stays in the processor's cache."""
    mx.eval(*given)
    flat = [memory_of(array).reshape(-1) for array in given] + [array.reshape(-1) for array in made]
    for start in range(0, flat[0].size, STRETCH):
        yield tuple(array[start : start + STRETCH] for array in flat)


def _sigmoid(values: NDArray[np.float32], out: NDArray[np.float32]) -> NDArray[np.float32]:
    np.negative(values, out=out)
    with np.errstate(over="ignore"):  # far below zero exp is infinite, and its inverse zero
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)
