"""The child process that measures the device: what it is, which BLAS answers, and how fast."""

import ctypes
import importlib.metadata
import os
import time
from collections.abc import Callable
from typing import Any

from rollouts.child import serve

SIZE = 1024
REPEATS = 5


def work(_request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Send one message of facts about the device. Sizes are in bytes but for `memory_gb`; what it does not tell is None."""
    from rollouts.device import BLAS, WIRED_SHARE, current_device, device_memory, mx

    metal, info = mx.metal.is_available(), mx.device_info()
    send(
        {
            "kind": "probed",
            "device": current_device().name,
            "chip": info.get("device_name"),
            "mlx": importlib.metadata.version("mlx"),
            "blas": BLAS.name,
            "reason": BLAS.reason,
            "threads": blas_threads(BLAS.path),
            "gflops": product_gflops(),
            "keeps_quantised": current_device().keeps_quantised,
            "device_memory": device_memory(),
            "wired_limit": int(WIRED_SHARE * device_memory()) if metal else None,
            "memory_gb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        }
    )


def blas_threads(library: str | None) -> int | None:
    """How many threads the loaded BLAS uses; None of one that has no such function."""
    if library is None:
        return None
    counted = getattr(ctypes.CDLL(library), "openblas_get_num_threads", None)
    return None if counted is None else int(counted())


def product_gflops() -> float:
    """GFLOP/s of the fastest of a few fp32 products of two SIZE x SIZE matrices."""
    from rollouts.device import mx

    a, b = mx.random.normal((SIZE, SIZE)), mx.random.normal((SIZE, SIZE))
    mx.eval(a, b)
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        mx.eval(a @ b)
        seconds.append(time.perf_counter() - started)
    return float(2 * SIZE**3 / min(seconds) / 1e9)


if __name__ == "__main__":
    serve(work)
