"""The ledger as JSON lines, for people, for git and for other programs. It holds neither prompts nor keys."""

import base64
import json
import sqlite3
import zlib
from typing import IO, Any

from judges.ledger import schema

_TABLES = {"attempts": "id", "uses": "run, round, task, candidate_key, key", "notes": "run, round, task, kind", "batches": "id"}


def write(db: sqlite3.Connection, stream: IO[str]) -> None:
    """First a line that names the version, then a line per row, which names its `table`. All of one moment, in a stable order."""
    db.execute("BEGIN")
    try:
        _line(stream, {"table": "ledger", "version": len(schema.MIGRATIONS)})
        for table, order in _TABLES.items():
            rows = db.execute(f"SELECT * FROM {table} ORDER BY {order}")
            names = [column[0] for column in rows.description]
            for row in rows:
                _line(stream, {"table": table, **_shown(dict(zip(names, row, strict=True)))})
    finally:
        db.execute("ROLLBACK")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is empty; bodies as text, and as base64 where they are none."""
    # Who held a lease names the machine, and says nothing once it is over.
    row = {name: value for name, value in row.items() if value is not None and name != "owner"}
    if "params" in row:
        row["params"] = json.loads(row["params"])
    if "body" in row:
        body = zlib.decompress(row.pop("body"))
        try:
            row["body"] = body.decode()
        except UnicodeDecodeError:
            row["body_base64"] = base64.b64encode(body).decode()
    return row


def _line(stream: IO[str], row: dict[str, Any]) -> None:
    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
