"""Sums over the attempts of a round, a run and a day, moved in the same transaction as the attempts themselves."""

import sqlite3
from datetime import UTC, datetime

from judges.budget import SCOPES, Scope, Spent
from judges.ledger.rows import State


def day_of(unix: float) -> str:
    """The date in UTC."""
    return datetime.fromtimestamp(unix, UTC).date().isoformat()


def charge(state: State, reserved_pico: int | None, cost_pico: int | None) -> Spent:
    """What one attempt adds to the sums. An answer without a known price stays charged at its worst case."""
    worst = reserved_pico or 0
    match state:
        case "inflight" | "batched":
            return Spent(reserved_pico=worst, calls=1)
        case "unknown":
            return Spent(possibly_lost_pico=worst, calls=1)
        case "done":
            return Spent(possibly_lost_pico=worst, calls=1) if cost_pico is None else Spent(known_pico=cost_pico, calls=1)
        case "failed":
            return Spent()


def place(scope: Scope, run: str, round: str, day: str) -> tuple[str, str, str]:
    """The row of the counters that a scope means."""
    return {"round": ("round", run, round), "run": ("run", run, ""), "day": ("day", "", day)}[scope]


NOTHING = Spent()


def move(db: sqlite3.Connection, run: str, round: str, day: str, *, new: Spent, old: Spent = NOTHING) -> None:
    """Put `new` in the place of `old` in all three sums."""
    by = (
        new.known_pico - old.known_pico,
        new.possibly_lost_pico - old.possibly_lost_pico,
        new.reserved_pico - old.reserved_pico,
        new.calls - old.calls,
    )
    db.executemany(
        "INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " known_pico = known_pico + excluded.known_pico, lost_pico = lost_pico + excluded.lost_pico,"
        " reserved_pico = reserved_pico + excluded.reserved_pico, calls = calls + excluded.calls",
        [(*place(scope, run, round, day), *by) for scope in SCOPES],
    )


def spent(db: sqlite3.Connection, scope: Scope, run: str, round: str, day: str) -> Spent:
    """What a scope was charged so far."""
    row = db.execute(
        "SELECT known_pico, lost_pico, reserved_pico, calls FROM counters WHERE (scope, run, part) = (?, ?, ?)",
        place(scope, run, round, day),
    ).fetchone()
    return Spent() if row is None else Spent(*row)
