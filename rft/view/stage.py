"""How far a stage of a run is."""

import time
from collections.abc import Callable

from rft.view.facts import StageFacts

ESTIMATE_SHARE = 0.1
"""Part of a stage that must be finished before its time left is guessed: the first candidates to end are the short ones."""
LINE_SECONDS = 15.0
"""Where there is no panel a stage says how far it is at most this often."""

Tell = Callable[[str], None]


class Stage:
    """How far one stage is. `unit` counts per second are shown as its rate.

    `tell` is given a line now and then; None where a panel shows the stage. `facts` may be read by another thread.
    """

    def __init__(self, name: str, total: int, done: int, tell: Tell | None, on_close: Callable[["Stage"], None]) -> None:
        self.name, self.done = name, done
        self._total, self._tell, self._on_close = total, tell, on_close
        self._started = self._said = time.monotonic()
        self._first = done
        self._units = 0
        self._note = ""

    def advance(self, count: int = 1, note: str = "") -> None:
        """`count` more things are finished."""
        self.done += count
        self._refresh(note)

    def work(self, units: int, unit: str) -> None:
        """`units` (tokens, say) were worked on, whether or not a thing is finished."""
        self._units += units
        self._refresh(f"{self._units / self.seconds:.0f} {unit}/s")

    @property
    def seconds(self) -> float:
        """Since the stage began."""
        return max(1e-6, time.monotonic() - self._started)

    def facts(self) -> StageFacts:
        """How far it is now."""
        return StageFacts(self.name, self.done, self._total, self._note, self.seconds, self._left())

    def close(self) -> None:
        """It is shown no more."""
        self._on_close(self)

    def _refresh(self, note: str) -> None:
        self._note = note or self._note
        if self._tell is not None and time.monotonic() - self._said >= LINE_SECONDS:
            self._said = time.monotonic()
            left = self._left()
            tail = f", about {left:.0f} s left" if left is not None else ""
            self._tell(f"  {self.name}: {self.done} of {self._total}{', ' + note if note else ''}{tail}")

    def _left(self) -> float | None:
        fresh = self.done - self._first
        if not fresh or fresh < ESTIMATE_SHARE * (self._total - self._first):
            return None
        return self.seconds / fresh * (self._total - self.done)
