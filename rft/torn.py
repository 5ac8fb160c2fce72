"""Files of one line an event: what a kill in the middle of a write leaves behind."""

import os
from pathlib import Path

CHUNK = 65_536


def cut_torn_line(file: Path) -> None:
    """Cut off a last line that was not written to its end, so that the next one does not stick to it. Only whole lines are read
    by anybody, so nothing is lost."""
    if not file.is_file():
        return
    with file.open("rb+") as stream:
        end = stream.seek(0, os.SEEK_END)
        whole = _end_of_last_line(stream.fileno(), end)
        if whole < end:
            stream.truncate(whole)


def _end_of_last_line(descriptor: int, end: int) -> int:
    """The place after the last newline; 0 where there is none."""
    while end:
        start = max(0, end - CHUNK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
