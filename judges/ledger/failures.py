"""What SQLite says went wrong, as a sentence with a next step."""

import sqlite3
from pathlib import Path

from judges.errors import LedgerError

_SAID: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "cannot grow: the disk is full",
        "Free some space, then give the same command again: nothing stored is lost.",
    ),
    sqlite3.SQLITE_READONLY: (
        "cannot be written",
        "Make the file and its folder writable for you, then give the same command again.",
    ),
    sqlite3.SQLITE_PERM: (
        "cannot be written",
        "Make the file and its folder writable for you, then give the same command again.",
    ),
    sqlite3.SQLITE_BUSY: (
        "is locked by another process",
        "See which program holds the file (another run waits only milliseconds), end it, then give the same command again.",
    ),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check that the folder exists and that you may write in it."),
    sqlite3.SQLITE_NOTADB: ("is no ledger of judge calls", "Name another file, or move this one away."),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Copy it, then rescue what it holds with `sqlite3 FILE .recover`, or bring it back from a backup.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk reports an error",
        "Check the disk, then give the same command again.",
    ),
}


def is_disks(error: sqlite3.Error) -> bool:
    """Whether the file or the disk is the matter (the whole transaction is gone), not one statement's values."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def is_full(error: sqlite3.Error) -> bool:
    return _code(error) == sqlite3.SQLITE_FULL


def is_busy(error: sqlite3.Error) -> bool:
    return _code(error) == sqlite3.SQLITE_BUSY


def told(error: sqlite3.Error, path: Path) -> LedgerError:
    """The error for people."""
    what, hint = _SAID.get(_code(error), (f"cannot be used ({error})", "Check the file and its disk."))
    return LedgerError(f"The judge's ledger {path} {what}.", hint=hint)


def no_room(error: OSError, path: Path) -> LedgerError:
    """The spare room for answers cannot be had."""
    return LedgerError(
        f"There is no room beside the judge's ledger {path} for the answers to come: {error.strerror or error}.",
        hint="Free some space and make the folder writable, then give the same command again: nothing stored is lost.",
    )


def _code(error: sqlite3.Error) -> int:
    # The low byte is the primary code. Errors that Python itself raises have none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
