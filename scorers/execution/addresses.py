"""Processes whose memory lies at the same addresses in each of them.

Luau orders table keys that are tables or functions by their addresses, and Linux puts a program's memory elsewhere at each
start. A process may ask it not to, for itself and those it starts. Some containers forbid that call; then nothing changes.
"""

import contextlib
import ctypes
import sys
from collections.abc import Iterator

_ADDR_NO_RANDOMIZE = 0x0040000  # of <sys/personality.h>
_ASK = 0xFFFFFFFF


@contextlib.contextmanager
def fixed_addresses() -> Iterator[None]:
    """What this thread starts within the block has fixed addresses. Other threads and this process keep theirs."""
    if sys.platform != "linux":
        yield
        return
    personality = ctypes.CDLL(None).personality
    before = personality(_ASK)
    personality(before | _ADDR_NO_RANDOMIZE)
    try:
        yield
    finally:
        personality(before)
