"""The check of memory: limits are set where the device needs them, and what is freed is given back."""

from rft.selftest.check import require
from rollouts.device import CACHE_BYTES, current_device, device_memory, limit_memory, mx

CPU_CACHE_BYTES = 32 * 2**20
"""What MLX's CPU backend keeps at most."""


def memory_limits() -> str:
    """Set the limits, free twice what may be kept, and see what is."""
    limit_memory()
    device = current_device()
    most = CACHE_BYTES if device.keeps_quantised else CPU_CACHE_BYTES
    block = mx.zeros(2 * most // 4)
    mx.eval(block)
    del block
    kept, at_hand = mx.get_cache_memory(), device_memory()
    figure = f"{at_hand / 1e9:.1f} GB at hand on {device.name}; of {2 * most / 1e6:.0f} MB freed {kept / 1e6:.0f} MB kept"
    return require(at_hand > 0 and kept <= most, figure)
