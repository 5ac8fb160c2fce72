"""Room for recursion as deep as the parser allows, whatever the caller's own limit and depth are."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = 20_000
"""More than `MAX_DEPTH` levels need at their worst (a nested function takes eight frames a level). Since Python 3.11 calls
between Python functions take no C stack, so that the higher limit costs nothing."""

_lock = threading.Lock()
_users = 0
_before = 0


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Raise the interpreter's recursion limit while at least one thread is inside."""
    global _users, _before
    with _lock:
        _users += 1
        if _users == 1:
            _before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_before, 0) + _FRAMES)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                sys.setrecursionlimit(_before)
