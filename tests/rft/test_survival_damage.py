"""What a crash, a disk or a person can do to a run's files: it is put right without loss, or refused in words, and nothing is
trained or promoted on the quiet."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from checkpoints.adapter import CONFIG, WEIGHTS
from checkpoints.errors import CheckpointError
from rft.cli import cli
from rft.database import StoreError
from rft.errors import InputError, RunPaused
from rft.store import RunPaths, open_for_reading
from tests.rft.faults import COMMITTED, NAME, Held, Work, Write, carry_on, held, small_workspace, watching

LOST = "is lost, and events.jsonl, adapters of its run are still there"
STOPPED_AFTER = Write(COMMITTED, "candidates benchmark-round-1")


@pytest.fixture(scope="module")
def whole(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Held:
    """How a run ends that nothing happened to."""
    assert cache.is_dir()
    paths = small_workspace(tmp_path_factory.mktemp("whole"))
    carry_on(paths)
    return held(paths)


@pytest.fixture(scope="module")
def stopped(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> RunPaths:
    """A run that was stopped by Ctrl-C when two adapters were trained and one was promoted. Beside it lies `killed`, a copy from
    the moment before, when all was still in the store's log."""
    assert cache.is_dir()
    paths = small_workspace(tmp_path_factory.mktemp("stopped") / "workspace")

    def stop(write: Write) -> None:
        if write == STOPPED_AFTER:
            shutil.copytree(paths.workspace, paths.workspace.with_name("killed"), symlinks=True)
            raise KeyboardInterrupt

    with pytest.raises(RunPaused), watching(paths.workspace, stop):
        carry_on(paths)
    return paths


@pytest.fixture
def run(stopped: RunPaths, tmp_path: Path) -> RunPaths:
    """A copy of the stopped run, to be damaged."""
    shutil.copytree(stopped.workspace, tmp_path / "workspace", symlinks=True)
    return RunPaths(tmp_path / "workspace", NAME)


