"""Run a job in a forked child and survive whatever happens to it.

Where there is no fork (Windows) the job runs in this process; the pool then starts a new worker when it dies.
"""

import gc
import json
import math
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scorers.execution.limits import Limits
from scorers.execution.memory import resident_bytes
from scorers.execution.report import Status
from scorers.execution.sandbox import Emit

Job = Callable[[Emit], None]

ENFORCES_ADDRESS_SPACE = sys.platform == "linux"
"""macOS accepts the limit and ignores it: there the parent looks at the child's memory."""

_MAX_REPLY = 8 << 20
_WATCH_SECONDS = 0.02
_EXIT_OUT_OF_MEMORY = 3
_EXIT_PANIC = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job sent, why it died (None when it came to its end) and in which words, and how long it took.

    An event of kind `bug` carries the traceback of a Python exception in the job.
    """

    events: tuple[dict[str, Any], ...]
    died: Status | None
    cause: str
    wall_seconds: float


def isolate(job: Job, limits: Limits, *, is_apart: bool = False) -> Outcome:
    """Run `job` where it can do no harm, for at most `limits.wall_seconds`.

    `is_apart` says that this process has let go of everything and limited its address space already.
    """
    started = time.monotonic()
    if sys.platform == "win32":
        sent: list[dict[str, Any]] = []
        job(sent.append)
        return Outcome(tuple(sent), None, "", time.monotonic() - started)
    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        os._exit(_in_child(job, write_fd, limits, is_apart))
    os.close(write_fd)
    reply, stopped = _collect(read_fd, started + limits.wall_seconds, _is_too_big(pid, limits))
    os.close(read_fd)
    if stopped is not None:
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    died, cause = _why(code) if stopped is None else (stopped, _STOPPED[stopped].format(limits=limits))
    return Outcome(_events(reply), died, cause, time.monotonic() - started)


def let_go(kept: set[int]) -> None:
    """Leave the worker's protocol: a candidate's crash message must not reach it, nor must this process keep
    it open when the worker dies."""
    null_fd = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null_fd, standard)
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, max(start, null_fd) + 64)


def limit_address_space(limits: Limits) -> None:
    """For this process and those that it forks; none of them leaves a core file."""
    if sys.platform == "win32":
        return
    import resource  # absent on Windows, where this module is imported too

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (limits.address_space_bytes, limits.address_space_bytes))


if sys.platform != "win32":
    import resource

    def _in_child(job: Job, reply_fd: int, limits: Limits, is_apart: bool) -> int:
        """Do the job with nothing in reach but the reply pipe, and return the exit code."""

        def emit(event: dict[str, Any]) -> None:
            line = json.dumps(event).encode() + b"\n"
            while line:
                line = line[os.write(reply_fd, line) :]

        gc.disable()  # A collection would write to every object, and each page of them would be copied.
        try:
            if not is_apart:
                let_go({reply_fd})
                limit_address_space(limits)
            _limit_processor_time(limits)
            job(emit)
        except MemoryError:
            return _EXIT_OUT_OF_MEMORY
        except Exception:
            # The boundary of the process: the worker turns this into an error of its own reply.
            emit({"event": "bug", "traceback": traceback.format_exc()})
        except BaseException:
            # A panic of the native code arrives as an exception outside of Exception.
            return _EXIT_PANIC
        return 0

    def _limit_processor_time(limits: Limits) -> None:
        # One second more than a run's own timer, for all that a child does.
        cpu_seconds = math.ceil(limits.cpu_seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))

    def _why(code: int) -> tuple[Status | None, str]:
        """Read the exit code of a child, negative for a signal."""
        if code == _EXIT_OUT_OF_MEMORY:
            return Status.MEMORY, "ran out of memory"
        if code == _EXIT_PANIC:
            return Status.CRASHED, "panicked in native code"
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return Status.TIMEOUT, "used up its processor time"
        if code < 0:
            return Status.CRASHED, f"died by {signal.Signals(-code).name}"
        return None, ""


_STOPPED = {
    Status.TIMEOUT: "took more than {limits.wall_seconds:g} s",
    Status.MEMORY: "ran out of memory",
    Status.CRASHED: "sent more than it may",
}


def _is_too_big(pid: int, limits: Limits) -> Callable[[], bool] | None:
    """Whether a child holds more memory than it may; None where the system itself sees to that."""
    if ENFORCES_ADDRESS_SPACE:
        return None
    return lambda: (resident_bytes(pid) or 0) > limits.address_space_bytes


def _collect(read_fd: int, deadline: float, is_too_big: Callable[[], bool] | None) -> tuple[bytes, Status | None]:
    """Read until the child closes its end. The status tells why it must be killed, None where it came to its end."""
    reply = bytearray()
    while len(reply) <= _MAX_REPLY:
        left = max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select([read_fd], [], [], left if is_too_big is None else min(left, _WATCH_SECONDS))
        if is_too_big is not None and is_too_big():
            return bytes(reply), Status.MEMORY
        if not readable and time.monotonic() < deadline:
            continue
        if not readable:
            return bytes(reply), Status.TIMEOUT
        piece = os.read(read_fd, 1 << 16)
        if not piece:
            return bytes(reply), None
        reply += piece
    return bytes(reply), Status.CRASHED


def _events(reply: bytes) -> tuple[dict[str, Any], ...]:
    """Decode whole lines; a child that dies while it writes leaves half of one, which is dropped."""
    lines = reply.split(b"\n")[:-1]
    return tuple(json.loads(line) for line in lines)
