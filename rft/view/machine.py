"""What a run takes of the machine."""

import shutil
from contextlib import suppress
from pathlib import Path

import psutil


def memory_in_use() -> int:
    """Bytes that this process and all its children hold in memory; what they share counts for each."""
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):  # it has ended since it was listed, or keeps this from us
            total += process.memory_info().rss
    return total


def disk_free(folder: Path) -> int:
    """Bytes left on the folder's disk."""
    return shutil.disk_usage(folder).free
