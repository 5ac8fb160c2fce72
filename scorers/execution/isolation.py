"""Run a job in a forked child and survive whatever happens to it.

What the child finds out goes into memory that it shares with its parent: no call to the system for an event, and nothing of
it is lost when the child dies on the next line. The parent waits in the kernel; its own timer wakes it to kill.

Where there is no fork (Windows) the job runs in this process; the pool then starts a new worker when it dies.
"""

import gc
import json
import mmap
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scorers.errors import WorkerFailed
from scorers.execution.limits import MIB, Limits
from scorers.execution.ready import children
from scorers.execution.ready.children import EXIT_BUG, EXIT_OUT_OF_MEMORY, EXIT_PANIC, TOO_LONG
from scorers.execution.ready.shared import EXIT_SENT_TOO_MUCH, Journal
from scorers.execution.report import Status

Emit = Callable[[dict[str, Any]], None]
Job = Callable[[Emit], None]

ROOM_BYTES = 512 * MIB
"""What the fork of a process that has much mapped already may take beside it: a program that uses this as a library may have
gigabytes, and none of them is the job's."""
_FIELDS = {
    "registered": ("name",),
    "case": ("index", "ok", "message", "expectations"),
    "output": ("text",),
    "load_failed": ("message",),
    "broken": ("part", "message"),
    "exhausted": ("status",),
    "unsupported": ("name",),
    "counted": ("virtual_seconds",),
    "bug": ("traceback",),
}
"""What follows the kind in an event of the harness."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job sent, why it died (None when it came to its end) and in which words, and how long it took."""

    events: tuple[dict[str, Any], ...]
    died: Status | None
    cause: str
    wall_seconds: float


def isolate(job: Job, limits: Limits) -> Outcome:
    """Run `job` where it can do no harm, for at most `limits.wall_seconds`. Only for the main thread: it waits for a signal.

    Raises:
        WorkerFailed: the job itself, not the code it handles, has a bug.
    """
    if sys.platform == "win32":
        started = time.monotonic()
        sent: list[dict[str, Any]] = []
        job(sent.append)
        return Outcome(tuple(sent), None, "", time.monotonic() - started)

    journal = _journal()

    def apart() -> None:
        gc.disable()  # A collection would write to every object, and each page of them would be copied.
        children.let_go(set())
        children.limit_address_space(max(limits.address_space_bytes, _address_space() + ROOM_BYTES))
        job(lambda event: journal.write(json.dumps(event).encode() + b"\n"))

    ending = children.run_child(apart, journal, limits.to_json())
    return outcome_of(journal.take(), ending, limits)


def _address_space() -> int:
    """Bytes that this process has mapped; 0 where no limit is held."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * mmap.PAGESIZE


@cache
def _journal() -> Journal:
    return Journal(-1, 1)  # it counts as address space, of which a child may have little left


def outcome_of(lines: Iterable[bytes], ending: tuple[int, int, float], limits: Limits) -> Outcome:
    """What the lines of a child and its ending (as of `run_child`) come to.

    Raises:
        WorkerFailed: the child had a bug.
    """
    code, stopped, wall_seconds = ending
    events = tuple(_event(json.loads(line)) for line in lines)
    if code == EXIT_BUG:
        raise WorkerFailed(f"scoring failed in the sandbox:\n{events[-1]['traceback']}")
    if stopped == TOO_LONG:
        return Outcome(events, Status.TIMEOUT, f"took more than {limits.wall_seconds:g} s", wall_seconds)
    return Outcome(events, *((Status.MEMORY, "ran out of memory") if stopped else _why(code)), wall_seconds)


def _event(sent: Any) -> dict[str, Any]:
    if isinstance(sent, dict):
        return sent
    kind, *values = sent
    return {"event": kind, **dict(zip(_FIELDS[kind], values, strict=True))}


def _why(code: int) -> tuple[Status | None, str]:
    """Read the exit code of a child, negative for a signal."""
    if code == EXIT_OUT_OF_MEMORY:
        return Status.MEMORY, "ran out of memory"
    if code == EXIT_PANIC:
        return Status.CRASHED, "panicked in native code"
    if code == EXIT_SENT_TOO_MUCH:
        return Status.CRASHED, "sent more than it may"
    if code > 0:
        raise WorkerFailed(f"a process of the sandbox ended with exit code {code}")
    if code < 0 and sys.platform != "win32":
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return Status.TIMEOUT, "used up its time"
        return Status.CRASHED, f"died by {signal.Signals(-code).name}"
    return None, ""
