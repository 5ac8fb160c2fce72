"""The candidates table: nothing twice, nothing lost."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rollouts.store import SCHEMA, Candidate, CandidateStore

ROOT = Path(__file__).resolve().parents[2]
FIRST = Candidate("round-1", "sum", 0, "k0", "return 1 -- é\0\n", 5, "stop")


def open_store(file: Path | str) -> CandidateStore:
    connection = sqlite3.connect(file)
    connection.executescript(SCHEMA)
    return CandidateStore(connection)


@pytest.fixture
def store() -> CandidateStore:
    return open_store(":memory:")


def test_what_was_added_is_read_back(store: CandidateStore) -> None:
    others = [replace(FIRST, index=2), replace(FIRST, task="abs", finish_reason="length"), replace(FIRST, index=10)]
    for candidate in [*others, FIRST]:
        store.add(candidate)
    assert store.of_stage("round-1") == [others[1], FIRST, others[0], others[2]]
    assert store.of_stage("round-2") == []


def test_a_place_keeps_what_it_holds(store: CandidateStore) -> None:
    store.add(FIRST)
    store.add(replace(FIRST, key="k1", text="other"))
    assert store.of_stage("round-1") == [FIRST]


def test_stages_are_apart(store: CandidateStore) -> None:
    benchmark = replace(FIRST, stage="benchmark-sft")
    store.add(FIRST)
    store.add(benchmark)
    store.add(replace(benchmark, index=1))
    assert store.of_stage("round-1") == [FIRST]
    assert store.stages() == {"round-1": 1, "benchmark-sft": 2}


def test_missing_names_every_gap(store: CandidateStore) -> None:
    assert store.missing("round-1", dict.fromkeys(["sum", "abs"], range(2))) == {"sum": [0, 1], "abs": [0, 1]}
    store.add(FIRST)
    store.add(replace(FIRST, index=2))
    store.add(replace(FIRST, task="abs"))
    store.add(replace(FIRST, task="abs", index=1))
    store.add(replace(FIRST, task="other stage", stage="round-2"))
    four = dict.fromkeys(["sum", "abs", "new"], range(4))
    assert store.missing("round-1", four) == {
        "sum": [1, 3],
        "abs": [2, 3],
        "new": [0, 1, 2, 3],
    }
    assert store.missing("round-1", dict.fromkeys(["sum", "abs"], range(1))) == {}
    assert store.missing("round-1", {}) == {}


def test_a_second_store_on_the_same_file_sees_the_first(tmp_path: Path) -> None:
    open_store(tmp_path / "run.db").add(FIRST)
    assert open_store(tmp_path / "run.db").of_stage("round-1") == [FIRST]


def test_what_was_added_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import itertools, sys; from rollouts.store import Candidate; from tests.rollouts.test_store import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "for i in itertools.count():\n"
        "    store.add(Candidate('round-1', 'sum', i, f'k{i}', 'text', 1, 'stop'))\n"
        "    print(i, flush=True)"
    )
    file = tmp_path / "run.db"
    with subprocess.Popen([sys.executable, "-c", program, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        while int(writer.stdout.readline()) < 30:
            pass
        os.kill(writer.pid, signal.SIGKILL)
        said = [int(line) for line in writer.stdout.read().splitlines()]
    stored = open_store(file).of_stage("round-1")
    last = max([30, *said])
    assert [candidate.index for candidate in stored][: last + 1] == list(range(last + 1))
    assert len(stored) <= last + 2, "at most the one it was adding"
