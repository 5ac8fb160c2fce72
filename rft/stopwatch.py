"""What the loop waits for. It is one thread: whatever it does not spend waiting is its own work."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar

T = TypeVar("T")

Wait = Literal["sampling", "scoring", "judging", "training"]


class Stopwatch:
    """Seconds of waiting by what was waited for, and in `total` since it was made."""

    def __init__(self) -> None:
        self.seconds: dict[Wait, float] = defaultdict(float)
        self._started = time.monotonic()

    @property
    def total(self) -> float:
        return time.monotonic() - self._started

    @contextmanager
    def waiting(self, what: Wait) -> Iterator[None]:
        """Count the block."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[what] += time.monotonic() - began

    def each(self, things: Iterator[T], what: Wait) -> Iterator[T]:
        """The things, with the waiting for each counted."""
        while True:
            with self.waiting(what):
                thing = next(things, None)
            if thing is None:
                return
            yield thing
