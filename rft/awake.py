"""Keeps a Mac awake while a run goes on."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SAID = "This Mac is kept awake until the run ends (caffeinate); a closed lid still puts it to sleep."


@contextmanager
def kept_awake(say: Callable[[str], None]) -> Iterator[None]:
    """No idle sleep in the block, on macOS, where a night's run would stand still; `say` is told so. Elsewhere, and where
    caffeinate is missing, nothing happens."""
    program = shutil.which("caffeinate") if platform.system() == "Darwin" else None
    if program is None:
        yield
        return
    # It watches this process too, and so ends with it even if that is killed.
    command = [program, "-i", "-w", str(os.getpid())]
    # A session of its own: a Ctrl-C in the terminal is the run's to handle.
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            say(SAID)
            yield
        finally:
            process.terminate()
