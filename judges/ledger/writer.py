"""One thread that writes: what waits together is committed together, so that many calls share one sync of the disk."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from judges.errors import LedgerError
from judges.ledger.failures import is_disks, is_full, no_room, told
from judges.ledger.spare import Spare

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
_LARGEST_GROUP = 256


@dataclass(frozen=True, slots=True)
class _Operation:
    work: Work[Any]
    future: "Future[Any]"
    must_land: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class Writer:
    """Runs operations in the order they were given, each whole or not at all, and says so once they are on the disk.

    An operation that must land (a paid answer) and meets a full or locked disk is told so and kept: the next transaction, or
    `close`, tries it again, and nothing new is written before it. A full disk first gets back the room that was kept spare for
    that moment.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._spare = Spare(path)
        self._queue: queue.SimpleQueue[_Operation | None] = queue.SimpleQueue()
        self._owed: list[_Operation] = []
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="judge-ledger", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, must_land: bool = False) -> "Future[T]":
        """Queue an operation. One that must land cannot be cancelled. Raises LedgerError once closed."""
        future: Future[T] = Future()
        if must_land:
            future.set_running_or_notify_cancel()
        with self._gate:
            if self._closed:
                raise LedgerError(f"The judge's ledger {self._path} is closed.", hint="Open it again.")
            self._queue.put(_Operation(work, future, must_land))
        return future

    def close(self) -> None:
        """Do what is queued and what is still owed. Raises LedgerError if a paid answer could not be stored."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        if self._owed:
            raise LedgerError(
                f"{len(self._owed)} results of judge calls could not be stored in {self._path}; they count as possibly lost.",
                hint="Free some space on that disk before the next run.",
            )

    def _loop(self) -> None:
        open_for_more = True
        while open_for_more:
            group, open_for_more = self._next_group()
            try:
                self._write(group)
            except Exception as error:
                # An error of ours: it must leave nobody waiting, and this thread must go on for the others.
                for operation in group:
                    if not operation.future.done():
                        operation.future.set_exception(error)
        with suppress(sqlite3.Error, OSError):
            self._spare.spend()
            self._db.close()

    def _next_group(self) -> tuple[list[_Operation], bool]:
        """What waits now, and whether more may come."""
        waiting = [self._queue.get()]
        with suppress(queue.Empty):
            while waiting[-1] is not None and len(waiting) < _LARGEST_GROUP:
                waiting.append(self._queue.get_nowait())
        return [operation for operation in waiting if operation is not None], waiting[-1] is not None

    def _write(self, group: list[_Operation]) -> None:
        group = [operation for operation in group if operation.must_land or operation.future.set_running_or_notify_cancel()]
        group = self._with_room(group)
        try:
            outcomes = self._commit([*self._owed, *group])
        except sqlite3.Error as error:
            self._save_the_paid(group, error)
            return
        for operation, outcome in zip(group, outcomes[len(self._owed) :], strict=True):
            _deliver(operation, outcome)
        self._owed.clear()

    def _with_room(self, group: list[_Operation]) -> list[_Operation]:
        """Those that may be done: nothing new is begun before there is room for its answer."""
        if all(operation.must_land for operation in group):
            return group
        try:
            self._spare.put()
        except OSError as error:
            _refuse(group, no_room(error, self._path))
            return [operation for operation in group if operation.must_land]
        return group

    def _save_the_paid(self, group: list[_Operation], error: sqlite3.Error) -> None:
        """After a transaction that failed: what must land alone, with the spare room if the disk is full. The rest is refused."""
        if is_full(error):
            # Where even that fails, the second try below says so.
            with suppress(OSError):
                self._spare.spend()
        _refuse(group, told(error, self._path))
        paid = [operation for operation in group if operation.must_land]
        try:
            outcomes = self._commit([*self._owed, *paid])
        except sqlite3.Error as again:
            self._owed += paid
            for operation in paid:
                _deliver(operation, _Outcome(error=told(again, self._path)))
            return
        for operation, outcome in zip(paid, outcomes[len(self._owed) :], strict=True):
            _deliver(operation, outcome)
        self._owed.clear()

    def _commit(self, operations: list[_Operation]) -> list[_Outcome]:
        """One transaction. Raises sqlite3.Error when the file or the disk failed: then nothing was written."""
        if not operations:
            return []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            outcomes = [self._run(operation.work) for operation in operations]
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
        return outcomes

    def _run(self, work: Work[Any]) -> _Outcome:
        """One operation, undone by itself when it refuses. Raises sqlite3.Error when all of the transaction is lost."""
        self._db.execute("SAVEPOINT operation")
        try:
            outcome = _Outcome(value=work(self._db))
        except Exception as error:
            if isinstance(error, sqlite3.Error) and is_disks(error):
                raise
            self._db.execute("ROLLBACK TO operation")
            outcome = _Outcome(error=error)
        self._db.execute("RELEASE operation")
        return outcome


def _refuse(group: list[_Operation], error: LedgerError) -> None:
    """Tell those that need not land."""
    for operation in group:
        if not operation.must_land:
            _deliver(operation, _Outcome(error=error))


def _deliver(operation: _Operation, outcome: _Outcome) -> None:
    if outcome.error is None:
        operation.future.set_result(outcome.value)
    else:
        operation.future.set_exception(outcome.error)
