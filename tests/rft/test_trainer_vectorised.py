"""Training arithmetic over numpy: the same numbers as MLX's own, forward and back, and gone again afterwards."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rft.training import vectorised as module
from rft.training.checkpointing import checkpoint_blocks
from rft.training.objective import sft_objective
from rft.training.vectorised import BLOCK, attention_or, exponential, gated_or, vectorised
from rollouts.device import current_device, mx, nn, trees
from rollouts.policy import load_policy
from tests.rft.small_training import encoded, trainer_of

pytestmark = pytest.mark.skipif(current_device().name != "cpu", reason="only the CPU backend's arithmetic is replaced")


def never(*_arguments: Any, **_options: Any) -> Any:
    raise AssertionError("MLX's own was called")


def gradients(function: Any, *inputs: Any) -> list[Any]:
    """Of a sum in which every output counts differently."""

    def total(*inputs: Any) -> Any:
        out = function(*inputs)
        return (out * mx.cos(mx.arange(out.size).reshape(out.shape))).sum()

    return [function(*inputs), *mx.grad(total, argnums=tuple(range(len(inputs))))(*inputs)]


def counted(calls: list[str], name: str, function: Any) -> Any:
    def call(*inputs: Any) -> Any:
        calls.append(name)
        return function(*inputs)

    return call


def assert_same(ours: list[Any], theirs: list[Any]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.array(one), np.array(other), atol=2e-5 * max(1.0, float(np.abs(np.array(other)).max())))


@pytest.mark.parametrize("length", [1, 7, BLOCK, BLOCK + 1, 2 * BLOCK + 37])
@pytest.mark.parametrize("heads", [(6, 2), (4, 4), (3, 1)])
def test_attention_is_the_same(length: int, heads: tuple[int, int]) -> None:
    mx.random.seed(length)
    q, k, v = (mx.random.normal((2, count, length, 16)) * 2 for count in (heads[0], heads[1], heads[1]))
    ours, theirs = attention_or(never), mx.fast.scaled_dot_product_attention
    assert_same(
        gradients(lambda *inputs: ours(*inputs, scale=0.3, mask="causal"), q, k, v),
        gradients(lambda *inputs: theirs(*inputs, scale=0.3, mask="causal"), q, k, v),
    )


def test_gated_layers_are_the_same() -> None:
    """Also where exp(-x) is too large a number."""
    mx.random.seed(0)
    gate, x = mx.random.normal((5, 33)) * 4, mx.random.normal((5, 33))
    gate[0, 0], gate[0, 1] = -200.0, 200.0
    assert_same(gradients(gated_or(never), gate, x), gradients(lambda g, x: nn.silu(g) * x, gate, x))


def test_the_exponential_is_the_same() -> None:
    x = mx.linspace(-80, 60, 10001)
    np.testing.assert_allclose(np.array(exponential(x)), np.exp(np.array(x, np.float64)), rtol=1e-6)
    assert exponential(x.astype(mx.float16)).dtype == mx.float16


@pytest.mark.parametrize(
    "options",
    [
        {"mask": None},
        {"mask": mx.zeros((9, 9))},
        {"mask": "causal", "sinks": mx.zeros(4)},
        {"mask": "causal", "dtype": mx.float16},
    ],
    ids=["all keys", "a mask", "sinks", "half precision"],
)
def test_what_is_not_plain_goes_to_mlx(options: dict[str, Any]) -> None:
    options = dict(options)
    dtype = options.pop("dtype", mx.float32)
    q = mx.random.normal((1, 4, 9, 8)).astype(dtype)
    called = []

    def theirs(*inputs: Any, **given: Any) -> Any:
        called.append(given)
        return inputs[0]

    attention_or(theirs)(q, q, q, scale=1.0, **options)
    assert called == [{"scale": 1.0, **options}]


@pytest.mark.parametrize("checkpointed", [False, True])
def test_a_models_gradient_is_the_same(tiny_model: Path, monkeypatch: pytest.MonkeyPatch, checkpointed: bool) -> None:
    """Through mlx-lm's llama, with dropout, and with MLX's own functions back in their places afterwards."""

    def gradient() -> dict[str, Any]:
        policy = load_policy(tiny_model)
        trainer_of(policy)
        policy.model.update(trees.tree_map(lambda weight: weight + 0.005, policy.model.trainable_parameters()))
        if checkpointed:
            checkpoint_blocks(policy.model)
        _, found = nn.value_and_grad(policy.model, sft_objective)(policy.model, encoded(policy))
        return {name: np.array(value) for name, value in trees.tree_flatten(found)}

    from mlx_lm.models import llama

    before = mx.fast.scaled_dot_product_attention, llama.swiglu
    theirs = gradient()
    calls: list[str] = []
    for name in ("_attention", "_gated"):
        ours = getattr(module, name)
        monkeypatch.setattr(module, name, counted(calls, name, ours))
    with vectorised(load_policy(tiny_model).model):
        found = gradient()
    assert set(calls) == {"_attention", "_gated"}
    assert (mx.fast.scaled_dot_product_attention, llama.swiglu) == before
    for name, value in theirs.items():
        np.testing.assert_allclose(found[name], value, atol=1e-4 * max(1.0, float(np.abs(value).max())))
