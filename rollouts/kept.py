"""Results of a computation that is made twice, kept for the second time as far as there is room.

Gradients by blocks compute each block again on the way back (rft.training.chain). What costs most there, products and softmax, is
found again here: memory for time.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx.core import array as Array


@dataclass(slots=True)
class Room:
    """Bytes that may still be kept."""

    left: int

    def take(self, size: int) -> bool:
        """Whether so much is left; then it is taken."""
        fits = size <= self.left
        self.left -= size if fits else 0
        return fits


@dataclass(slots=True)
class Kept:
    """What one computation asked to be kept, in its order. None where there was no room: that is computed again."""

    room: Room
    found: "deque[list[Array] | None]" = field(default_factory=deque)
    again: bool = False

    def result(self, compute: "Callable[[], list[Array]]") -> "list[Array]":
        """The first time what `compute` gives, the second time the same without it."""
        held = self.found.popleft() if self.again else None
        if held is not None:
            return held
        made = compute()
        if not self.again:
            self.found.append(made if self.room.take(sum(array.nbytes for array in made)) else None)
        return made


_current: ContextVar[Kept | None] = ContextVar("_current", default=None)


@contextmanager
def keeping(kept: Kept) -> Iterator[None]:
    """Inside, `kept_result` asks this one."""
    token = _current.set(kept)
    try:
        yield
    finally:
        _current.reset(token)


def kept_result(compute: "Callable[[], list[Array]]") -> "list[Array]":
    """What `compute` gives, or gave when this computation was made for the first time."""
    kept = _current.get()
    return compute() if kept is None else kept.result(compute)
