"""The one thread that writes: groups, room kept for answers, and errors that reach whoever waits."""

import sqlite3
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from judges.errors import LedgerError
from judges.ledger import Ledger
from judges.ledger.spare import SPARE_BYTES, Spare
from judges.ledger.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def connection(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE t (x)")
    return db


def insert(x: int, db: sqlite3.Connection) -> int:
    return db.execute("INSERT INTO t VALUES (?)", (x,)).rowcount


def test_what_waits_together_is_committed_together_and_told_afterwards(path: Path) -> None:
    writer = Writer(connection(path), path)
    begun, go_on = threading.Event(), threading.Event()
    said: list[str] = []

    def block(db: sqlite3.Connection) -> None:
        db.set_trace_callback(lambda statement: said.append(statement) if statement in ("BEGIN IMMEDIATE", "COMMIT") else None)
        begun.set()
        go_on.wait()

    writer.submit(block)
    begun.wait()
    waiting = [writer.submit(partial(insert, x)) for x in range(100)]
    waiting[0].add_done_callback(lambda _: said.append("told"))
    go_on.set()
    assert [future.result() for future in waiting] == [1] * 100
    writer.close()
    assert said == ["COMMIT", "BEGIN IMMEDIATE", "COMMIT", "told"]


def test_a_full_disk_gets_the_spare_room_for_what_must_land(path: Path) -> None:
    spare = Spare(path)

    def work(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t VALUES (1)")
        if spare.path.exists():
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    writer = Writer(connection(path), path)
    writer.submit(lambda _: None).result()
    assert spare.path.stat().st_size == SPARE_BYTES
    with pytest.raises(LedgerError, match="full"):
        writer.submit(work).result()
    writer.submit(work, must_land=True).result()
    assert not spare.path.exists()
    writer.submit(lambda _: None).result()
    assert spare.path.exists()
    writer.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_without_spare_room_nothing_new_is_begun(path: Path) -> None:
    writer = Writer(connection(path), path)
    Spare(path).path.mkdir()
    with pytest.raises(LedgerError, match="no room"):
        writer.submit(lambda _: None).result()
    assert writer.submit(lambda _: 5, must_land=True).result() == 5
    writer.close()


def test_a_file_that_may_not_be_written(path: Path) -> None:
    Ledger.open(path).close()
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    writer = Writer(db, path)
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        writer.submit(lambda db: db.execute("DELETE FROM attempts")).result()
    assert "writable" in caught.value.hint
    writer.close()


def test_an_error_of_our_own_leaves_nobody_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(connection(path), path)
    with monkeypatch.context() as broken:
        broken.setattr(writer, "_commit", lambda _: 1 / 0)
        for must_land in (True, False):
            with pytest.raises(ZeroDivisionError):
                writer.submit(lambda _: 1, must_land=must_land).result()
    assert writer.submit(lambda _: 1).result() == 1
    writer.close()
