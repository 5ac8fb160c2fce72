"""The run's store: one SQLite file that knows all that was finished, and one process that may write it."""

import fcntl
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rft.database import StoreError, decoded, opened, refuse_lost
from rft.errors import InputError
from rft.torn import cut_torn_line
from rollouts.store import SCHEMA as CANDIDATES
from rollouts.store import CandidateStore

TABLES = (
    CANDIDATES
    + """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
"""
)


@dataclass(frozen=True, slots=True)
class RunPaths:
    """Where things of one run lie in the workspace."""

    workspace: Path
    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise InputError(
                f"{self.name!r} cannot be a run's name.", hint="Use letters, digits, `.`, `_` and `-`, a letter or digit first."
            )

    @property
    def folder(self) -> Path:
        return self.workspace / "runs" / self.name

    @property
    def database(self) -> Path:
        return self.folder / "run.db"

    @property
    def events(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics.jsonl"

    @property
    def latest(self) -> Path:
        return self.workspace / "adapters" / "latest"

    @property
    def log_page(self) -> Path:
        return self.workspace / "docs" / "runs" / f"{self.name}.md"

    def log(self, stage: str) -> Path:
        return self.folder / "logs" / f"{stage}.log"

    def adapter(self, stage: str) -> Path:
        return self.folder / "adapters" / stage

    def exports(self, stage: str) -> Path:
        return self.folder / stage


class RunStore:
    """Facts of a run by name, scores by content, and the candidates. Each write is one durable transaction.

    A fact is written once, when the work it states is finished; what has no fact is still to be done.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.candidates = CandidateStore(connection)

    def fact(self, name: str) -> Any:
        """What is stored under this name, or None."""
        row = self.connection.execute("SELECT json FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else decoded(row[0])

    def state(self, name: str, value: Any) -> None:
        """Store a fact. Stating it again replaces it."""
        with self.connection:
            self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    def score(self, key: str) -> Any:
        """The stored evaluation of some code on some tests, or None."""
        row = self.connection.execute("SELECT json FROM scores WHERE key = ?", (key,)).fetchone()
        return None if row is None else decoded(row[0])

    def add_score(self, key: str, value: Mapping[str, Any]) -> None:
        with self.connection:
            self.connection.execute("INSERT OR IGNORE INTO scores VALUES (?, ?)", (key, json.dumps(value)))


@contextmanager
def open_for_writing(paths: RunPaths) -> Iterator[RunStore]:
    """Open or create the run's store as its only writer. Raises StoreError when another process writes it, and when the file is
    damaged, not ours, or gone while the rest of the run is still there; InputError where a file stands in the place of a folder.

    The lock is the kernel's: it goes with the process, however that ends, and children do not inherit it.
    """
    _refuse_files(paths)
    paths.folder.mkdir(parents=True, exist_ok=True)
    with (paths.folder / "lock").open("a+") as lock:
        try:
            _lock(lock)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise StoreError(
                f"the run {paths.name!r} is being written by {holder}.",
                hint=f"Wait for it, stop it, or start another run with --name; `rft status --name {paths.name}` shows it.",
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        for log in (paths.events, paths.metrics):
            cut_torn_line(log)
        with opened(paths.database, tables=TABLES, remains=_remains(paths)) as connection:
            yield RunStore(connection)


def _refuse_files(paths: RunPaths) -> None:
    """Also where the run writes only at its end: that would be a night later."""
    for folder in (paths.folder.parent, paths.folder, *reversed(paths.log_page.parents[:2])):
        if folder.exists() and not folder.is_dir():
            raise InputError(
                f"{folder.relative_to(paths.workspace)} is a file, and a run keeps a folder there.",
                hint="Move it away, or run in another folder.",
            )


def _remains(paths: RunPaths) -> list[str]:
    """What there is of a run that has begun, beside its store."""
    return [place.name for place in (paths.events, paths.folder / "adapters") if place.exists()]


def _lock(file: IO[str]) -> None:
    """Take the lock. A look by `rft status` holds it for an instant, so one refusal is not believed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(0.2)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def open_for_reading(paths: RunPaths) -> Iterator[RunStore]:
    """Open an existing store beside its writer, if there is one. Raises InputError when there is no such run, and StoreError when
    its file is damaged or not ours."""
    remains = _remains(paths)
    if not paths.database.is_file():
        refuse_lost(paths.database, remains)
        known = sorted(path.parent.name for path in paths.workspace.glob("runs/*/run.db"))
        raise InputError(
            f"there is no run {paths.name!r} here.",
            hint=f"Runs in this folder: {', '.join(known)}." if known else "Start one with `rft run`.",
        )
    with opened(paths.database, tables=None, remains=remains) as connection:
        yield RunStore(connection)


def is_running(paths: RunPaths) -> bool:
    """Whether a process holds the run's lock now."""
    lock_file = paths.folder / "lock"
    if not lock_file.is_file():
        return False
    with lock_file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
