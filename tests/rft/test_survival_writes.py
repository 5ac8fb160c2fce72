"""A run stopped at each of its durable writes ends like the run that nobody stopped, and repeats nothing.

CI stops before every write, and tries an eighth of the torn and the refused ones: another eighth each day. `RFT_EVERY_WRITE=1`
tries them all (a minute).
"""

import errno
import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from rft.errors import RunPaused
from rft.store import RunPaths
from tests.rft.faults import COMMITTED, NAME, Held, Work, Write, carry_on, held, small_workspace, watching

STRIDE = 1 if os.environ.get("RFT_EVERY_WRITE") else 8
TODAY = int(time.time() // 86_400)


@dataclass(frozen=True, slots=True)
class Story:
    """One run that nobody stopped: its writes, its folder as each of them found it, and how it ended."""

    writes: tuple[Write, ...]
    states: Path
    work: Work
    end: Held

    def state(self, number: int, to: Path) -> RunPaths:
        """A copy of the workspace as write `number` found it, in another place."""
        shutil.copytree(self.states / str(number), to, symlinks=True)
        return RunPaths(to, NAME)

    def some(self) -> list[int]:
        """One write in `STRIDE` of each kind."""
        kinds: Counter[str] = Counter()
        chosen = []
        for number, write in enumerate(self.writes):
            kind = f"{write.kind} {write.subject.split()[0]}" if write.kind == "commit" else write.kind
            if (kinds[kind] + TODAY) % STRIDE == 0:
                chosen.append(number)
            kinds[kind] += 1
        return chosen


@pytest.fixture(scope="module")
def story(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    assert cache.is_dir()
    states = tmp_path_factory.mktemp("states")
    paths = small_workspace(tmp_path_factory.mktemp("whole") / "workspace")
    writes: list[Write] = []

    def keep(write: Write) -> None:
        if write.kind != COMMITTED:
            shutil.copytree(paths.workspace, states / str(len(writes)), symlinks=True)
            writes.append(write)

    with watching(paths.workspace, keep):
        work = carry_on(paths)
    shutil.copytree(paths.workspace, states / str(len(writes)), symlinks=True)
    return Story(tuple(writes), states, work, held(paths))


def owed(story: Story, before: Held) -> Work:
    """What is still to be done by a run that holds this much."""
    drawn = {place: times for place, times in story.work.drawn.items() if place not in before.candidates}
    missing = len(story.end.scores.keys() - before.scores.keys())
    trained = {stage: steps for stage, steps in story.work.trained.items() if f"adapter:{stage}" not in before.facts}
    return Work(Counter(drawn), Counter({"answers": missing}), Counter(trained))


def check(story: Story, paths: RunPaths, what: str) -> None:
    """Carry the run on: it does what was missing, and ends as the other did."""
    before = held(paths)
    work = carry_on(paths)
    expected = owed(story, before)
    assert work.drawn == expected.drawn, what
    assert work.evaluated.total() == expected.evaluated["answers"], what
    assert work.trained == expected.trained, what
    assert held(paths) == story.end, what
    for log in (paths.events, paths.metrics):
        assert all(json.loads(line) for line in log.read_text().splitlines()), what
    shutil.rmtree(paths.workspace)


def test_the_run_does_something_of_everything(story: Story) -> None:
    promoted = [story.end.facts[f"decision:{name}"]["promote"] for name in ("sft", "round-1", "round-2")]
    assert promoted == [True, True, False]
    assert story.end.link == f"../runs/{NAME}/adapters/round-1"
    assert [len(story.end.facts[f"selection:round-{index}"]["kept"]) for index in (1, 2)] == [3, 2]
    kinds = Counter(write.kind for write in story.writes)
    assert kinds["commit"] > 70
    assert {"os.rename", "os.symlink", "os.mkdir", "open-w", "open-a"} <= kinds.keys()
    assert set(story.work.drawn.values()) == {1}
    assert story.work.evaluated.total() == len(story.end.scores)


def test_a_run_killed_before_any_write_ends_the_same(story: Story, tmp_path: Path) -> None:
    for number, write in enumerate(story.writes):
        check(story, story.state(number, tmp_path / str(number)), f"before write {number}: {write}")


def test_a_run_killed_within_a_write_ends_the_same(story: Story, tmp_path: Path) -> None:
    tried = Counter[str]()
    for number in story.some():
        paths = story.state(number + 1, tmp_path / str(number))
        if tear(story.states / str(number), paths, story.writes[number]):
            tried[story.writes[number].kind] += 1
            check(story, paths, f"within write {number}: {story.writes[number]}")
    assert {"commit", "open-a", "open-w"} <= tried.keys()


def tear(before: Path, paths: RunPaths, write: Write) -> bool:
    """Leave half of what the write added; False where it added nothing that can be halved."""
    name = write.subject if write.kind.startswith("open") else f"runs/{NAME}/run.db-wal"
    old, new = before / name, paths.workspace / name
    if not new.is_file():
        return False
    start = old.stat().st_size if old.is_file() and write.kind != "open-w" else 0
    half = (start + new.stat().st_size) // 2
    torn = half < new.stat().st_size
    os.truncate(new, half)
    return torn


@pytest.mark.parametrize("how", ["Ctrl-C", "a full disk"])
def test_a_run_stopped_at_a_write_says_how_to_go_on(story: Story, tmp_path: Path, how: str) -> None:
    hints: list[str] = []
    for number in story.some():
        paths = story.state(number, tmp_path / str(number))
        if how == "a full disk" and not takes_room(story.writes[number], paths):
            continue
        what = f"{how} at write {number}: {story.writes[number]}"
        refusal = Refusal(story.writes[number], how)
        try:
            with watching(paths.workspace, refusal):
                carry_on(paths)
        except RunPaused as paused:
            hints.append(paused.hint)
            check(story, paths, what)
        else:
            # What a stage's time went on is told by whoever draws it, and here all was drawn.
            assert not refusal.done, what
            assert story.writes[number].subject.endswith("metrics.jsonl"), what
    assert len(hints) > 5
    assert all("`rft resume --name small`" in hint for hint in hints)


def takes_room(write: Write, paths: RunPaths) -> bool:
    there = (paths.workspace / write.subject).exists()
    return write.kind not in ("os.remove", "os.rmdir", "shutil.rmtree") and not (write.kind == "os.mkdir" and there)


class Refusal:
    """Raises in place of the first write that is like this one."""

    def __init__(self, write: Write, how: str) -> None:
        self.write = write
        self.how = how
        self.done = False

    def __call__(self, write: Write) -> None:
        if write != self.write or self.done:
            return
        self.done = True
        if self.how == "Ctrl-C":
            raise KeyboardInterrupt
        if write.kind == "commit":
            raise sqlite3.OperationalError("database or disk is full")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), write.subject)
