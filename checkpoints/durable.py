"""Files that are on the disk before anybody is told so."""

import contextlib
import fcntl
import os
import sys
from pathlib import Path


def flush(path: Path) -> None:
    """Bring a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # macOS: a plain fsync leaves data in the drive's cache, while the store's record of the adapter is flushed through.
        os.fsync(descriptor)
        if sys.platform == "darwin":
            with contextlib.suppress(OSError):  # network and user-space file systems know no full flush
                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    finally:
        os.close(descriptor)


def write_whole(file: Path, text: str) -> None:
    """Replace the file's text in one atomic, durable step: a kill leaves the old text or the new one."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        flush(aside)
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush(file.parent)
