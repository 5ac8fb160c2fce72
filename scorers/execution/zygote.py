"""A process that stands ready with the tests of one task, and forks a child for every answer to it.

Candidates and mutants of one task come one after the other: what is the same for all of them (the tests' chunk, the setup of
the first world, the reference's answers to random inputs) is done once. Only the task's own code runs in the zygote itself,
within the limits of a run; an answer runs in a child of it, with limits of its own.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any, Self

from scorers.execution.isolation import Outcome, isolate, let_go, limit_address_space
from scorers.execution.limits import Limits
from scorers.execution.report import Status
from scorers.execution.sandbox import Run
from scorers.execution.tests import Tests

_PIECE = 1 << 16
_SLACK_SECONDS = 5.0


class Zygote:
    """The worker's side of one. Where there is no fork there is none."""

    def __init__(self, limits: Limits, pid: int, requests_fd: int, replies_fd: int) -> None:
        self._limits = limits
        self._pid = pid
        self._requests_fd = requests_fd
        self._replies_fd = replies_fd

    @classmethod
    def start(cls, tests: Tests, limits: Limits) -> Self | None:
        """Fork one and have it register the tests; None where they are broken or take too long: then a run of their own
        tells what is wrong with them."""
        requests_read, requests_write = os.pipe()
        replies_read, replies_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os._exit(_serve(tests, limits, requests_read, replies_write))
        os.close(requests_read)
        os.close(replies_write)
        found = cls(limits, pid, requests_write, replies_read)
        if found._line(limits.wall_seconds) == b"ready\n":
            return found
        found.close()
        return None

    def ask(self, code: str) -> Outcome | None:
        """What one answer did; None when the zygote itself is gone."""
        request = json.dumps(code).encode() + b"\n"
        try:
            while request:
                request = request[os.write(self._requests_fd, request) :]
        except BrokenPipeError:
            return None
        line = self._line(self._limits.wall_seconds + _SLACK_SECONDS)
        if not line.endswith(b"\n"):
            return None
        reply = json.loads(line)
        died = None if reply["died"] is None else Status(reply["died"])
        return Outcome(tuple(reply["events"]), died, reply["cause"], reply["wall_seconds"])

    def _line(self, seconds: float) -> bytes:
        """The next line, or less of it when the zygote ends or takes longer. It writes nothing unasked."""
        deadline = time.monotonic() + seconds
        found = bytearray()
        while not found.endswith(b"\n"):
            if not select.select([self._replies_fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
                break
            piece = os.read(self._replies_fd, _PIECE)
            if not piece:
                break
            found += piece
        return bytes(found)

    def close(self) -> None:
        """End the process and wait for it."""
        os.close(self._requests_fd)
        os.close(self._replies_fd)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(tests: Tests, limits: Limits, requests_fd: int, replies_fd: int) -> int:
    """The zygote: register, say so, and answer until the worker closes its end. Returns the exit code."""
    let_go({requests_fd, replies_fd})
    registered: list[dict[str, Any]] = []
    run = Run(tests, limits)
    limit_address_space(limits)
    run.limit(limits)
    try:
        if not run.register(registered.append):
            return 1
    except RuntimeError:
        return 1  # It ran out of memory: the worker asks again without a zygote, and hears why.
    signal.setitimer(signal.ITIMER_PROF, 0)
    with os.fdopen(replies_fd, "wb") as replies, os.fdopen(requests_fd, "rb") as requests:
        _say(replies, b"ready\n")
        for line in requests:
            _say(replies, json.dumps(_reply(run, registered, json.loads(line), limits)).encode() + b"\n")
    return 0


def _reply(run: Run, registered: list[dict[str, Any]], code: str, limits: Limits) -> dict[str, Any]:
    outcome = isolate(lambda emit: run.finish(code, limits, emit), limits, is_apart=True)
    return {
        "events": [*registered, *outcome.events],
        "died": outcome.died,
        "cause": outcome.cause,
        "wall_seconds": outcome.wall_seconds,
    }


def _say(replies: Any, line: bytes) -> None:
    replies.write(line)
    replies.flush()


class KeptZygote:
    """The one zygote that a worker keeps: for tests that were asked for twice in a row with the same limits."""

    def __init__(self) -> None:
        self._last: tuple[Tests, Limits] | None = None
        self._refused: tuple[Tests, Limits] | None = None
        self._zygote: Zygote | None = None

    def ask(self, code: str, tests: Tests, limits: Limits) -> Outcome | None:
        """What the answer did, or None where a run of its own must tell."""
        if sys.platform == "win32":
            return None
        asked = (tests, limits)
        if asked != self._last:
            self._drop()
        elif self._zygote is None and asked != self._refused:
            self._zygote = Zygote.start(tests, limits)
            self._refused = asked if self._zygote is None else None
        self._last = asked
        outcome = None if self._zygote is None else self._zygote.ask(code)
        if outcome is None:
            self._drop()
        return outcome

    def _drop(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None
