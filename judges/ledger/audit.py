"""Whether the ledger agrees with itself: the sums are worked out again from the attempts, in other words than they were kept."""

import sqlite3
from collections.abc import Iterator

_RECOUNTED = """
SELECT scope, run, part, sum(known), sum(lost), sum(reserved), sum(calls) FROM (
    SELECT 'round' AS scope, run, round AS part, * FROM (SELECT run, round, day, {cases} FROM attempts)
    UNION ALL SELECT 'run', run, '', * FROM (SELECT run, round, day, {cases} FROM attempts)
    UNION ALL SELECT 'day', '', day, * FROM (SELECT run, round, day, {cases} FROM attempts)
) GROUP BY scope, run, part
""".format(
    cases="""
        CASE WHEN state = 'done' THEN coalesce(cost_pico, 0) ELSE 0 END AS known,
        CASE WHEN state = 'unknown' OR (state = 'done' AND cost_pico IS NULL) THEN coalesce(reserved_pico, 0) ELSE 0 END AS lost,
        CASE WHEN state IN ('inflight', 'batched') THEN coalesce(reserved_pico, 0) ELSE 0 END AS reserved,
        CASE WHEN state = 'failed' THEN 0 ELSE 1 END AS calls
    """
)

_WRONG_ROWS = (
    (
        "answered attempts without a reply",
        "SELECT count(*) FROM attempts WHERE state = 'done' AND (body IS NULL OR input_tokens IS NULL)",
    ),
    (
        "open attempts that have an end",
        "SELECT count(*) FROM attempts WHERE state IN ('inflight', 'batched') AND ended IS NOT NULL",
    ),
    (
        "settled attempts without an end",
        "SELECT count(*) FROM attempts WHERE state NOT IN ('inflight', 'batched') AND ended IS NULL",
    ),
    (
        "keys that are under way twice",
        "SELECT count(*) FROM (SELECT key FROM attempts WHERE state IN ('inflight', 'batched') GROUP BY key HAVING count(*) > 1)",
    ),
    (
        "requests that wait for a batch that is over",
        "SELECT count(*) FROM attempts JOIN batches ON batches.id = batch"
        " WHERE attempts.state = 'batched' AND batches.state NOT IN ('intended', 'sent')",
    ),
    (
        "uses of a reply that is not there",
        "SELECT count(*) FROM uses WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.key = uses.key AND state = 'done')",
    ),
)


def faults(db: sqlite3.Connection) -> list[str]:
    """What does not agree, a sentence each. Nothing, when all is well."""
    db.execute("BEGIN")
    try:
        return [*_damage(db), *_wrong_sums(db), *_wrong_rows(db)]
    finally:
        db.execute("ROLLBACK")


def _damage(db: sqlite3.Connection) -> Iterator[str]:
    for (said,) in db.execute("PRAGMA quick_check"):
        if said != "ok":
            yield f"The file is damaged: {said}."


def _wrong_sums(db: sqlite3.Connection) -> Iterator[str]:
    counted = {tuple(row[:3]): tuple(row[3:]) for row in db.execute(_RECOUNTED)}
    kept = {tuple(row[:3]): tuple(row[3:]) for row in db.execute("SELECT * FROM counters")}
    for place in sorted(counted.keys() | kept.keys()):
        nothing = (0, 0, 0, 0)
        if counted.get(place, nothing) != kept.get(place, nothing):
            name = " ".join(part for part in place if part)
            yield f"The sums of {name} are kept as {kept.get(place)}; the attempts add up to {counted.get(place)}."


def _wrong_rows(db: sqlite3.Connection) -> Iterator[str]:
    for what, query in _WRONG_ROWS:
        (count,) = db.execute(query).fetchone()
        if count:
            yield f"There are {what}: {count}."
