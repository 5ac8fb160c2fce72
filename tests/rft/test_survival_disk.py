"""A disk that is full, a clock that jumps: the run pauses in words, or does not notice, and ends the same."""

import errno
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rft.run
import rft.training.adapter
from rft.database import StoreError
from rft.errors import RftError, RunPaused
from rft.store import RunPaths, open_for_writing
from rollouts.errors import ChildDied
from tests.rft.faults import Held, carry_on, held, small_workspace

ROOM = 2_000_000
DAY, YEAR = 86_400.0, 31_536_000.0


@pytest.fixture(scope="module")
def whole(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Held:
    """How a run ends that nothing happened to."""
    assert cache.is_dir()
    paths = small_workspace(tmp_path_factory.mktemp("whole"))
    carry_on(paths)
    return held(paths)


@pytest.fixture
def paths(cache: Path, tmp_path: Path) -> RunPaths:
    assert cache.is_dir()
    return small_workspace(tmp_path / "workspace")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.usefixtures("cache")
def test_a_full_disk_pauses_the_run_wherever_it_is(small_disk: Path, whole: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rft.run, "_check_disk", lambda _workspace: None)  # It would not begin here.
    where = set[int]()
    for room in (0, 30_000, 90_000, 150_000, 210_000, 270_000):
        paths = small_workspace(small_disk / "workspace")
        filler = small_disk / "filler"
        free = os.statvfs(small_disk)
        filler.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - room)))
        try:
            carry_on(paths)
        except RunPaused as paused:
            words, hint = str(paused), paused.hint
        else:
            break
        assert "the disk is full" in words or "Only 0 MB are free" in words
        assert hint.startswith("Free some space.")
        filler.unlink()
        where.add(len(held(paths).facts))
        carry_on(paths)
        assert held(paths) == whole
        shutil.rmtree(paths.workspace)
    assert len(where) > 3, "it filled up at different places"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full", id="a quota"),
        pytest.param(ChildDied("the child died.", hint="Its log is there."), "Only 1 MB are free", id="a child"),
    ],
)
def test_want_of_room_has_many_faces(
    paths: RunPaths, whole: Held, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """A child that cannot write its adapter only dies. Then the disk is asked."""
    free = rft.run._free_bytes
    failed = False

    def fail(*_arguments: Any, **_named: Any) -> Iterator[Any]:
        nonlocal failed
        failed = True
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(rft.run, "_free_bytes", lambda folder: 1_000_000 if failed else free(folder))
        patch.setattr("tests.rft.faults._trained", fail)
        with pytest.raises(RunPaused, match=words):
            carry_on(paths)
    carry_on(paths)
    assert held(paths) == whole


def test_a_death_with_room_to_spare_is_no_full_disk(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_arguments: Any) -> Iterator[Any]:
        raise ChildDied("the child died.", hint="Its log is there.")

    monkeypatch.setattr("tests.rft.faults._trained", die)
    with pytest.raises(ChildDied):
        carry_on(paths)


def test_a_run_does_not_begin_without_room(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rft.run, "_free_bytes", lambda _folder: 5_000_000)
    with pytest.raises(RftError, match="only 5 MB are free") as caught:
        carry_on(paths)
    assert "free some space" in caught.value.hint
    assert not paths.folder.exists()


def test_a_store_that_another_program_holds(paths: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_for_writing(paths) as store:
        store.connection.execute("BEGIN EXCLUSIVE")
        lock = paths.folder / "lock"
        lock.rename(lock.with_name("held"))  # Not one of ours: it knows nothing of our lock.
        monkeypatch.setattr("rft.database.PATIENCE_SECONDS", 0.05)
        with pytest.raises(StoreError, match="is held by another program") as caught:
            carry_on(paths)
    assert "Close that program" in caught.value.hint


def test_the_clock_may_jump(paths: RunPaths, whole: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    really = time.time
    jumps = itertools.cycle((0.0, -DAY, YEAR, -YEAR, DAY))
    monkeypatch.setattr(time, "time", lambda: really() + next(jumps))
    carry_on(paths)
    assert held(paths) == whole
    stamps = [json.loads(line)["time"] for line in paths.events.read_text().splitlines()]
    assert max(stamps) - min(stamps) > YEAR, "the clock did jump"
    figures = [value for line in paths.metrics.read_text().splitlines() for value in json.loads(line).values()]
    assert all(value >= 0 for value in figures if isinstance(value, int | float))
