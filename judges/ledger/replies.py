"""Stored replies, as they were received."""

import sqlite3
import zlib

from judges.calls import Billed, RawReply, Usage
from judges.errors import LedgerError
from judges.ledger.rows import StoredReply


def reply_to(db: sqlite3.Connection, key: str) -> StoredReply | None:
    """The first reply that a key got, or None."""
    row = db.execute(
        "SELECT id, run, round, body, seconds, request_id, http_status, input_tokens, cache_write_5m_tokens, "
        " cache_write_1h_tokens, cache_read_tokens, output_tokens, thinking_tokens, cost_pico, price_source, reply_model"
        " FROM attempts WHERE key = ? AND state = 'done' ORDER BY number LIMIT 1",
        (key,),
    ).fetchone()
    if row is None:
        return None
    attempt, run, round, body, seconds, request_id, status, *tokens, cost, source, model = row
    reply = RawReply(_unpacked(body, key), seconds, request_id, status)
    return StoredReply(attempt, key, reply, Billed(Usage(*tokens), cost, source, model), run, round)


def _unpacked(body: bytes, key: str) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error as error:
        raise LedgerError(
            f"the reply {key[:12]} in the ledger is damaged",
            hint="Restore the ledger from a copy, or move it away and ask again.",
        ) from error
