"""Attention with numpy's softmax says what mlx says, and so does its gradient."""

from typing import Any

import numpy as np
import pytest

from rollouts.device import mx
from rollouts.exponentials import _gated, fast_exponentials, in_numpy
from rollouts.text_attention import attend_text

HEADS, GROUPS, SIZE, SCALE = 6, 2, 8, 0.3


def numbers(*shape: int, seed: int) -> Any:
    return mx.array(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def window(length: int, known: int, width: int) -> Any:
    ages = np.arange(known - length, known)[:, None] - np.arange(known)
    return mx.array((ages >= 0) & (ages < width))


@pytest.mark.parametrize(("length", "known"), [(1, 1), (1, 9), (7, 7), (300, 300), (300, 700), (513, 513)])
@pytest.mark.parametrize("mask", [None, "causal", "window", "added"])
def test_it_is_mlx_attention_and_so_is_its_gradient(length: int, known: int, mask: str | None) -> None:
    told: Any = mask
    if mask in ("window", "added"):
        told = window(length, known, 64)
    if mask == "added":
        told = mx.where(told, numbers(length, known, seed=9), -1e9)
    given = [
        numbers(2, heads, tokens, SIZE, seed=i) for i, (heads, tokens) in enumerate([(HEADS, length)] + [(GROUPS, known)] * 2)
    ]
    signs = numbers(2, HEADS, length, SIZE, seed=7)

    def theirs(queries: Any, keys: Any, values: Any) -> Any:
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=SCALE, mask=told)

    def ours(queries: Any, keys: Any, values: Any) -> Any:
        return attend_text(queries, keys, values, SCALE, told)

    (expected,), their_gradients = mx.vjp(theirs, given, [signs])
    (found,), our_gradients = mx.vjp(ours, given, [signs])
    assert mx.allclose(found, expected, rtol=1e-4, atol=1e-5)
    for mine, other in zip(our_gradients, their_gradients, strict=True):
        assert mx.allclose(mine, other, rtol=1e-3, atol=1e-4)


def test_the_gate_is_mlx_gate_and_so_is_its_gradient() -> None:
    gate = mx.concatenate([numbers(3, 50, seed=1), mx.array([[-200.0, -90.0, 0.0, 90.0, 200.0]] * 3)], axis=1)
    x, signs = numbers(3, 55, seed=2), numbers(3, 55, seed=3)
    (expected,), their_gradients = mx.vjp(lambda gate, x: gate * mx.sigmoid(gate) * x, [gate, x], [signs])
    (found,), our_gradients = mx.vjp(_gated, [gate, x], [signs])
    assert mx.allclose(found, expected, rtol=1e-5, atol=1e-6)
    for mine, other in zip(our_gradients, their_gradients, strict=True):
        assert mx.allclose(mine, other, rtol=1e-4, atol=1e-5)


def test_half_precision_and_what_nobody_asked_for_stay_with_mlx() -> None:
    array, small = mx.zeros((128, 128)), mx.zeros((2, 2))
    assert not in_numpy(array)
    with fast_exponentials():
        assert not in_numpy(array.astype(mx.float16), array)
        assert in_numpy(array) == (not mx.metal.is_available())
        assert not in_numpy(small, array)
    assert not in_numpy(array)