def halve_last_line(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]) + lines[-1][: len(lines[-1]) // 2])


def add_half_an_adapter(run: RunPaths) -> None:
    out = run.adapter(".round-2.partial")
    out.mkdir()
    (out / WEIGHTS).write_bytes(b"half")


REPAIRED: dict[str, Callable[[RunPaths], object]] = {
    "a torn line in the events": lambda run: halve_last_line(run.events),
    "a torn line in the metrics": lambda run: halve_last_line(run.metrics),
    "events of nothing but a torn line": lambda run: run.events.write_text('{"time": 1'),
    "a torn export": lambda run: os.truncate(run.exports("round-1") / "samples.jsonl", 100),
    "a lost export": lambda run: shutil.rmtree(run.exports("round-1")),
    "an export never renamed": lambda run: (run.exports("round-1") / "train.partial").write_text("{"),
    "half an adapter": add_half_an_adapter,
    "an adapter without a record": lambda run: shutil.copytree(run.adapter("sft"), run.adapter("round-2")),
    "a link never renamed": lambda run: run.latest.with_name(".latest.1").symlink_to("../nowhere"),
    "the lock of a process that is gone": lambda run: (run.folder / "lock").write_text("process 1"),
}


@pytest.mark.parametrize("damage", REPAIRED)
def test_it_is_put_right(run: RunPaths, whole: Held, damage: str) -> None:
    REPAIRED[damage](run)
    before = held(run)
    work = carry_on(run)
    after = held(run)
    leftover = {name: content for name, content in after.files.items() if name.endswith(".partial")}
    assert (after.candidates, after.facts, after.link) == (whole.candidates, whole.facts, whole.link)
    assert {**after.files, **leftover} == {**whole.files, **leftover}
    assert work.drawn.keys() == whole.candidates.keys() - before.candidates.keys()
    assert work.trained.keys() == {"round-2"}
    for log in (run.events, run.metrics):
        assert all(line.startswith("{") and line.endswith("}") for line in log.read_text().splitlines())


@pytest.mark.parametrize("left", [0.0, 0.3, 0.7, 0.95])
def test_a_cut_log_of_the_store_costs_what_was_in_it_and_no_more(
    stopped: RunPaths, whole: Held, tmp_path: Path, left: float
) -> None:
    """Adapters whose record is lost with it are trained again, not trusted: and that is said."""
    shutil.copytree(stopped.workspace.with_name("killed"), tmp_path / "workspace", symlinks=True)
    run = RunPaths(tmp_path / "workspace", NAME)
    log = run.folder / "run.db-wal"
    os.truncate(log, int(left * log.stat().st_size))
    if not left:
        with pytest.raises(StoreError, match=LOST):
            carry_on(run)
        return
    before = held(run)
    assert before.facts.keys() < whole.facts.keys()
    said: list[str] = []
    work = carry_on(run, said=said)
    unrecorded = {name for name in ("sft", "round-1") if f"adapter:{name}" not in before.facts}
    assert work.trained.keys() == {*unrecorded, "round-2"}
    for name in unrecorded:
        assert f"{name} is there without a record; it is trained again" in "".join(said)
    assert work.drawn.keys() == whole.candidates.keys() - before.candidates.keys()
    assert held(run) == whole


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def make_foreign(run: RunPaths, version: int, tables: str = "facts") -> None:
    for file in run.folder.glob("run.db*"):
        file.unlink()
    connection = sqlite3.connect(run.database)
    connection.execute(f"CREATE TABLE {tables} (recipe TEXT)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def overwrite(file: Path, start: int, content: bytes) -> None:
    with file.open("rb+") as stream:
        stream.seek(start)
        stream.write(content)


REFUSED: dict[str, tuple[Callable[[RunPaths], object], str]] = {
    "no store": (lambda run: run.database.unlink(), LOST),
    "an empty store": (lambda run: os.truncate(run.database, 0), "is lost"),
    "half a store": (lambda run: os.truncate(run.database, run.database.stat().st_size // 2), "is damaged"),
    "a store without a header": (lambda run: overwrite(run.database, 0, b"\xff" * 100), "is not a store of a run"),
    "a store with another size of pages": (lambda run: overwrite(run.database, 16, b"\x07\x07"), "is not a store of a run"),
    "a database of another program": (lambda run: make_foreign(run, 0), "it is a database of another program"),
    "one that has our version": (lambda run: make_foreign(run, 1, "recipes"), "it is a database of another program"),
    "a newer store": (lambda run: make_foreign(run, 7), "has schema version 7"),
    "a flipped bit in an adapter": (lambda run: flip_a_byte(run.adapter("sft") / WEIGHTS), "has changed since it was recorded"),
    "another scale of an adapter": (
        lambda run: flip_a_byte(run.adapter("round-1") / CONFIG),
        "has changed since it was recorded",
    ),
    "no adapter": (lambda run: shutil.rmtree(run.adapter("round-1")), "is not a whole adapter"),
    "an adapter without weights": (lambda run: (run.adapter("sft") / WEIGHTS).unlink(), "is not a whole adapter"),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_it_is_refused_in_words(run: RunPaths, damage: str) -> None:
    break_it, message = REFUSED[damage]
    break_it(run)
    content = run.database.read_bytes() if run.database.is_file() else None
    link, work = run.latest.readlink(), Work()
    with pytest.raises((StoreError, CheckpointError), match=message) as caught:
        carry_on(run, work)
    assert getattr(caught.value, "exit_code", 1) == 1
    assert str(getattr(caught.value, "hint", "")).endswith(".")
    assert (work.drawn, work.trained, run.latest.readlink()) == ({}, {}, link)
    if isinstance(caught.value, StoreError):
        assert (run.database.read_bytes() if run.database.is_file() else None) == content


@pytest.mark.parametrize("damage", [name for name in REFUSED if "store" in name or "program" in name])
@pytest.mark.parametrize("command", ["status", "report", "show", "resume"])
def test_a_look_at_a_broken_store_says_what_is_wrong(
    run: RunPaths, damage: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it, message = REFUSED[damage]
    break_it(run)
    monkeypatch.chdir(run.workspace)
    result = CliRunner().invoke(cli, [command, *(["boats"] if command == "show" else []), "--name", NAME])
    if damage == "half a store" and isinstance(result.exception, InputError | SystemExit):
        return  # What was asked for lies in the half that is there.
    assert isinstance(result.exception, StoreError), result.output
    assert message in str(result.exception)
    assert result.exception.hint


def test_no_page_of_the_store_can_be_lost_unseen(stopped: RunPaths, whole: Held, tmp_path: Path) -> None:
    size = stopped.database.stat().st_size
    seen = 0
    for page in range(4096, size, 4096):
        shutil.copytree(stopped.workspace, tmp_path / str(page), symlinks=True)
        run = RunPaths(tmp_path / str(page), NAME)
        overwrite(run.database, page, bytes(4096))
        try:
            carry_on(run)
        except StoreError:
            seen += 1
        else:
            assert held(run) == whole, f"page {page // 4096}"
        shutil.rmtree(run.workspace)
    assert seen >= 3


def test_the_damaged_store_is_left_for_whoever_repairs_it(run: RunPaths) -> None:
    overwrite(run.database, 4096, bytes(4096))
    before = run.database.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError):
            carry_on(run)
    with pytest.raises(StoreError, match="is damaged"), open_for_reading(run) as store:
        store.connection.execute("SELECT * FROM candidates").fetchall()
    assert run.database.read_bytes() == before
