"""Opening the ledger's file: durable settings, its version, and refusing what is no ledger."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from judges.errors import LedgerError
from judges.ledger import schema
from judges.ledger.failures import is_busy, told

_PAUSE = 0.02
"""Seconds between two tries to turn a file that others open at the same moment into WAL mode."""


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection that may write, for one thread of the caller's choice; a new or older file is brought up to date.

    Raises LedgerError for a file that is no ledger, is of a newer version, or cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"The folder of the judge's ledger, {path.parent}, cannot be made: {error}.", hint="Name another."
        ) from error
    try:
        db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            _prepare(db, path, busy_seconds)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise told(error, path) from error
    return db


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises LedgerError for what is no ledger of this version."""
    if not path.is_file():
        raise LedgerError(f"There is no ledger of judge calls at {path}.", hint="It appears with the first judged round.")
    try:
        with closing(sqlite3.connect(_address(path), uri=True, isolation_level=None, check_same_thread=False)) as probe:
            version = _version(probe, path)
        if version != len(schema.MIGRATIONS):
            raise _older(path, version)
        return sqlite3.connect(_address(path), uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise told(error, path) from error


def _address(path: Path) -> str:
    # To read beside a writer, SQLite makes a file in the folder. Where it may not and nobody writes, it reads what stands.
    archived = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if archived else ''}"


def _prepare(db: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
    version = _version(db, path)  # Before anything is changed in a file that may be somebody else's.
    _to_wal(db, busy_seconds)
    db.execute("PRAGMA synchronous = FULL")
    # On macOS a plain fsync does not reach the disk. Elsewhere the two say nothing.
    db.execute("PRAGMA fullfsync = 1")
    db.execute("PRAGMA checkpoint_fullfsync = 1")
    if version < len(schema.MIGRATIONS):
        _migrate(db, path)


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The version of the tables, 0 for an empty file. Raises LedgerError for a newer one and for another program's file."""
    # In one statement, so of one moment: another process may be making the tables.
    mark, version, tables = db.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if (tables or mark or version) and mark != schema.APPLICATION_ID:
        raise LedgerError(f"{path} is a database of another program, no ledger of judge calls.", hint="Name another file.")
    if version > len(schema.MIGRATIONS):
        known = len(schema.MIGRATIONS)
        raise LedgerError(
            f"The judge's ledger {path} was written by a newer rft: its version is {version}, this program knows {known}.",
            hint="Update rft. The ledger was not touched.",
        )
    return int(version)


def _older(path: Path, version: int) -> LedgerError:
    if not version:
        return LedgerError(f"The judge's ledger {path} is empty.", hint="It fills with the first judged round.")
    return LedgerError(
        f"The judge's ledger {path} is of version {version}, before this program's {len(schema.MIGRATIONS)}.",
        hint="Any `rft run` with a judge brings it up to date.",
    )


def _to_wal(db: sqlite3.Connection, busy_seconds: float) -> None:
    # The switch needs the file alone and does not wait by itself.
    end = time.monotonic() + busy_seconds
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        # Again, as another process may have been faster.
        for statements in schema.MIGRATIONS[_version(db, path) :]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
