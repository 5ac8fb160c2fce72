"""LoRA's layers with their low-rank product folded into the base weight for the time of a pass.

y = x (W + s A B)' in place of x W' + s (x A) B: the product over the width of the layer is the same, the two that are added to
it, on the way forward and on the way back, are gone, and with them every array of the layer's width that they make. Only for
weights that are as wide as their gradient (not quantised), and where no dropout lies before A.
"""

from typing import TYPE_CHECKING, Any

from rollouts.device import mx, nn
from rollouts.exponentials import in_numpy
from rollouts.kept import kept_result

if TYPE_CHECKING:
    from mlx.core import array as Array


def fold_lora(block: Any) -> None:
    """Let the block's LoRA layers fold their product where nothing speaks against it."""
    from mlx_lm.tuner.lora import LoRALinear

    for _, module in block.named_modules():
        if type(module) is LoRALinear and type(module.linear) is nn.Linear:
            module.__class__ = _folding(LoRALinear)


def _folding(kind: type) -> type:
    def call(layer: Any, x: "Array") -> Any:
        drops = layer.training and getattr(layer.dropout, "_p_1", 1) < 1
        if drops or not in_numpy(x, layer.linear.weight):
            return kind.__call__(layer, x)
        return _product(layer.linear, layer.scale)(x, layer.lora_a, layer.lora_b)

    return type(kind.__name__, (kind,), {"__call__": call})


def _product(linear: Any, scale: float) -> Any:
    """The layer's product, and its gradients by x, A [in, rank] and B [rank, out]."""

    def weight(a: "Array", b: "Array") -> "Array":
        return mx.addmm(linear.weight, b.T, a.T, alpha=scale)

    @mx.custom_function
    def product(x: "Array", a: "Array", b: "Array") -> "Array":
        def compute() -> "list[Array]":
            y = x @ weight(a, b).T
            return [y + linear.bias if "bias" in linear else y]

        return kept_result(compute)[0]

    @product.vjp
    def _back(primals: Any, cotangent: "Array", _output: "Array") -> Any:
        x, a, b = primals
        flat, arriving = x.reshape(-1, x.shape[-1]), cotangent.reshape(-1, cotangent.shape[-1])
        to_x = cotangent @ weight(a, b)
        to_a = flat.T @ (scale * (arriving @ b.T))
        to_b = (scale * (flat @ a)).T @ arriving
        return to_x, to_a, to_b

    return product
