"""The link to the promoted adapter."""

import os
import threading
from pathlib import Path

import pytest

from checkpoints.errors import CheckpointError
from checkpoints.latest import promote


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    """A workspace with two adapters in a run's folder."""
    for name in ("sft", "round-1"):
        folder = tmp_path / "runs" / "mine" / "adapters" / name
        folder.mkdir(parents=True)
        (folder / "name").write_text(name)
    return tmp_path / "runs" / "mine" / "adapters"


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "adapters" / "latest"


def test_promotion_makes_and_swaps_the_link(adapters: Path, link: Path) -> None:
    for name in ("sft", "round-1", "sft"):
        promote(link, adapters / name)
        assert (link / "name").read_text() == name
    beside = sorted(path.name for path in link.parent.iterdir())
    assert beside == ["latest", "latest.history.json"], "nothing but the history is left beside the link"


def test_doing_it_again_changes_nothing(adapters: Path, link: Path) -> None:
    promote(link, adapters / "sft")
    before = link.lstat()
    promote(link, adapters / "sft")
    assert link.lstat() == before


def test_the_workspace_can_be_moved(adapters: Path, link: Path, tmp_path: Path) -> None:
    promote(link, adapters / "sft")
    assert not link.readlink().is_absolute()
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    assert (moved / "adapters" / "latest" / "name").read_text() == "sft"


def test_relative_paths(adapters: Path, link: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    promote(link.relative_to(tmp_path), (adapters / "sft").relative_to(tmp_path))
    assert (link / "name").read_text() == "sft"


def test_a_link_to_nothing_is_replaced(adapters: Path, link: Path) -> None:
    link.parent.mkdir()
    link.symlink_to("../runs/deleted")
    promote(link, adapters / "sft")
    assert (link / "name").read_text() == "sft"


def test_a_leftover_of_a_kill_is_no_obstacle(adapters: Path, link: Path) -> None:
    link.parent.mkdir()
    link.with_name(f".latest.{os.getpid()}").symlink_to("anywhere")
    promote(link, adapters / "sft")
    assert (link / "name").read_text() == "sft"


def test_a_real_folder_is_refused_and_kept(adapters: Path, link: Path) -> None:
    link.mkdir(parents=True)
    (link / "name").write_text("somebody's own")
    with pytest.raises(CheckpointError, match="a folder of its own") as caught:
        promote(link, adapters / "sft")
    assert caught.value.hint
    assert (link / "name").read_text() == "somebody's own"


def test_a_reader_never_finds_the_link_absent(adapters: Path, link: Path) -> None:
    promote(link, adapters / "sft")
    stop = threading.Event()
    seen: set[str] = set()
    problems: list[OSError] = []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(link.readlink().name)
                seen.add((link / "name").read_text())
            except OSError as error:
                problems.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        turns = 0
        # 200 swaps, and more where the reader has not yet seen both.
        while turns < 200 or (len(seen) < 2 and turns < 100_000):
            promote(link, adapters / ("round-1" if turns % 2 else "sft"))
            turns += 1
    finally:
        stop.set()
        reader.join()
    assert problems == []
    assert seen == {"sft", "round-1"}
