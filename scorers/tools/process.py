"""Runs a program that may hang, crash or print without end."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer

from scorers.errors import ScorersError


class ToolFailed(ScorersError):
    """A program gave no answer: it could not be started, took too long, printed too much or died."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, negative for a signal, and both its outputs together."""

    code: int
    output: str


def run(command: Sequence[str], *, folder: Path, seconds: float, max_bytes: int) -> Ended:
    """Run `command` in `folder` without a shell and without input, and wait for its end.

    Raises:
        ToolFailed: it could not be started, or was ended after `seconds` or `max_bytes` of output.
    """
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own: what the program started in turn ends with it.
            start_new_session=True,
        )
    except OSError as error:
        raise ToolFailed(f"{name} could not be started: {error.strerror}") from error
    late = Event()

    def end() -> None:
        late.set()
        _kill(process)

    guard = Timer(seconds, end)
    guard.daemon = True
    guard.start()
    with process:
        assert process.stdout is not None
        try:
            output = process.stdout.read(max_bytes + 1)
            if len(output) > max_bytes:
                _kill(process)
            code = process.wait()
        finally:
            guard.cancel()
    if len(output) > max_bytes:
        raise ToolFailed(f"{name} printed more than {max_bytes:,} bytes")
    if late.is_set():
        raise ToolFailed(f"{name} took more than {seconds:g} s")
    return Ended(code, output.decode("utf-8", errors="replace"))


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # PermissionError: macOS says so of a group whose last process has ended and was not yet waited for.
        os.killpg(process.pid, signal.SIGKILL)
