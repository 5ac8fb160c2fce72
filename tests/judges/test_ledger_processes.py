"""Several processes on one ledger, and processes that are killed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from judges.budget import Limits, Spent
from judges.calls import PICO
from judges.ledger import Attempt, Held, Ledger
from tests.judges.ledger_calls import FREE, context, key, paid, prepared, reply, taken

ROOT = Path(__file__).parents[2]
KILLS = 16


@contextmanager
def worker(path: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.judges.ledger_worker", str(path), *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def states(path: Path) -> dict[str, int]:
    with Ledger.read(path) as ledger:
        found = [row.state for row in ledger.attempts()]
    return {state: found.count(state) for state in found}


@pytest.mark.parametrize("threads", [1, 8])
def test_kills_lose_no_answer_and_at_most_what_was_under_way(tmp_path: Path, threads: int) -> None:
    path, luck = tmp_path / "ledger.db", random.Random(threads)
    known_paid: set[int] = set()
    lost = 0
    for _ in range(KILLS):
        with worker(path, "for-ever", threads) as process:
            for _ in range(luck.randrange(40)):
                known_paid.add(int(line(process).split()[1]))
            time.sleep(luck.random() * 0.03)
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            # Whole lines only: the last one may have been cut by the kill.
            known_paid.update(
                int(rest.split()[1]) for rest in process.stdout.read().splitlines(keepends=True) if rest.endswith("\n")
            )
        left = states(path).get("inflight", 0) if path.exists() else 0
        assert left <= threads
        with Ledger.open(path) as ledger:
            assert ledger.recovered == left
            assert ledger.verify() == []
            lost += left
            for number in known_paid:
                stored = ledger.reply_of(key(number))
                assert stored is not None
                assert stored.reply == reply(number)
    assert len(known_paid) > KILLS
    assert lost, "no kill met a call under way: this showed nothing"
    with Ledger.read(path) as reader:
        done = [row.key for row in reader.attempts() if row.state == "done"]
        assert len(done) == len(set(done)) >= len(known_paid)
        assert reader.spent("run", "night") == Spent(300 * len(done), 1000 * lost, 0, len(done) + lost)


def test_a_lease_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger, worker(path, "hold", "a", "b") as process:
        assert line(process) == "open"
        go(process)
        assert [line(process), line(process)] == ["Attempt", "Attempt"]
        held = ledger.begin(prepared("a"), context("a"), FREE).result()
        assert held == Held(key("a"), f"process {process.pid}")
        process.kill()
        # Not reaped yet: the process is gone all the same.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert taken(ledger, "a").number == 2
        assert ledger.spent("run", "night") == Spent(possibly_lost_pico=2000, reserved_pico=1000, calls=3)
        assert ledger.verify() == []


def test_a_number_that_another_process_got_later_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger, worker(path, "hold", "a") as process:
        assert line(process) == "open"
        go(process)
        assert line(process) == "Attempt"
        # As if the process had begun it that had this number before the present one.
        ledger._writer.submit(
            lambda db: db.execute(
                "UPDATE attempts SET owner = replace(owner, '|', '|0') WHERE owner LIKE ?", (f"{process.pid}|%",)
            )
        ).result()
        assert isinstance(ledger.begin(prepared("a"), context("a"), FREE).result(), Attempt)


def test_processes_that_ask_the_same_pay_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with worker(path, "share", 60) as one, worker(path, "share", 60) as two, worker(path, "share", 60) as three:
        every = (one, two, three)
        assert [line(process) for process in every] == ["open"] * 3
        for process in every:
            go(process)
        assert sum(int(line(process).split()[1]) for process in every) == 60
    assert states(path) == {"done": 60}


@pytest.mark.parametrize(("usd", "calls"), [(100_000 / PICO, 10_000), (1.0, 150)])
def test_no_limit_is_passed_by_three_processes_of_sixteen_threads(tmp_path: Path, usd: float, calls: int) -> None:
    path = tmp_path / "ledger.db"
    limits = Limits(round_usd=usd, day_calls=calls)
    most = limits.pico("round")
    assert most is not None
    with Ledger.open(path) as ledger:
        seen: list[Spent] = []
        watching = threading.Event()

        def watch() -> None:
            while not watching.is_set():
                seen.append(ledger.spent("round", "night", "round-1"))

        watcher = threading.Thread(target=watch)
        with ExitStack() as stack:
            every = [stack.enter_context(worker(path, "spend", name, usd, calls)) for name in "abc"]
            assert [line(process) for process in every] == ["open"] * 3
            watcher.start()
            for process in every:
                go(process)
            meter = sum(int(line(process).split()[1]) for process in every)
        watching.set()
        watcher.join()
        at_end = ledger.spent("round", "night", "round-1")
        assert ledger.verify() == []
    assert max(spent.charged_pico for spent in seen) <= most
    assert max(spent.calls for spent in seen) <= calls
    assert (at_end.reserved_pico, at_end.settled_pico) == (0, meter)
    # They stopped because a limit was near, not before: the dearest call is 249.
    assert meter > most - 250 or at_end.calls == calls


def test_a_reader_sees_what_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as writer, Ledger.read(path) as reader:
        paid(writer, "a")
        assert reader.reply_of(key("a")) is not None
        assert reader.spent("run", "night").known_pico == 300
