"""One line on standard error that says how far a long job is, for a person who waits."""

import math
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

_SECONDS_BETWEEN = 0.2
_CLEAR = "\r\x1b[K"

T = TypeVar("T")


class Progress:
    """Counts what passes through it. Writes only to a terminal.

    Args:
        unit: What is counted, in the plural.
        total: How many there will be, None where that is not known: then no time left is shown.
        err: Standard error.
        shared: The results go to the same terminal, so the line makes room for each of them.
    """

    def __init__(self, unit: str, total: int | None, err: TextIO, *, shared: bool) -> None:
        self._unit = unit
        self._total = total
        self._err = err
        self._shared = shared

    def count(self, items: Iterable[T]) -> Iterator[T]:
        """Pass `items` on and say how many there were."""
        if not self._err.isatty() or self._total == 1:
            yield from items
            return
        started = time.monotonic()
        shown = -math.inf
        try:
            for done, item in enumerate(items, 1):
                if self._shared:
                    self._write("")
                yield item
                now = time.monotonic()
                if self._shared or now - shown >= _SECONDS_BETWEEN:
                    self._write(describe(self._unit, done, self._total, now - started))
                    shown = now
        finally:
            self._write("")

    def _write(self, text: str) -> None:
        self._err.write(_CLEAR + text)
        self._err.flush()


def describe(unit: str, done: int, total: int | None, seconds: float) -> str:
    """How far it is, how fast, and how long it will still take."""
    rate = done / max(seconds, 1e-6)
    if total is None:
        return f"{done:,} {unit}, {rate:,.0f} a second"
    left = round((total - done) / rate)
    return f"{done:,} of {total:,} {unit}, {rate:,.0f} a second, {left // 60}:{left % 60:02d} left"
