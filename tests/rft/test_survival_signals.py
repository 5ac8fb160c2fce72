"""Real signals at random moments of the real program: whoever is hit, the run that is carried on ends like one that nobody
touched, and no process is left behind.

Each seed says when a blow falls and on whom; one workspace takes some blows in a row, so that they fall in every stage. CI tries
a few seeds; `RFT_KILL_SEEDS=30` tries so many. A nap (SIGSTOP) lasts two seconds, or `RFT_NAP_SECONDS`.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from rft.errors import RftError
from rft.store import RunPaths, is_running, open_for_reading
from tests.rft.faults import Held, essence, held
from tests.rft.world import write_workspace

ROOT = Path(__file__).parents[2]
NAME = "tiny"
SEEDS = int(os.environ.get("RFT_KILL_SEEDS", "3"))
NAP_SECONDS = float(os.environ.get("RFT_NAP_SECONDS", "2"))
CHAIN = 6
"""Blows that one workspace takes at most."""
PAUSED = 75
NOT_STARTED = (130, -signal.SIGINT, -signal.SIGTERM)
"""What a polite signal does to a program that has not come to its work yet."""
MARK = "RFT_TEST_MARK"
"""An environment variable that every process of a run inherits, so that none can hide."""


@dataclass(frozen=True, slots=True)
class Blow:
    """`number` for the program alone, its process group, or it and all that descend from it, when the run has come `steps`
    further and `delay` seconds have passed. Before that perhaps a nap, or a move to another folder."""

    number: signal.Signals
    whom: str
    steps: int
    delay: float
    nap: bool
    move: bool

    @classmethod
    def of(cls, seed: int, length: int) -> "Blow":
        chance = random.Random(seed)
        number = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGINT)[seed % 4]
        whom = chance.choice(["program", "group", "everyone"] if number == signal.SIGKILL else ["program", "group"])
        return cls(number, whom, chance.randrange(length), chance.uniform(0, 0.3), nap=seed % 3 == 1, move=seed % 3 == 2)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what the run then held."""

    code: int
    errors: str
    held: Held


def length_of(paths: RunPaths) -> int:
    """How far a run is: rows of its store and lines of its metrics, of which every stage has some."""
    steps = len(paths.metrics.read_text().splitlines()) if paths.metrics.is_file() else 0
    with suppress(RftError), open_for_reading(paths) as store:
        for table in ("candidates", "scores", "facts"):
            steps += int(store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    return steps


def begin(paths: RunPaths) -> "subprocess.Popen[str]":
    """`rft run` in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "from rft.cli import main; main()", "run", "--name", NAME],
        cwd=paths.workspace,
        env={**os.environ, "PYTHONPATH": str(ROOT), MARK: str(paths.workspace)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(paths: RunPaths, length: int, process: "subprocess.Popen[str]") -> None:
    """Until the run is so long, or over."""
    while process.poll() is None and length_of(paths) < length:
        time.sleep(0.02)


def send(process: "subprocess.Popen[str]", number: signal.Signals, whom: str) -> None:
    if whom == "group":
        os.killpg(process.pid, number)
        return
    family = [psutil.Process(process.pid)]
    family += family[0].children(recursive=True) if whom == "everyone" else []
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(number)


def finish(paths: RunPaths, process: "subprocess.Popen[str]") -> Ended:
    """Wait for the end of the program, and of everybody that it started."""
    _, errors = process.communicate()
    _, alive = psutil.wait_procs(list(left_over(paths)), timeout=60)
    assert alive == [], "they outlive the program"
    assert not is_running(paths)
    return Ended(process.returncode, errors, held(paths))


def left_over(paths: RunPaths) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(paths.workspace):
                yield process


def struck(paths: RunPaths, blow: Blow) -> Ended:
    """Begin or carry on the run, and strike unless it is over before."""
    start = length_of(paths)
    process = begin(paths)
    wait_for(paths, start + blow.steps // 2, process)
    if blow.nap and process.poll() is None:
        send(process, signal.SIGSTOP, "everyone" if blow.steps % 2 else "program")
        time.sleep(NAP_SECONDS)
        send(process, signal.SIGCONT, "everyone")
    wait_for(paths, start + blow.steps, process)
    time.sleep(blow.delay)
    if process.poll() is None:
        send(process, blow.number, blow.whom)
    return finish(paths, process)


def check_words(ended: Ended, blow: Blow) -> None:
    """A hard kill says nothing. A polite signal is answered in words, unless it came before or after all work."""
    if blow.number == signal.SIGKILL:
        assert ended.code in (-signal.SIGKILL, 0), ended.errors
        return
    assert ended.code in (PAUSED, 0, *NOT_STARTED), ended.errors
    if ended.code == PAUSED:
        assert f"the run '{NAME}' was stopped" in ended.errors
        assert f"rft resume --name {NAME}" in ended.errors
        assert "Traceback" not in ended.errors


def check_kept(earlier: Held, later: Held) -> None:
    """What was finished stays as it was: it is not done again."""
    assert earlier.candidates.items() <= later.candidates.items()
    assert earlier.scores.items() <= later.scores.items()
    once = {name: fact for name, fact in earlier.facts.items() if not name.startswith(("measured:", "general:", "pool:"))}
    assert once == {name: later.facts.get(name) for name in once}


@pytest.fixture(scope="module")
def chain_length(finished: RunPaths) -> int:
    """Steps between two blows, at most, so that the last ones find something to do."""
    return 2 * length_of(finished) // min(SEEDS, CHAIN)


@pytest.mark.parametrize("first", range(0, SEEDS, CHAIN))
def test_a_run_hit_at_random_ends_the_same(
    finished: RunPaths, cache: Path, tmp_path: Path, chain_length: int, first: int
) -> None:
    assert cache.is_dir()
    paths = RunPaths(write_workspace(tmp_path / "workspace"), NAME)
    states: list[Held] = []
    for seed in range(first, min(first + CHAIN, SEEDS)):
        blow = Blow.of(seed, chain_length)
        if blow.move:
            paths = RunPaths(paths.workspace.rename(tmp_path / f"moved-{seed}"), NAME)
        ended = struck(paths, blow)
        check_words(ended, blow)
        states.append(ended.held)
    ended = finish(paths, begin(paths))
    assert ended.code == 0, ended.errors
    states.append(ended.held)
    for earlier, later in pairwise(states):
        check_kept(earlier, later)
    found, expected = essence(states[-1]), essence(held(finished))
    assert found.files.keys() == expected.files.keys()
    if sys.platform == "linux":  # training is bit-equal on the CPU only
        assert found == expected
    assert (found.candidates.keys(), found.link) == (expected.candidates.keys(), expected.link)


def test_no_path_of_the_machine_is_stored(finished: RunPaths) -> None:
    assert finished.latest.resolve() == finished.adapter("sft").resolve()
    assert not finished.latest.readlink().is_absolute()
    files = [file for file in finished.folder.rglob("*") if file.is_file() and file.parent.name != "logs"]
    assert len(files) > 5
    assert not [file.name for file in files if str(finished.workspace).encode() in file.read_bytes()]
