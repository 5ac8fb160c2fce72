"""The SQLite file of a run: opened for good, made whole in one transaction, and what is wrong with it said in words."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rft.errors import InputError, RftError

PATIENCE_SECONDS = 10.0
"""How long another program may hold the file."""
SCHEMA_VERSION = 1
OURS = {"candidates", "facts", "scores"}
START_ANEW = "Put it back from a backup, or move the run's folder away and begin the run anew."


class StoreError(RftError):
    """The run's store cannot be opened, or belongs to somebody else."""


@contextmanager
def opened(database: Path, *, tables: str | None, remains: Sequence[str]) -> Iterator[sqlite3.Connection]:
    """A connection whose commits are durable. Raises StoreError for a file that is damaged, held by another program, or not a
    run's store, at once or at any later moment; a full disk stays sqlite3's own error.

    Args:
        tables: For the writer the statements that make an empty store; it looks the file over for damage, too (three seconds for
            1 GB). None for a reader, who raises InputError when the file is still empty.
        remains: What else there is of a run that has begun: then an empty file is a lost one.
    """
    if not database.is_file():
        refuse_lost(database, remains)
    try:
        place = _address(database, writes=tables is not None)
        with closing(sqlite3.connect(place, timeout=PATIENCE_SECONDS, uri=True)) as connection:
            if _is_empty(connection, database):
                refuse_lost(database, remains)
                if tables is None:
                    raise InputError("this run has not begun: its store is empty.", hint="Start it with `rft run --name NAME`.")
            if tables is not None:
                _prepare(connection, database, tables)
            yield connection
    except sqlite3.DatabaseError as error:
        explained = _explained(error, database)
        if explained is None:
            raise
        raise explained from error


def _address(database: Path, *, writes: bool) -> str:
    """A reader does not make the file. It may have to write beside it: a killed writer's log is not folded in yet."""
    mode = "rwc" if writes else "rw"
    log = database.with_name(f"{database.name}-wal")
    if not writes and not os.access(database.parent, os.W_OK) and not (log.is_file() and log.stat().st_size):
        mode = "ro&immutable=1"  # somebody else's run, or one on a read-only disk: without that word SQLite wants to write there
    return f"{database.absolute().as_uri()}?mode={mode}"


def refuse_lost(database: Path, remains: Sequence[str]) -> None:
    """Raise StoreError when the run has begun: an empty store would begin it anew over what is left of it."""
    if remains:
        raise StoreError(f"{database} is lost, and {', '.join(remains)} of its run are still there.", hint=START_ANEW)


def _is_empty(connection: sqlite3.Connection, database: Path) -> bool:
    """Whether nothing was made in the file yet. Raises StoreError when it is not ours."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if version not in (0, SCHEMA_VERSION):
        raise StoreError(
            f"{database} has schema version {version}; this rft reads version {SCHEMA_VERSION}.",
            hint="Use the rft that wrote it, or start another run with --name.",
        )
    if not (found >= OURS if version else not found):
        raise _not_ours(database, "it is a database of another program")
    return not found


def _prepare(connection: sqlite3.Connection, database: Path, tables: str) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync there leaves data in the drive's cache
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        # All in one transaction: a kill leaves an empty file or a whole one.
        connection.executescript(f"BEGIN IMMEDIATE; {tables} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise _damaged(database, problem)


def _explained(error: sqlite3.DatabaseError, database: Path) -> StoreError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_NOTADB":
        return _not_ours(database, str(error))
    if name.startswith("SQLITE_CORRUPT"):
        return _damaged(database, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"{database} is held by another program.", hint="Close that program, and give the same command again.")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StoreError(f"{database} cannot be opened: {error}.", hint="Run in a folder that is yours and can be written.")
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"{database} cannot be read or written: {error}.", hint="Look at the disk, and give the same command again."
        )
    return None


def _damaged(database: Path, what: str) -> StoreError:
    return StoreError(f"{database} is damaged: {' '.join(what.split())}.", hint=START_ANEW)


def _not_ours(database: Path, why: str) -> StoreError:
    return StoreError(f"{database} is not a store of a run: {why}.", hint="Move it away and start again.")


def decoded(text: str) -> Any:
    """A stored value. Raises StoreError when the text is not what was written."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StoreError(f"the run's store is damaged: a stored value cannot be read ({error}).", hint=START_ANEW) from error
