"""A thread that does something a few times a second."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

TICK_SECONDS = 0.25


class Ticker:
    """Calls `tick` inside `around`, which it enters and leaves in its own thread."""

    def __init__(self, tick: Callable[[], None], around: AbstractContextManager[object]) -> None:
        self._tick, self._around = tick, around
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="view", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended."""
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        with self._around:
            while not self._done.wait(TICK_SECONDS):
                self._tick()
