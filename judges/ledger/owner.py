"""Who holds a lease: a process, told apart from every other one that ever had its number.

Processes in containers of their own cannot see each other: a ledger that several containers write at the same time would take
leases of live ones for stale. Give each container its own.
"""

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from judges.errors import LedgerError

_openings = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, and which of its openings of a ledger."""

    pid: int
    boot: str
    start: str
    opening: int

    @classmethod
    def me(cls) -> "Owner":
        """This process, with a new opening."""
        pid = os.getpid()
        start = _own_start(pid)
        if start is None:
            raise LedgerError("This process cannot find its own start time.", hint="A ledger needs Linux with /proc, or macOS.")
        return cls(pid, boot_id(), start, next(_openings))

    @classmethod
    def parse(cls, text: str) -> "Owner":
        pid, boot, start, opening = text.split("|")
        return cls(int(pid), boot, start, int(opening))

    def __str__(self) -> str:
        return f"{self.pid}|{self.boot}|{self.start}|{self.opening}"

    def lives(self) -> bool:
        """Whether that very process still runs: a later one with the same number does not count."""
        start = _own_start(self.pid) if self.pid == os.getpid() else process_start(self.pid)
        return self.boot == boot_id() and self.start == start


@cache
def boot_id() -> str:
    """A name of the time since the machine was started."""
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    # `kern.boottime` moves when the clock is set; this does not.
    return _said("sysctl", "-n", "kern.bootsessionuuid")


@cache
def _own_start(pid: int) -> str | None:
    # By its number, as a forked child has its parent's cache.
    return process_start(pid)


def process_start(pid: int) -> str | None:
    """When a process was started, as the system writes it, or None when none runs. One that only waits to be reaped is none."""
    return _start_linux(pid) if sys.platform == "linux" else _start_ps(pid)


def _start_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may hold anything. Behind it come the state and, as the 20th, the start in ticks since boot.
    fields = stat[stat.rindex(b")") + 1 :].split()
    return None if fields[0] in (b"Z", b"X") else fields[19].decode()


def _start_ps(pid: int) -> str | None:
    state, _, start = _said("ps", "-o", "stat=,lstart=", "-p", str(pid)).partition(" ")
    return None if not state or state.startswith("Z") else " ".join(start.split())


def _said(*command: str) -> str:
    # One language and one time zone, or the same moment would have two names.
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()
