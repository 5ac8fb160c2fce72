"""The child process that measures the device: which BLAS answers, and how fast."""

import os
import time
from collections.abc import Callable
from typing import Any

from rollouts.child import serve

SIZE = 1024
REPEATS = 5


def work(_request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Send one message of facts about the device."""
    from rollouts.device import BLAS, current_device, device_memory

    send(
        {
            "kind": "probed",
            "device": current_device().name,
            "blas": BLAS.name,
            "reason": BLAS.reason,
            "gflops": product_gflops(),
            "keeps_quantised": current_device().keeps_quantised,
            "device_memory": device_memory(),
            "memory_gb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        }
    )


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
