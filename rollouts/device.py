"""The one place that imports `mlx.core` and decides what depends on the device.

Every module that computes takes `mx` and `nn` from here, so that the BLAS is loaded before MLX wherever the
process starts. Only child processes import it: MLX may abort the process when memory runs out.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollouts.blas import load_blas

BLAS = load_blas()

if TYPE_CHECKING:
    import mlx.core as mx
else:
    mx = importlib.import_module("mlx.core")

# These carry no complete types.
nn: Any = importlib.import_module("mlx.nn")
optimizers: Any = importlib.import_module("mlx.optimizers")
trees: Any = importlib.import_module("mlx.utils")

__all__ = ["BLAS", "Device", "current_device", "mx", "nn", "optimizers", "prepare_weights", "trees"]


@dataclass(frozen=True, slots=True)
class Device:
    """What a run needs to know of the machine it computes on."""

    name: str
    keeps_quantised: bool
    decode_rows: int
    """Rows decoded at once. On two CPU cores a forward pass gives 210 tokens/s with 64 rows where 32 give 170."""


def current_device() -> Device:
    if mx.metal.is_available():
        return Device("metal", keeps_quantised=True, decode_rows=64)
    if mx.default_device() == mx.Device(mx.gpu):
        return Device("cuda", keeps_quantised=True, decode_rows=128)
    return Device("cpu", keeps_quantised=False, decode_rows=64)


def prepare_weights(model: Any) -> None:
    """Bring the weights into the form that is fast here.

    On the CPU backend 4-bit and half-precision products run at 7 GFLOP/s against 370 in fp32 (no BLAS takes them),
    so everything becomes fp32 once. On a GPU the quantisation stays.
    """
    if current_device().keeps_quantised:
        return
    dequantised = [(name, _dequantise(module)) for name, module in model.named_modules() if _is_quantised(module)]
    if dequantised:
        model.update_modules(trees.tree_unflatten(dequantised))
    model.set_dtype(mx.float32)
    mx.eval(model.parameters())


def _is_quantised(module: Any) -> bool:
    return isinstance(module, nn.QuantizedLinear | nn.QuantizedEmbedding)


def _dequantise(module: Any) -> Any:
    weight = mx.dequantize(
        module.weight, module.scales, module.biases, group_size=module.group_size, bits=module.bits, mode=module.mode
    )
    if isinstance(module, nn.QuantizedEmbedding):
        plain = nn.Embedding(1, 1)
    else:
        plain = nn.Linear(1, 1, bias="bias" in module)
        if "bias" in module:
            plain.bias = module.bias
    plain.weight = weight
    return plain
