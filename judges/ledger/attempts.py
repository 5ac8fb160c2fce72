"""The life of an attempt: intended, then answered, failed or lost. Each function runs inside a transaction of the writer.

inflight, batched -> done | failed | unknown
unknown -> done | failed        what was given up for lost and came back after all
failed -> done                  a reply is paid, whatever was thought of its attempt
"""

import sqlite3
import zlib

from judges.budget import SCOPES, Limits, check
from judges.calls import Billed, CallFailed, RawReply
from judges.ledger import counters
from judges.ledger.intent import Intent, message_without_secrets, without_secrets
from judges.ledger.owner import Owner
from judges.ledger.replies import reply_to
from judges.ledger.rows import Answered, Attempt, Begun, Held, State


def begin(db: sqlite3.Connection, intent: Intent, limits: Limits, me: Owner, now: float) -> Begun:
    """Take the right to send a request, or learn who has it or what it was answered. Raises BudgetReached."""
    standing = _standing(db, intent.key)
    if isinstance(standing, Held) and recover(db, now):
        standing = _standing(db, intent.key)
    return standing or _take(db, intent, limits, me, now, state="inflight", batch=None)


def begin_batched(db: sqlite3.Connection, intent: Intent, limits: Limits, me: Owner, now: float, batch: int) -> Begun:
    """As `begin`, for a request that a batch is to hold."""
    standing = _standing(db, intent.key)
    return standing or _take(db, intent, limits, me, now, state="batched", batch=batch)


def answered(db: sqlite3.Connection, attempt: Attempt, reply: RawReply, packed: bytes, billed: Billed, now: float) -> None:
    """Store a reply. A second one to the same attempt changes nothing."""
    usage = billed.usage
    settle(
        db, attempt.id, "done", now,
        body=packed, seconds=reply.seconds, request_id=reply.request_id, http_status=reply.http_status,
        input_tokens=usage.input, cache_write_5m_tokens=usage.cache_write_5m, cache_write_1h_tokens=usage.cache_write_1h,
        cache_read_tokens=usage.cache_read, output_tokens=usage.output, thinking_tokens=usage.thinking,
        cost_pico=billed.pico, price_source=billed.source, reply_model=billed.model,
    )  # fmt: skip


def failed(db: sqlite3.Connection, attempt: Attempt, failure: CallFailed, now: float) -> None:
    """Store why there is no reply. What may be billed stays charged at its worst case."""
    settle(
        db, attempt.id, "unknown" if failure.may_be_billed else "failed", now,
        body=zlib.compress(without_secrets(failure.body)) if failure.body else None,
        request_id=failure.request_id, http_status=failure.http_status, retry_after=failure.retry_after,
        error_kind=failure.kind, error_type=failure.error_type, error_code=failure.error_code,
        error_message=message_without_secrets(str(failure)),
    )  # fmt: skip


def recover(db: sqlite3.Connection, now: float) -> int:
    """Give up for lost what owners that no longer live had under way. Returns how many attempts."""
    owners = [text for (text,) in db.execute("SELECT DISTINCT owner FROM attempts WHERE state = 'inflight'")]
    return sum(give_up(db, text, now) for text in owners if not Owner.parse(text).lives())


def give_up(db: sqlite3.Connection, owner: str, now: float) -> int:
    """Give up for lost what this owner has under way."""
    rows = db.execute("SELECT id FROM attempts WHERE state = 'inflight' AND owner = ?", (owner,)).fetchall()
    for (row,) in rows:
        settle(
            db, row, "unknown", now, error_kind="cut", error_message="the process that asked ended before the answer was stored"
        )
    return len(rows)


def settle(db: sqlite3.Connection, row: int, state: State, now: float, **found: bytes | str | float | None) -> None:
    """Move an attempt to its next state, with what was found out, and the sums with it. What is answered stays so."""
    was, run, round, day, reserved = db.execute(
        "SELECT state, run, round, day, reserved_pico FROM attempts WHERE id = ?", (row,)
    ).fetchone()
    if was == "done" or (was == "failed" and state != "done"):
        return
    columns = "".join(f", {name} = :{name}" for name in found)
    db.execute(
        f"UPDATE attempts SET state = :state, ended = :ended{columns} WHERE id = :id",
        {"state": state, "ended": now, "id": row, **found},
    )
    cost = found.get("cost_pico")
    new = counters.charge(state, reserved, cost if isinstance(cost, int) else None)
    counters.move(db, run, round, day, new=new, old=counters.charge(was, reserved, None))


def _standing(db: sqlite3.Connection, key: str) -> Answered | Held | None:
    if (reply := reply_to(db, key)) is not None:
        return Answered(reply)
    row = db.execute("SELECT owner, batch FROM attempts WHERE key = ? AND state IN ('inflight', 'batched')", (key,)).fetchone()
    if row is None:
        return None
    owner, batch = row
    return Held(key, f"process {Owner.parse(owner).pid}" if batch is None else f"batch {batch} of this ledger")


def _take(
    db: sqlite3.Connection, intent: Intent, limits: Limits, me: Owner, now: float, *, state: State, batch: int | None
) -> Attempt:
    context, day = intent.context, counters.day_of(now)
    check(limits, {scope: counters.spent(db, scope, context.run, context.round, day) for scope in SCOPES}, intent.worst_pico)
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM attempts WHERE key = ?", (intent.key,)).fetchone()
    columns: dict[str, str | int | float | None] = {
        "key": intent.key, "number": last + 1, "state": state, "run": context.run, "round": context.round, "task": context.task,
        "candidate_key": context.candidate_key, "purpose": context.purpose, "day": day, "owner": str(me), "batch": batch,
        "provider": intent.provider, "model": intent.model, "sample_index": intent.sample_index, "params": intent.params,
        "body_sha": intent.body_sha, "code_sha": intent.code_sha, "reserved_pico": intent.worst_pico, "began": now,
    }  # fmt: skip
    places = ", ".join("?" * len(columns))
    row = db.execute(f"INSERT INTO attempts ({', '.join(columns)}) VALUES ({places})", tuple(columns.values())).lastrowid
    assert row is not None
    counters.move(db, context.run, context.round, day, new=counters.charge(state, intent.worst_pico, None))
    return Attempt(row, intent.key, last + 1)
