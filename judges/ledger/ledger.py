"""The ledger of judge calls: what was asked, answered and paid, shared by all runs of a workspace, in one SQLite file.

An intent is on the disk before a request is sent, and a reply before anybody reads it. So no answer that was received is ever
paid again; what was under way at a hard kill may be lost, and is counted at its worst case.
"""

import sqlite3
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from judges.budget import Limits
from judges.calls import Billed, CallFailed, Context, PreparedCall, Purpose, RawReply
from judges.errors import LedgerError
from judges.ledger import attempts, batches, uses
from judges.ledger.files import connect
from judges.ledger.intent import Intent
from judges.ledger.owner import Owner
from judges.ledger.reading import Clock, LedgerReader
from judges.ledger.rows import Attempt, BatchIntent, Begun, NoteKind, NoteRow, OpenBatch, Source, UseRow
from judges.ledger.writer import Writer

BUSY_SECONDS = 30.0
"""How long to wait for another process that writes: it holds the file for milliseconds."""


class Ledger(LedgerReader):
    """A ledger that is written, by this process and by others at the same time. Safe to share between threads.

    What writes returns a future, done once it is on the disk. A future fails with LedgerError when the file or the disk does; a
    result that `answered` or `failed` could not store is kept and tried again with the next operation and in `close`.
    """

    def __init__(self, path: Path, *, clock: Clock = time.time, busy_seconds: float = BUSY_SECONDS) -> None:
        self._me = Owner.me()
        db = connect(path, busy_seconds)
        try:
            super().__init__(path, clock)
        except BaseException:
            db.close()
            raise
        self._writer = Writer(db, path)
        try:
            self.recovered = self.recover()
        except BaseException:
            super().close()
            self._writer.close()
            raise

    @classmethod
    def open(cls, path: Path, *, clock: Clock = time.time, busy_seconds: float = BUSY_SECONDS) -> "Ledger":
        """Open or create a ledger. `recovered` says how many calls of killed processes were given up for lost.

        Raises LedgerError for a file that is no ledger, that a newer rft wrote, or that cannot be written.
        """
        return cls(path, clock=clock, busy_seconds=busy_seconds)

    @staticmethod
    def read(path: Path, *, clock: Clock = time.time) -> LedgerReader:
        """Open a ledger that exists, to read. Raises LedgerError."""
        return LedgerReader(path, clock)

    def begin(self, prepared: PreparedCall, context: Context, limits: Limits) -> "Future[Begun]":
        """Take the right to send a request once: an Attempt, with its worst case reserved and its intent stored.

        Or learn that it is Answered, or Held by an attempt or a batch under way. The future raises BudgetReached when a limit
        could be passed. Whoever gets an Attempt owes it one `answered` or `failed`, also when nothing was sent.
        """
        intent = Intent.of(prepared, context)
        return self._writer.submit(lambda db: attempts.begin(db, intent, limits, self._me, self._clock()))

    def answered(self, attempt: Attempt, reply: RawReply, billed: Billed) -> "Future[None]":
        """Store a reply and what it cost, in the place of its reservation. Cannot be cancelled."""
        packed = zlib.compress(reply.body, 1)
        return self._writer.submit(
            lambda db: attempts.answered(db, attempt, reply, packed, billed, self._clock()), must_land=True
        )

    def failed(self, attempt: Attempt, failure: CallFailed) -> "Future[None]":
        """Store why an attempt got no reply. One that may be billed stays charged at its worst case, as possibly lost."""
        return self._writer.submit(lambda db: attempts.failed(db, attempt, failure, self._clock()), must_land=True)

    def recover(self) -> int:
        """Give up for lost what processes that no longer live had under way. Returns how many attempts."""
        return self._writer.submit(lambda db: attempts.recover(db, self._clock())).result()

    def used(
        self, run: str, round: str, task: str, candidate_key: str, key: str, purpose: Purpose, source: Source
    ) -> "Future[None]":
        """Store that a candidate's verdict came from the reply of this key."""
        use = UseRow(run, round, task, candidate_key, key, purpose, source)
        return self._writer.submit(lambda db: uses.used(db, use), must_land=True)

    def note(self, run: str, round: str, task: str, kind: NoteKind, count: int) -> "Future[None]":
        """Store how many candidates of a task needed no call, for this reason. The last note of a kind counts."""
        row = NoteRow(run, round, task, kind, count)
        return self._writer.submit(lambda db: uses.note(db, row), must_land=True)

    def batch_intended(self, calls: Sequence[tuple[PreparedCall, Context]], limits: Limits) -> "Future[BatchIntent]":
        """Take the right to send these requests in one batch, as many of them as fit into the limits, in their order.

        The future raises BudgetReached when one is to be sent and none fits. A batch of which nothing was taken needs no end.
        """
        intents = [Intent.of(prepared, context) for prepared, context in calls]
        return self._writer.submit(lambda db: batches.intend(db, intents, limits, self._me, self._clock()))

    def batch_sent(self, batch: int, batch_id: str) -> "Future[None]":
        """The server has the batch of this intent, under this name."""
        return self._writer.submit(lambda db: batches.sent(db, batch, batch_id), must_land=True)

    def batch_open(self) -> "Future[tuple[OpenBatch, ...]]":
        """The open batches that are this process's to see to: its own, and those of processes that ended."""
        return self._writer.submit(lambda db: batches.see_to_open(db, self._me))

    def batch_ended(self, batch: int) -> "Future[None]":
        """All results of a batch were given to `answered` and `failed`. Requests without any count as possibly lost."""
        return self._writer.submit(lambda db: batches.ended(db, batch, self._clock()), must_land=True)

    def batch_dropped(self, batch: int) -> "Future[None]":
        """The server never got the batch: its requests are released."""
        return self._writer.submit(lambda db: batches.dropped(db, batch, self._clock()), must_land=True)

    def close(self) -> None:
        """Do what waits. What was begun here and got neither reply nor failure is given up for lost; open batches stay open.

        Raises LedgerError if a result could not be stored.
        """
        try:
            self._writer.submit(self._let_go, must_land=True)
        except LedgerError:
            return  # It is closed.
        # The writer last: whoever closes the file last leaves one file and no log beside it.
        super().close()
        self._writer.close()

    def _let_go(self, db: sqlite3.Connection) -> None:
        attempts.give_up(db, str(self._me), self._clock())
        batches.let_go(db, self._me)
