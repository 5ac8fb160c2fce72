"""What this machine gives one process, for telling whether a model fits: asked of a child, because MLX knows the device."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rollouts.child import stream_child
from rollouts.errors import RolloutError
from rollouts.machine import memory_at_hand


@dataclass(frozen=True, slots=True)
class Machine:
    """Bytes of memory that a process may use and that are free on this folder's disk; `dequantised`: weights become fp32 here.

    `device` is None where MLX does not start: then all is told as for the CPU.
    """

    device: str | None
    memory: int
    free_disk: int
    dequantised: bool


def this_machine() -> Machine:
    """Takes about a second."""
    free = shutil.disk_usage(Path.cwd()).free
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = next(iter(stream_child("rollouts.probe", {}, Path(folder) / "probe.log")))
        except RolloutError:  # `rft doctor` says why
            return Machine(None, memory_at_hand(), free, dequantised=True)
    return Machine(str(told["device"]), int(told["device_memory"]), free, dequantised=not told["keeps_quantised"])
