"""Reading the ledger, while others write it: each answer is of one moment."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import IO, Any, Self

from judges.budget import Scope, Spent
from judges.calls import Usage
from judges.ledger import audit, counters, export
from judges.ledger.failures import told
from judges.ledger.files import connect_to_read
from judges.ledger.replies import reply_to
from judges.ledger.rows import AttemptRow, NoteRow, StoredReply, UseRow

Clock = Callable[[], float]
"""Unix time."""

_TOKENS = tuple(f"{field.name}_tokens" for field in fields(Usage))
_WRITTEN = tuple(field.name for field in fields(AttemptRow) if field.name != "usage")
_TEXTS = ("request_id", "price_source", "reply_model", "error_kind", "error_type", "error_code", "error_message")
_OF_ROUND = "WHERE (? IS NULL OR run = ?) AND (? IS NULL OR round = ?)"


class LedgerReader:
    """A ledger that is only read. Safe to share between threads. All methods raise LedgerError when the file cannot be read."""

    def __init__(self, path: Path, clock: Clock = time.time) -> None:
        self.path = path
        self._clock = clock
        self._reading = threading.Lock()
        self._reader = connect_to_read(path)

    def reply_of(self, key: str) -> StoredReply | None:
        """What a key was answered, or None."""
        with self._shared() as db:
            return reply_to(db, key)

    def spent(self, scope: Scope, run: str = "", round: str = "") -> Spent:
        """What a round of a run, a run, or the whole ledger today (UTC) was charged."""
        with self._shared() as db:
            return counters.spent(db, scope, run, round, counters.day_of(self._clock()))

    def attempts(self, run: str | None = None, round: str | None = None) -> Iterator[AttemptRow]:
        """All attempts, or those of a run or a round, in the order they began. Bodies stay in the file."""
        columns = ", ".join((*_WRITTEN, *_TOKENS))
        yield from map(_attempt, self._rows(f"SELECT {columns} FROM attempts {_OF_ROUND} ORDER BY id", run, round))

    def uses(self, run: str | None = None, round: str | None = None) -> Iterator[UseRow]:
        """Who used which reply."""
        for row in self._rows(f"SELECT * FROM uses {_OF_ROUND} ORDER BY run, round, task, candidate_key, key", run, round):
            yield UseRow(*row)

    def notes(self, run: str | None = None, round: str | None = None) -> Iterator[NoteRow]:
        """Who was not asked about, and why."""
        for row in self._rows(f"SELECT * FROM notes {_OF_ROUND} ORDER BY run, round, task, kind", run, round):
            yield NoteRow(*row)

    def verify(self) -> list[str]:
        """What in the ledger does not agree, a sentence each."""
        with self._own() as db:
            return audit.faults(db)

    def export(self, stream: IO[str]) -> None:
        """Write all of the ledger as JSON lines."""
        with self._own() as db:
            export.write(db, stream)

    def close(self) -> None:
        with self._reading:
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _rows(self, query: str, run: str | None, round: str | None) -> Iterator[tuple[Any, ...]]:
        with self._own() as db:
            yield from db.execute(query, (run, run, round, round))

    @contextmanager
    def _shared(self) -> Iterator[sqlite3.Connection]:
        """The connection for short questions, by one thread at a time."""
        try:
            with self._reading:
                yield self._reader
        except sqlite3.Error as error:
            raise told(error, self.path) from error

    @contextmanager
    def _own(self) -> Iterator[sqlite3.Connection]:
        """A connection for one long answer."""
        try:
            with closing(connect_to_read(self.path)) as db:
                yield db
        except sqlite3.Error as error:
            raise told(error, self.path) from error


def _attempt(row: tuple[Any, ...]) -> AttemptRow:
    found = dict(zip(_WRITTEN, row, strict=False))
    found.update({name: found[name] or "" for name in _TEXTS}, params=json.loads(found["params"]))
    tokens = row[len(_WRITTEN) :]
    return AttemptRow(**found, usage=None if tokens[0] is None else Usage(*tokens))
