"""A child for a job: its start, its limits and its end."""

from __future__ import annotations

import os
import signal
import sys
import time

from scorers.execution.ready.shared import event_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from scorers.execution.ready.shared import Ending, Journal

    Job = Callable[[], None]

ENFORCES_ADDRESS_SPACE = sys.platform == "linux"
"""macOS accepts the limit and ignores it: there the parent looks at the child's memory."""

TOO_LONG, TOO_BIG = 1, 2
"""Why a parent killed its child."""

EXIT_OUT_OF_MEMORY = 3
EXIT_PANIC = 4
EXIT_BUG = 6
"""An exception of Python in the job; its traceback is the last line that the child wrote."""

_WATCH_SECONDS = 0.02


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


def limit_address_space(bytes_: int) -> None:
    """For this process and those that it forks; none of them leaves a core file."""
    import resource  # absent on Windows, where this module is imported too

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))


class _Watch:
    """The alarm's handler: kills a child that has had its time, or holds more memory than it may. One for the process: setting
    a handler costs as much as all else that a parent does for a child."""

    def __init__(self) -> None:
        self.stopped = 0
        self.pid = 0
        self.deadline = 0.0
        self.bytes = 0
        self.is_set = False

    def set(self) -> None:
        """Take the signal. What the handler needs is loaded before: an alarm may come while another is being handled."""
        if not ENFORCES_ADDRESS_SPACE:
            import scorers.execution.memory  # noqa: F401  where it is needed only: it brings ctypes along
        signal.signal(signal.SIGALRM, self)
        self.is_set = True

    def __call__(self, _number: int, _frame: object) -> None:
        if time.monotonic() >= self.deadline:
            self.stopped = TOO_LONG
        elif not ENFORCES_ADDRESS_SPACE and self._resident_bytes() > self.bytes:
            self.stopped = TOO_BIG
        if self.stopped:
            os.kill(self.pid, signal.SIGKILL)

    def _resident_bytes(self) -> int:
        from scorers.execution.memory import resident_bytes

        return resident_bytes(self.pid) or 0


_WATCH = _Watch()

if sys.platform != "win32":

    def run_child(job: Job, journal: Journal, limits: dict[str, float], place: int = 0) -> Ending:
        """Fork, have the child do `job`, which may write to that place of the `journal`, and wait for its end.

        Returns its exit code (negative for a signal), why it was killed (0 where it was not) and the seconds it lived.
        """
        if not _WATCH.is_set:
            _WATCH.set()
        journal.begin(place)
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os._exit(do(job, journal, limits["cpu_seconds"]))
        _WATCH.pid, _WATCH.stopped, _WATCH.bytes = pid, 0, int(limits["address_space_bytes"])
        _WATCH.deadline = started + limits["wall_seconds"]
        first = limits["wall_seconds"] if ENFORCES_ADDRESS_SPACE else _WATCH_SECONDS
        signal.setitimer(signal.ITIMER_REAL, first, _WATCH_SECONDS)
        # It stays a zombie until the alarm is off: the alarm must not kill another process that got its number.
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        signal.setitimer(signal.ITIMER_REAL, 0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return code, _WATCH.stopped, time.monotonic() - started

    def do(job: Job, journal: Journal, cpu_seconds: float) -> int:
        """Do the job in this process within the limit of processor time, and return the exit code. The kernel keeps that time,
        by a signal that no code in the VM can catch."""
        try:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            job()
        except MemoryError:
            return EXIT_OUT_OF_MEMORY
        except Exception:
            # The boundary of the process: the worker turns this into an error of its own reply.
            import traceback

            journal.write(event_line(["bug", traceback.format_exc()]))
            return EXIT_BUG
        except BaseException:
            # A panic of the native code arrives as an exception outside of Exception.
            return EXIT_PANIC
        return 0
