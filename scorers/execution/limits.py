"""What one script may use."""

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one script: its compilation, its tests and, counted anew, its static score."""

    cpu_seconds: float = 2.0
    """Processor time of a run, its compilation included. Reaching it ends the run; cases that passed before stay passed."""
    wall_seconds: float = 5.0
    """Elapsed time after which the process is killed from outside."""
    memory_bytes: int = 64 * MIB
    """What the VM may allocate."""
    address_space_bytes: int = 1024 * MIB
    """Address space of the whole process. Enforced on Linux only: macOS accepts the limit and ignores it."""
    output_bytes: int = 4096
    """Captured text of `print` and `warn`. The rest is dropped."""

    def to_json(self) -> dict[str, float]:
        return asdict(self)
