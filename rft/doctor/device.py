"""The device: what computes, how fast, with how much memory, and the variables that change how it does."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rft.doctor.finding import Finding, problem
from rft.doctor.installing import mlx_requirements, pip_install, reinstall
from rft.doctor.scene import Scene
from rft.doctor.variables import look_at_variables
from rollouts.errors import RolloutError
from rollouts.machine import memory_at_hand

SLOW_GFLOPS = 50.0
"""Two cores with a real BLAS reach several hundred; the reference BLAS stays below ten."""
CPUINFO = Path("/proc/cpuinfo")


def look(scene: Scene) -> Iterator[Finding]:
    """The processor, then what MLX says of the device, then variables."""
    yield Finding("processor", True, f"{processor()}, {os.cpu_count()} cores")
    try:
        facts = scene.device
    except RolloutError as error:
        again = reinstall("mlx", "mlx", *mlx_requirements())
        yield problem("device", f"MLX does not start: {last_words(str(error))}", again, needed=True)
        yield Finding("memory", True, f"{memory_at_hand() / 1e9:.1f} GB at hand for one process")
    else:
        yield from _device(facts, scene)
    yield from look_at_variables(scene.environment)


def _device(facts: dict[str, Any], scene: Scene) -> Iterator[Finding]:
    chip = f" ({facts['chip']})" if facts["chip"] else ""
    weights = "weights stay quantised" if facts["keeps_quantised"] else "weights become fp32"
    yield Finding("device", True, f"{facts['device']}{chip}, MLX {facts['mlx']}; {weights}")
    yield _memory(facts, scene)
    if facts["wired_limit"] is not None:
        yield Finding("wired limit", True, f"rft lets {facts['wired_limit'] / 1e9:.1f} GB be wired; {_wired_by_the_system()}")
    yield _blas(facts, scene)


def _memory(facts: dict[str, Any], scene: Scene) -> Finding:
    text = f"{facts['memory_gb']:.1f} GB, {facts['device_memory'] / 1e9:.1f} GB of them at hand for one process"
    needs = scene.needs
    over = [] if needs is None else [name for name in ("sampling", "training") if name in needs.lacking]
    if needs is None or not over:
        return Finding("memory", True, text)
    wanted = " and ".join(f"{name} {getattr(needs, name) / 1e9:.1f} GB" for name in over)
    setting = {"sampling": "sampling.max_rows or sampling.n", "training": "training.batch_size, or checkpoint_gradients"}
    lower = "; ".join(setting[name] for name in over)
    return problem("memory", f"{text}; a run here is predicted to need for {wanted}. Change {lower}", "rft config show")


def _blas(facts: dict[str, Any], scene: Scene) -> Finding:
    threads = "" if facts["threads"] is None else f", {facts['threads']} of {os.cpu_count()} threads"
    why = f" ({facts['reason']})" if facts["reason"] else ""
    text = f"{facts['blas']}{why}: {facts['gflops']:.0f} GFLOP/s{threads} (fp32 product of 1024 x 1024)"
    if facts["gflops"] >= SLOW_GFLOPS:
        return Finding("blas", True, text)
    if facts["blas"] != "reference":  # a real one, on a machine that has other work
        return Finding("blas", True, f"{text}; it can do more when nothing else computes here")
    off = scene.environment.get("RFT_BLAS") == "none"
    return problem("blas", f"{text}; that is slow", "unset RFT_BLAS" if off else pip_install("cmeel-openblas"))


def processor() -> str:
    """The processor's name."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _wired_by_the_system() -> str:
    limit = _sysctl("iogpu.wired_limit_mb")
    return "the system's own limit is its default" if limit in ("", "0") else f"iogpu.wired_limit_mb is {limit}"


def _sysctl(name: str) -> str:
    """A setting of macOS; empty where there is none of this name."""
    done = subprocess.run(["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def last_words(text: str) -> str:
    """The last line of what a child left, which names the error."""
    return text.strip().splitlines()[-1].strip() if text.strip() else "it ended without a word"
