"""Files that are no ledger, disks that are full, and others that hold the file."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from judges.budget import Spent
from judges.calls import RawReply
from judges.errors import LedgerError
from judges.ledger import Ledger, schema
from tests.judges.ledger_calls import BILLED, FREE, NOT_BILLED, context, key, paid, prepared, reply, taken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def refused(path: Path, *, by_reading: bool = False) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        Ledger.read(path) if by_reading else Ledger.open(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("by_reading", [True, False])
def test_a_file_that_is_no_database(path: Path, by_reading: bool) -> None:
    path.write_bytes(b"not a ledger, " * 100)
    before = path.read_bytes()
    assert "no ledger" in str(refused(path, by_reading=by_reading))
    assert path.read_bytes() == before


@pytest.mark.parametrize("by_reading", [True, False])
def test_the_database_of_another_program_is_left_as_it_is(path: Path, by_reading: bool) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    assert "another program" in str(refused(path, by_reading=by_reading))
    assert path.read_bytes() == before


@pytest.mark.parametrize("by_reading", [True, False])
def test_a_newer_version_is_refused(path: Path, by_reading: bool) -> None:
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 7")
    assert "version is 7" in str(refused(path, by_reading=by_reading))


def test_an_older_version_is_brought_up_to_date_and_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE more (x INTEGER) STRICT",)))
        assert "brings it up to date" in refused(path, by_reading=True).hint
        with Ledger.open(path) as ledger:
            assert ledger.reply_of(key("a")) is not None
            assert ledger.verify() == []
        Ledger.read(path).close()
    assert "version is 2" in str(refused(path))


def test_a_step_that_fails_leaves_the_older_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE more (x)", "DROP TABLE nothing")))
        refused(path)
    with Ledger.open(path) as ledger:
        assert ledger.reply_of(key("a")) is not None


def test_reading_what_is_not_there(path: Path) -> None:
    assert "no ledger" in str(refused(path, by_reading=True))
    assert not path.exists()
    path.touch()
    assert "empty" in str(refused(path, by_reading=True))


def test_a_folder_is_no_ledger(path: Path) -> None:
    path.mkdir()
    refused(path)
    refused(path, by_reading=True)


def test_no_folder_can_be_made_below_a_file(path: Path) -> None:
    path.touch()
    with pytest.raises(LedgerError, match="cannot be made"):
        Ledger.open(path / "ledger.db")


def test_many_may_create_it_at_the_same_moment(path: Path) -> None:
    start = threading.Barrier(8)

    def create(number: int) -> None:
        start.wait()
        with Ledger.open(path) as ledger:
            paid(ledger, number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(8)))
    with Ledger.read(path) as ledger:
        assert ledger.spent("run", "night").calls == 8
        assert ledger.verify() == []


def test_it_is_durable_by_its_settings(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ask = ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync")
        assert [ledger._writer._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ask] == ["wal", 2, 1, 1]


def test_a_file_that_another_holds_is_said_and_the_paid_answer_kept(path: Path) -> None:
    with Ledger.open(path, busy_seconds=0.05) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        attempt = taken(ledger, "a")
        other.execute("BEGIN IMMEDIATE")
        for future in (ledger.answered(attempt, reply("a"), BILLED), ledger.begin(prepared("b"), context(), FREE)):
            with pytest.raises(LedgerError, match="locked") as caught:
                future.result()
            assert caught.value.hint
        assert ledger.reply_of(key("a")) is None
        other.execute("ROLLBACK")
        taken(ledger, "b")
        assert ledger.reply_of(key("a")) is not None
        assert ledger.verify() == []


def _with(body: bytes) -> RawReply:
    return replace(reply("a"), body=body)


def fill(ledger: Ledger) -> None:
    """No page more for the file."""
    db = ledger._writer._db
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_begins_nothing_and_keeps_the_paid_answer(path: Path) -> None:
    noise = os.urandom(3_000_000)
    with Ledger.open(path) as ledger:
        attempt, other = taken(ledger, "a"), taken(ledger, "b")
        fill(ledger)
        with pytest.raises(LedgerError, match="full") as caught:
            ledger.answered(attempt, _with(noise), BILLED).result()
        assert "Free some space" in caught.value.hint
        with pytest.raises(LedgerError, match="full"):
            ledger.begin(prepared("c"), context(), FREE).result()
        ledger._writer._db.execute("PRAGMA max_page_count = 1000000")
        ledger.failed(other, NOT_BILLED).result()
        stored = ledger.reply_of(key("a"))
        assert stored is not None
        assert stored.reply.body == noise
        assert ledger.verify() == []


def test_closing_stores_what_is_owed(path: Path) -> None:
    ledger = Ledger.open(path)
    attempt = taken(ledger, "a")
    fill(ledger)
    with pytest.raises(LedgerError):
        ledger.answered(attempt, _with(os.urandom(100_000)), BILLED).result()
    ledger._writer._db.execute("PRAGMA max_page_count = 1000000")
    ledger.close()
    with Ledger.open(path) as again:
        assert again.reply_of(key("a")) is not None
        assert again.spent("run", "night") == Spent(known_pico=300, calls=1)


def test_closing_says_what_could_not_be_stored(path: Path) -> None:
    ledger = Ledger.open(path)
    attempt = taken(ledger, "a")
    fill(ledger)
    with pytest.raises(LedgerError):
        ledger.answered(attempt, _with(os.urandom(100_000)), BILLED).result()
    with pytest.raises(LedgerError, match="could not be stored"):
        ledger.close()
    with Ledger.read(path) as reader:
        assert reader.spent("run", "night") == Spent(reserved_pico=1000, calls=1)
        assert reader.verify() == []


def test_a_ledger_in_a_folder_that_may_not_be_written_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
    # Root may write everywhere, so the folder's mode alone would show nothing.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Ledger.read(path) as reader:
        assert reader.reply_of(key("a")) is not None
        assert list(path.parent.iterdir()) == [path]


def test_damage_and_wrong_sums_are_seen(path: Path) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
        assert ledger.verify() == []
        for wrong in (
            "UPDATE counters SET known_pico = known_pico + 1 WHERE scope = 'run'",
            "UPDATE attempts SET cost_pico = 5",
            "UPDATE attempts SET body = NULL",
            "UPDATE attempts SET state = 'inflight'",
            "DELETE FROM counters WHERE scope = 'day'",
            "INSERT INTO uses VALUES ('r', '1', 't', 'c', 'nothing', 'judge', 'paid')",
        ):
            before = ledger.verify()
            ledger._writer.submit(lambda db, wrong=wrong: db.execute(wrong)).result()  # type: ignore[misc]
            assert ledger.verify() != before, wrong
