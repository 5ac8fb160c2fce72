"""Room that is kept for answers already paid, for the moment when the disk is full."""

import os
from pathlib import Path

SPARE_BYTES = 4 * 1024 * 1024
"""A reply takes 2 to 30 KB on its way in: enough for more calls than are ever under way at a time."""


class Spare:
    """A file of real bytes beside the ledger, while anybody writes there. Processes on one ledger share it."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + ".spare")

    def put(self) -> None:
        """Take the room, unless it is taken. Raises OSError when there is none."""
        if self._is_whole():
            return
        try:
            with self.path.open("wb") as file:
                # Random bytes: a file system that compresses would keep no room for zeros.
                file.write(os.urandom(SPARE_BYTES))
                os.fsync(file.fileno())
        except OSError:
            self.spend()
            raise

    def spend(self) -> None:
        """Give the room back to the disk."""
        self.path.unlink(missing_ok=True)

    def _is_whole(self) -> bool:
        try:
            return self.path.stat().st_size >= SPARE_BYTES
        except FileNotFoundError:
            return False
