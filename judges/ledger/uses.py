"""Who used which reply, and who needed none. Saying the same again changes nothing: a resumed round says it again."""

import sqlite3

from judges.ledger.rows import NoteRow, UseRow


def used(db: sqlite3.Connection, use: UseRow) -> None:
    """Store a use. What was first said of it stays.

    A candidate finds its own reply in the ledger after a kill between the reply and its use: that one was paid here, not saved.
    """
    source = "paid" if use.source == "ledger" and _paid_here(db, use) else use.source
    db.execute(
        "INSERT OR IGNORE INTO uses VALUES (?, ?, ?, ?, ?, ?, ?)",
        (use.run, use.round, use.task, use.candidate_key, use.key, use.purpose, source),
    )


def note(db: sqlite3.Connection, row: NoteRow) -> None:
    """Store how many candidates of a task were skipped for a reason. The last word counts."""
    db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?)", (row.run, row.round, row.task, row.kind, row.count))


def _paid_here(db: sqlite3.Connection, use: UseRow) -> bool:
    found = db.execute(
        "SELECT 1 FROM attempts WHERE key = ? AND state = 'done' AND (run, round, task, candidate_key) = (?, ?, ?, ?)",
        (use.key, use.run, use.round, use.task, use.candidate_key),
    )
    return found.fetchone() is not None
