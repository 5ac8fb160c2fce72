"""What the tests of the doctor share: a machine of which everything is known, and no child is started to learn it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rft.doctor.finding import Finding
from rft.doctor.scene import Scene

GB = 10**9
FACTS: dict[str, Any] = {
    "kind": "probed", "device": "metal", "chip": "Apple M9", "mlx": "0.32.4", "blas": "Accelerate", "reason": "", "threads": None,
    "gflops": 900.0, "keeps_quantised": True, "device_memory": 27 * GB, "wired_limit": 24 * GB, "memory_gb": 36.0,
}  # fmt: skip


def scene(folder: Path, environment: Mapping[str, str] | None = None, **facts: Any) -> Scene:
    """A folder on that machine, or on one that differs in some facts."""
    made = Scene(folder, environment or {})
    made.__dict__["_probed"] = {**FACTS, **facts}
    return made


def by_name(findings: Any) -> dict[str, Finding]:
    """Findings by their names, each once."""
    found = list(findings)
    assert len({finding.name for finding in found}) == len(found)
    return {finding.name: finding for finding in found}
