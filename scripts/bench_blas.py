"""How much a BLAS of its own brings MLX on this machine: GFLOP/s with it, without it (the baseline), and the ratio.

Run: uv run python scripts/bench_blas.py
"""

import os
import sys
import tempfile
from pathlib import Path

from rollouts.child import stream_child


def measure(blas: str | None) -> tuple[str, float]:
    """(name, GFLOP/s) in a fresh process, with the BLAS we load or with `none`."""
    if blas is not None:
        os.environ["RFT_BLAS"] = blas
    else:
        os.environ.pop("RFT_BLAS", None)
    with tempfile.TemporaryDirectory() as folder:
        facts = next(iter(stream_child("rollouts.probe", {}, Path(folder) / "probe.log")))
    return facts["blas"], facts["gflops"]


def main() -> int:
    baseline, slow = measure("none")
    ours, fast = measure(None)
    print(f"{baseline:<28} {slow:8.1f} GFLOP/s   (baseline: MLX as its wheel brings it)")
    print(f"{ours:<28} {fast:8.1f} GFLOP/s")
    print(f"ratio {fast / slow:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
