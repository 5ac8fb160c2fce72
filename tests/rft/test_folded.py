"""A LoRA layer that folds its product gives what mlx-lm's own layer gives, and its gradients."""

from typing import Any

import pytest

from rft.training.folded import fold_lora
from rollouts import exponentials
from rollouts.device import mx, nn
from rollouts.exponentials import fast_exponentials

IN, OUT, RANK = 12, 20, 4


@pytest.fixture(autouse=True)
def small_arrays_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exponentials, "WORTH", 0)


class Block(nn.Module):  # type: ignore[misc]  # mlx.nn carries no types
    def __init__(self, *, bias: bool, dropout: float, quantised: bool = False) -> None:
        from mlx_lm.tuner.lora import LoRALinear

        super().__init__()
        base = nn.Linear(64 if quantised else IN, OUT, bias=bias)
        self.layer = LoRALinear.from_base(base.to_quantized() if quantised else base, r=RANK, scale=3.0, dropout=dropout)
        self.layer.lora_b = mx.random.normal(self.layer.lora_b.shape)


def outcomes(layer: Any, x: Any, signs: Any) -> list[Any]:
    def of(x: Any, a: Any, b: Any) -> Any:
        layer.update({"lora_a": a, "lora_b": b})
        return layer(x)

    given = [x, layer.lora_a, layer.lora_b]
    with fast_exponentials():
        values, gradients = mx.vjp(of, given, [signs])
    layer.update({"lora_a": given[1], "lora_b": given[2]})
    return [*values, *gradients]


@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_layer_and_so_are_its_gradients(bias: bool) -> None:
    mx.random.seed(3)
    block = Block(bias=bias, dropout=0.0)
    x, signs = mx.random.normal((2, 5, IN)), mx.random.normal((2, 5, OUT))
    expected = outcomes(block.layer, x, signs)
    plain = type(block.layer)
    fold_lora(block)
    assert type(block.layer) is not plain
    for found, value in zip(outcomes(block.layer, x, signs), expected, strict=True):
        assert mx.allclose(found, value, rtol=1e-4, atol=1e-4)


def test_dropout_lies_before_the_product_and_is_not_folded() -> None:
    block = Block(bias=False, dropout=0.5)
    fold_lora(block)
    x, signs = mx.ones((2, 5, IN)), mx.ones((2, 5, OUT))
    block.train()
    assert not mx.allclose(outcomes(block.layer, x, signs)[0], outcomes(block.layer, x, signs)[0])
    block.eval()
    assert mx.allclose(outcomes(block.layer, x, signs)[0], outcomes(block.layer, x, signs)[0])


def test_a_quantised_base_is_left_alone() -> None:
    block = Block(bias=False, dropout=0.0, quantised=True)
    plain = type(block.layer)
    fold_lora(block)
    assert type(block.layer) is plain
