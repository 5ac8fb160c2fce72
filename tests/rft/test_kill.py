"""A blow at each kind of work of one run: it is carried on each time, and ends like the run that nobody touched.

What is stopped at each of its writes is in test_survival_writes.py, what is hit at random in test_survival_signals.py.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from rft.store import RunPaths, is_running, open_for_reading
from tests.rft.faults import timeless
from tests.rft.struck import STARTS, Blow
from tests.rft.world import HELD_OUT, NOUNS, write_workspace

ROOT = Path(__file__).parents[2]
PAUSED = 75
BLOWS = {
    "step 3 of SFT": Blow("metric", "training-sft", 3),
    "a sample of round 1": Blow("candidate", "round-1", 3),
    "the child that trains round 1": Blow("metric", "training-round-1", 1, whom="child"),
    "Ctrl-C in the last benchmark": Blow("candidate", "benchmark-round-1", 1, number=int(signal.SIGINT)),
}
REPEATED = ("training-sft", "round-1", "training-round-1", "benchmark-round-1")
"""Stages whose child a blow hit at its work: those, and no others, are started once more."""


@dataclass(frozen=True, slots=True)
class Blown:
    """How one process ended, and what the run held afterwards."""

    code: int
    errors: str
    candidates: dict[tuple[str, str, int], tuple[str, str]]
    facts: dict[str, Any]
    link: Path | None
    running: bool


def rft(workspace: Path, blow: Blow | None = None) -> "subprocess.CompletedProcess[str]":
    """`rft run` in the workspace, in a process group of its own."""
    command = [sys.executable, "-m", "tests.rft.struck", "null" if blow is None else blow.text(), "run", "--name", "tiny"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)


def _stays_locked(paths: RunPaths) -> bool:
    """Whether the lock outlives the process. One that dies while it starts a child leaves it to that for the moment until the
    child's program is loaded."""
    deadline = time.monotonic() + 2.0
    while is_running(paths) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_running(paths)


def look(paths: RunPaths, ended: "subprocess.CompletedProcess[str]") -> Blown:
    running = _stays_locked(paths)
    with open_for_reading(paths) as store:
        stages = store.candidates.stages()
        candidates = {(c.stage, c.task, c.index): (c.key, c.text) for stage in stages for c in store.candidates.of_stage(stage)}
        names = [name for (name,) in store.connection.execute("SELECT name FROM facts")]
        facts = {name: store.fact(name) for name in names}
    link = paths.latest.resolve() if paths.latest.is_symlink() else None
    return Blown(ended.returncode, ended.stderr, candidates, facts, link, running)


@pytest.fixture(scope="module")
def workspace(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> RunPaths:
    assert cache.is_dir()
    return RunPaths(write_workspace(tmp_path_factory.mktemp("struck")), "tiny")


@pytest.fixture(scope="module")
def blown(workspace: RunPaths) -> dict[str, Blown]:
    """The same command again and again, each time with the next blow, and at last with none."""
    history = {name: look(workspace, rft(workspace.workspace, blow)) for name, blow in BLOWS.items()}
    return {**history, "end": look(workspace, rft(workspace.workspace))}


def test_every_blow_fell_and_the_last_command_ended_the_run(blown: dict[str, Blown]) -> None:
    killed = [name for name, blow in BLOWS.items() if blow.number == signal.SIGKILL and blow.whom == "parent"]
    assert {name: blown[name].code for name in killed} == dict.fromkeys(killed, -signal.SIGKILL)
    assert (blown["end"].code, blown["end"].facts["finished"]) == (0, True), blown["end"].errors
    assert not any(each.running for each in blown.values()), "the lock goes with the process"


def test_a_killed_child_is_an_error_that_says_how_to_go_on(blown: dict[str, Blown]) -> None:
    ended = blown["the child that trains round 1"]
    assert ended.code == 1
    assert "rft.training.worker was killed by signal 9" in ended.errors
    assert "Run the same command again to carry on" in ended.errors
    assert "Traceback" not in ended.errors


def test_a_polite_signal_pauses_the_run(blown: dict[str, Blown]) -> None:
    ended = blown["Ctrl-C in the last benchmark"]
    assert ended.code == PAUSED
    assert "the run 'tiny' was stopped" in ended.errors
    assert "rft resume --name tiny" in ended.errors
    assert "Traceback" not in ended.errors


def test_what_was_stored_stays_as_it_was(blown: dict[str, Blown]) -> None:
    states = list(blown.values())
    for earlier, later in pairwise(states):
        assert earlier.candidates.items() <= later.candidates.items()
        assert earlier.facts.items() <= later.facts.items()
    assert 0 < len(blown["a sample of round 1"].candidates) - 2 * len(HELD_OUT) < 2 * len(NOUNS)


def test_nothing_finished_is_repeated(blown: dict[str, Blown], workspace: RunPaths) -> None:
    assert blown["end"].code == 0
    once = ["benchmark-base", "training-sft", "benchmark-sft", "round-1", "training-round-1", "benchmark-round-1"]
    starts = (workspace.workspace / STARTS).read_text().split()
    assert Counter(starts) == Counter([*once, *REPEATED])


@pytest.fixture(scope="module")
def untouched(finished: RunPaths) -> Blown:
    return look(finished, subprocess.CompletedProcess([], 0, "", ""))


def test_it_decides_like_the_run_that_nobody_touched(blown: dict[str, Blown], untouched: Blown) -> None:
    ended = blown["end"]
    assert ended.candidates.keys() == untouched.candidates.keys()
    for name in ("decision:sft", "decision:round-1"):
        assert ended.facts[name]["promote"] == untouched.facts[name]["promote"]


@pytest.mark.skipif(sys.platform != "linux", reason="training is bit-equal on the CPU only")
def test_it_is_the_same_run_to_the_last_key(
    blown: dict[str, Blown], untouched: Blown, workspace: RunPaths, finished: RunPaths
) -> None:
    """A candidate's key hashes the weights that drew it, so equal keys are equal adapters."""
    ended = blown["end"]
    assert {place: key for place, (key, _) in ended.candidates.items()} == {
        place: key for place, (key, _) in untouched.candidates.items()
    }
    for name in ("decision:sft", "decision:round-1", "measured:base", "measured:sft", "adapter:sft", "pool:round-1"):
        assert timeless(ended.facts[name]) == timeless(untouched.facts[name]), name
    assert workspace.log_page.read_text() == finished.log_page.read_text()


def test_no_process_is_left(blown: dict[str, Blown], workspace: RunPaths) -> None:
    assert blown["end"].code == 0
    left = [process for process in psutil.process_iter() if is_inside(process, workspace.workspace)]
    _, alive = psutil.wait_procs(left, timeout=30)
    assert alive == []


def is_inside(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except psutil.Error:
        return False
