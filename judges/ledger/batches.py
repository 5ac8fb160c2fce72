"""Batches: what is to be in one is durable before it is sent, so that a lost answer to the sending never sends it twice.

    intended -> sent -> ended
    intended -> dropped             the server never got it

Its requests stay open over kills: the server keeps the results. Each function runs inside a transaction of the writer.
"""

import sqlite3
from collections.abc import Sequence

from judges.budget import BudgetReached, Limits
from judges.errors import LedgerError
from judges.ledger import attempts
from judges.ledger.intent import Intent
from judges.ledger.owner import Owner
from judges.ledger.rows import Answered, Attempt, BatchIntent, Held, OpenBatch, StoredReply


def intend(db: sqlite3.Connection, intents: Sequence[Intent], limits: Limits, me: Owner, now: float) -> BatchIntent:
    """Take as many of the requests as fit into the limits, in their order. Raises BudgetReached if none of them fits."""
    batch = db.execute("INSERT INTO batches (state, owner, created) VALUES ('intended', ?, ?)", (str(me), now)).lastrowid
    assert batch is not None
    attempts.recover(db, now)
    taken: list[Attempt] = []
    answered: list[StoredReply] = []
    held: list[Held] = []
    over: list[str] = []
    limit: BudgetReached | None = None
    for intent in intents:
        try:
            begun = attempts.begin_batched(db, intent, limits, me, now, batch)
        except BudgetReached as reached:
            over.append(intent.key)
            limit = limit or reached
            continue
        match begun:
            case Attempt():
                taken.append(begun)
            case Answered(reply):
                answered.append(reply)
            case Held():
                held.append(begun)
    if limit is not None and not taken:
        raise limit
    if not taken:
        db.execute("UPDATE batches SET state = 'dropped', ended = ? WHERE id = ?", (now, batch))
    return BatchIntent(batch, tuple(taken), tuple(answered), tuple(held), tuple(over), limit)


def sent(db: sqlite3.Connection, batch: int, batch_id: str) -> None:
    """The server has the batch, under this name. Raises LedgerError for a batch that is over, and for another one's name."""
    try:
        changed = db.execute(
            "UPDATE batches SET state = 'sent', batch_id = ? WHERE id = ? AND (state = 'intended' OR batch_id = ?)",
            (batch_id, batch, batch_id),
        ).rowcount
    except sqlite3.IntegrityError as error:
        raise LedgerError(
            f"The batch {batch_id} already stands in the ledger.", hint="Report this: it is an error of rft."
        ) from error
    if not changed:
        raise LedgerError(f"The ledger knows no batch {batch} that waits to be sent.", hint="Report this: it is an error of rft.")


def see_to_open(db: sqlite3.Connection, me: Owner) -> tuple[OpenBatch, ...]:
    """The open batches that are this owner's to see to: its own, and from now on those whose owner no longer lives."""
    rows = db.execute(
        "SELECT id, batch_id, created, owner FROM batches WHERE state IN ('intended', 'sent') ORDER BY id"
    ).fetchall()
    mine = [row[:3] for row in rows if row[3] == str(me) or _is_free(row[3])]
    for batch, _, _ in mine:
        db.execute("UPDATE batches SET owner = ? WHERE id = ?", (str(me), batch))
    return tuple(OpenBatch(batch, name, created, _open_in(db, batch)) for batch, name, created in mine)


def ended(db: sqlite3.Connection, batch: int, now: float) -> None:
    """All results of a batch are stored. A request without any may have been billed: it is counted as possibly lost."""
    for attempt in _open_in(db, batch):
        attempts.settle(db, attempt.id, "unknown", now, error_kind="cut", error_message="the batch ended without a result for it")
    db.execute("UPDATE batches SET state = 'ended', ended = ? WHERE id = ?", (now, batch))


def dropped(db: sqlite3.Connection, batch: int, now: float) -> None:
    """The server never got the batch: its requests cost nothing."""
    for attempt in _open_in(db, batch):
        attempts.settle(db, attempt.id, "failed", now, error_kind="connect", error_message="the batch never reached the server")
    db.execute("UPDATE batches SET state = 'dropped', ended = ? WHERE id = ?", (now, batch))


def let_go(db: sqlite3.Connection, me: Owner) -> None:
    """Leave this owner's open batches to whoever opens the ledger next."""
    db.execute("UPDATE batches SET owner = '' WHERE owner = ?", (str(me),))


def _is_free(owner: str) -> bool:
    return not owner or not Owner.parse(owner).lives()


def _open_in(db: sqlite3.Connection, batch: int) -> tuple[Attempt, ...]:
    rows = db.execute("SELECT id, key, number FROM attempts WHERE batch = ? AND state = 'batched' ORDER BY id", (batch,))
    return tuple(Attempt(*row) for row in rows)
