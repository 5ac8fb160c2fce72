"""One worker process, as seen by the pool."""

import contextlib
import json
import os
import select
import site
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from typing import Any

from scorers import errors
from scorers.errors import WorkerDied

_COMMAND = [sys.executable, "-P", "-m", "scorers.execution.worker"]


def worker_environment() -> dict[str, str]:
    """The environment of a worker. `-P` keeps the current folder off its path, so where this package is not installed
    the folder that holds it is passed on. The time zone is fixed: results must not depend on the machine's."""
    environment = {**os.environ, "TZ": "UTC"}
    home = str(Path(__file__).resolve().parents[2])
    if home not in {*site.getsitepackages(), site.getusersitepackages()}:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    return environment


class WorkerProcess:
    """A worker that is started at its first request and again after its death. Not thread-safe."""

    def __init__(self, log: Path | None = None) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: Mapping[str, Any], *, seconds: float) -> Any:
        """Send one request and return the value of the reply. A worker that takes longer than `seconds` is killed.

        Raises:
            WorkerDied: there was no reply.
            ScorersError: the worker replied with an error.
        """
        line = self._exchange(json.dumps(request).encode() + b"\n", seconds)
        if not line.endswith(b"\n"):
            self.close()
            raise WorkerDied("a Luau worker ended without an answer", hint="see its messages on standard error")
        reply = json.loads(line)
        if "value" in reply:
            return reply["value"]
        raise getattr(errors, reply["kind"])(reply["error"], hint=reply["hint"])

    def _exchange(self, line: bytes, seconds: float) -> bytes:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        if sys.platform == "win32":  # Pipes cannot be polled there.
            return self._exchange_guarded(process, line, seconds)
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except BrokenPipeError:
            return b""
        return _read_line(process.stdout.fileno(), seconds)

    def _exchange_guarded(self, process: subprocess.Popen[bytes], line: bytes, seconds: float) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        guard = Timer(seconds, process.kill)
        guard.daemon = True
        guard.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            return process.stdout.readline()
        except BrokenPipeError:
            return b""
        finally:
            guard.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = self._spawn()
        return self._process

    def _spawn(self) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            log = None
            if self._log is not None:
                self._log.parent.mkdir(parents=True, exist_ok=True)
                log = stack.enter_context(self._log.open("ab"))
            return subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=worker_environment(),
                # A Ctrl-C in the terminal is the caller's to handle; the worker ends when its input does.
                start_new_session=True,
            )

    def close(self) -> None:
        """End the worker and wait for it. It keeps nothing that matters, so it is not asked politely."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _read_line(descriptor: int, seconds: float) -> bytes:
    """What the worker wrote up to the end of its line, or up to its death or the time limit. There is never more: it
    answers one request with one line."""
    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    found = bytearray()
    while not found.endswith(b"\n"):
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            break
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            break
        found += piece
    return bytes(found)
