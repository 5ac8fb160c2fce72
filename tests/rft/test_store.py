"""The run's store: facts, one writer, and files that are not ours."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rft.database import SCHEMA_VERSION, StoreError
from rft.errors import InputError
from rft.store import RunPaths, RunStore, is_running, open_for_reading, open_for_writing
from rollouts.store import Candidate

HOLDER = """
import sys
from pathlib import Path
from rft.store import RunPaths, open_for_writing
with open_for_writing(RunPaths(Path(sys.argv[1]), "test")) as store:
    store.state("held", True)
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(paths: RunPaths) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the run open for writing."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(paths.workspace)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def test_a_fact_is_kept_as_json(store: RunStore) -> None:
    assert store.fact("answer") is None
    store.state("answer", {"is": [1, None, "é"]})
    assert store.fact("answer") == {"is": [1, None, "é"]}
    store.state("answer", 2)
    assert store.fact("answer") == 2


def test_a_score_is_stored_once(store: RunStore) -> None:
    assert store.score("key") is None
    store.add_score("key", {"passed": 1})
    store.add_score("key", {"passed": 2})
    assert store.score("key") == {"passed": 1}


def test_all_is_there_when_the_store_is_opened_again(paths: RunPaths) -> None:
    candidate = Candidate("round-1", "double", 0, "key", "text", 1, "stop")
    with open_for_writing(paths) as store:
        store.state("fact", 1)
        store.add_score("key", {})
        store.candidates.add(candidate)
    for opened in (open_for_reading, open_for_writing):
        with opened(paths) as store:
            assert (store.fact("fact"), store.score("key"), store.candidates.of_stage("round-1")) == (1, {}, [candidate])


def test_a_run_where_nothing_may_be_written_is_read(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_for_writing(paths) as store:
        store.state("fact", 1)
    monkeypatch.setattr("rft.database.os.access", lambda *_: False)
    before = {file.name: file.stat().st_mtime_ns for file in paths.folder.iterdir()}
    with open_for_reading(paths) as store:
        assert store.fact("fact") == 1
        assert {file.name: file.stat().st_mtime_ns for file in paths.folder.iterdir()} == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store.connection.execute("DELETE FROM facts")


def test_writes_are_flushed_to_the_disk(store: RunStore) -> None:
    values = [store.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "fullfsync")]
    assert values == ["wal", 2, 1]


def test_a_second_writer_is_told_who_holds_the_run(paths: RunPaths, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(StoreError, match=f"'test' is being written by process {holder.pid}") as caught, open_for_writing(paths):
        pass
    assert "rft status --name test" in caught.value.hint
    with open_for_writing(RunPaths(paths.workspace, "another")):
        pass


def test_a_run_can_be_read_while_it_is_written(paths: RunPaths, holder: "subprocess.Popen[str]") -> None:
    assert holder.poll() is None
    assert is_running(paths)
    with open_for_reading(paths) as store:
        assert store.fact("held") is True


def test_the_lock_goes_with_a_killed_holder(paths: RunPaths, holder: "subprocess.Popen[str]") -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_running(paths)
    with open_for_writing(paths) as store:
        assert store.fact("held") is True
    assert (paths.folder / "lock").read_text() == f"process {os.getpid()}"


def test_a_look_at_the_lock_does_not_refuse_a_writer(paths: RunPaths) -> None:
    """`rft status` holds the lock shared for an instant."""
    import fcntl

    with open_for_writing(paths):
        pass
    with (paths.folder / "lock").open() as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        threading.Timer(0.05, fcntl.flock, (look, fcntl.LOCK_UN)).start()
        with open_for_writing(paths) as store:
            store.state("written", True)


def test_an_unknown_run_is_refused_with_the_known_ones(paths: RunPaths) -> None:
    with pytest.raises(InputError, match="there is no run 'test' here") as caught, open_for_reading(paths):
        pass
    assert caught.value.hint == "Start one with `rft run`."
    with open_for_writing(RunPaths(paths.workspace, "other")):
        pass
    with pytest.raises(InputError) as caught, open_for_reading(paths):
        pass
    assert "other" in caught.value.hint
    assert not paths.folder.exists(), "a look must leave nothing"


def test_a_foreign_file_is_refused_and_left_alone(paths: RunPaths) -> None:
    paths.folder.mkdir(parents=True)
    paths.database.write_text("a letter to the editor, long enough to be no SQLite header\n" * 20)
    before = paths.database.read_bytes()
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(StoreError, match="is not a store of a run"), opened(paths):
            pass
    assert paths.database.read_bytes() == before


def test_a_newer_store_is_refused_and_left_alone(paths: RunPaths) -> None:
    with open_for_writing(paths) as store:
        store.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with (
        pytest.raises(StoreError, match=f"schema version {SCHEMA_VERSION + 1}; this rft reads version {SCHEMA_VERSION}"),
        open_for_writing(paths),
    ):
        pass
    connection = sqlite3.connect(paths.database)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION + 1
    connection.close()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../up", ".hidden", "-flag", "a b", "é", "a\n"])
def test_a_name_that_is_no_folder_of_its_own_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be a run's name"):
        RunPaths(Path(), name)


@pytest.mark.parametrize("name", ["quickstart", "my-model_2.1", "7b"])
def test_a_plain_name_is_fine(name: str) -> None:
    assert RunPaths(Path("w"), name).database == Path("w/runs") / name / "run.db"
