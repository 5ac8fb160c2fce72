"""The one place that imports `mlx.core` and decides what depends on the device.

Every module that computes takes `mx` and `nn` from here, so that the BLAS is loaded before MLX wherever the
process starts. Only child processes import it: MLX may abort the process when memory runs out.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollouts.blas import load_blas
from rollouts.machine import memory_at_hand

BLAS = load_blas()

if TYPE_CHECKING:
    import mlx.core as mx
else:
    mx = importlib.import_module("mlx.core")

# These carry no complete types.
nn: Any = importlib.import_module("mlx.nn")
optimizers: Any = importlib.import_module("mlx.optimizers")
trees: Any = importlib.import_module("mlx.utils")

__all__ = [
    "BLAS",
    "Device",
    "current_device",
    "device_memory",
    "limit_memory",
    "mx",
    "nn",
    "optimizers",
    "prepare_weights",
    "trees",
]

WIRED_SHARE = 0.9
"""Of the recommended working set that may be wired. mlx-lm wires all of it, and its users lose the machine that way (mlx-lm
issues 828, 883): at 90 % a run that had crashed it was stable."""
CACHE_BYTES = 512 * 2**20
"""Freed buffers kept for reuse on a GPU. Without a limit they grow to the working set and count against Metal's number of
buffers; at zero memory "never climbs" and nothing is slower (mlx-lm issue 828). This much holds what one decode step reuses."""
METAL_TOKENS = 250_000
"""Servers on mlx-lm die of Metal's number of buffers after a nearly constant 319,000 to 415,000 generated tokens of one process
(omlx issue 2535; mlx-lm issues 831, 1505, 1641): a new process begins before that."""


EXPONENTIALS_IN_NUMPY = not mx.metal.is_available() and mx.default_device() == mx.Device(mx.cpu)
"""MLX's CPU backend computes exponentials one at a time: 12 to 16 ns each, where numpy's vectors need 0.5 ns."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a run needs to know of the machine it computes on."""

    name: str
    keeps_quantised: bool
    decode_rows: int
    """Rows decoded at once. On two CPU cores a forward pass gives 210 tokens/s with 64 rows where 32 give 170."""
    recycle_after: int | None = None
    """Tokens that one process draws before the next takes over; None where nothing grows."""


def current_device() -> Device:
    if mx.metal.is_available():
        return Device("metal", keeps_quantised=True, decode_rows=64, recycle_after=METAL_TOKENS)
    if mx.default_device() == mx.Device(mx.gpu):
        return Device("cuda", keeps_quantised=True, decode_rows=128)
    return Device("cpu", keeps_quantised=False, decode_rows=64)


def device_memory() -> int:
    """Bytes that this process may use on the device that computes: on a GPU of its working set or its own memory."""
    info = mx.device_info()
    if mx.metal.is_available():
        return int(info["max_recommended_working_set_size"])
    if mx.default_device() == mx.Device(mx.gpu) and "total_memory" in info:
        return int(info["total_memory"])
    return memory_at_hand()


def limit_memory() -> None:
    """Bound what MLX holds and wires on a GPU. Nothing to do on the CPU backend, which keeps 32 MiB of freed buffers at most."""
    if mx.metal.is_available():
        recommended = device_memory()
        mx.set_wired_limit(int(WIRED_SHARE * recommended))
        # The default is one and a half times as much: there the system swaps or dies before MLX waits for a buffer.
        mx.set_memory_limit(recommended)
    if current_device().keeps_quantised:
        mx.set_cache_limit(CACHE_BYTES)


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
