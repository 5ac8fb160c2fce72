"""Judging in processes that are killed: nothing answered is paid again, the bill is known, and the selection is the same."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from judges.calls import PICO
from judges.caps import capped
from judges.ledger import Ledger
from judges.ledger.rows import AttemptRow
from judges.rubric import parse
from judges.verdict import JudgeRequest, Verdict
from rft.selection import Scored, best_of_n
from tests.fakes.messages_api import BilledCall, MessagesServer, fault
from tests.fakes.messages_types import Where
from tests.judges.kill_worker import CONCURRENCY, Job, by_body, digests, started, tasks_of
from tests.judges.scripted import THRESHOLD, WEIGHT

PATIENCE = 60.0
KILLS_AT_MOST = 3
Winners = dict[str, list[float] | None]


@dataclass(frozen=True, slots=True)
class Kill:
    """What was answered at a kill, and the number of calls that were billed."""

    answered: frozenset[str]
    billed: int


@dataclass(slots=True)
class World:
    """A service, a ledger, and processes that judge."""

    server: MessagesServer
    job: Job
    kills: list[Kill] = field(default_factory=list)

    @property
    def bills(self) -> list[BilledCall]:
        return self.server.billed.calls

    def start(self, **changes: object) -> ForkServerProcess:
        return started(replace(self.job, **changes))  # type: ignore[arg-type]

    def rows(self) -> list[AttemptRow]:
        if not self.job.ledger.exists():
            return []
        with Ledger.read(self.job.ledger) as ledger:
            assert ledger.verify() == []
            return list(ledger.attempts())

    def kill(self, process: ForkServerProcess) -> bool:
        """Whether the kill met it alive."""
        process.kill()
        if ended(process) == 0:
            return False
        assert process.exitcode == -signal.SIGKILL
        self.kills.append(Kill(frozenset(row.key for row in self.rows() if row.state == "done"), len(self.bills)))
        return True

    def kill_at(self, more: int, seconds: float, **changes: object) -> bool:
        """Start a process and kill it so long after so many more calls were billed."""
        process, target = self.start(**changes), len(self.bills) + more
        until(lambda: len(self.bills) >= target or not process.is_alive())
        time.sleep(seconds)
        return self.kill(process)

    def kill_under_way(self, where: Where = "messages", **changes: object) -> None:
        """Start a process and kill it while it waits for its first answer: the work is done, nobody hears of it."""
        self.server.script(fault("slow", seconds=1.0, where=where))
        assert self.kill_at(1, 0.0, **changes)

    def finish(self, **changes: object) -> None:
        """Let a process come to its end."""
        assert ended(self.start(**changes)) == 0

    def winners(self) -> Winners:
        found: Winners = json.loads(self.job.outcome.read_text())
        return found

    def uninterrupted(self) -> Winners:
        """The winners of a process that nobody kills, on a ledger of its own. It pays like the others: take bills after it."""
        other = replace(self.job, ledger=self.job.ledger.with_name("other.db"), outcome=self.job.outcome.with_name("other.json"))
        assert ended(started(other)) == 0
        found: Winners = json.loads(other.outcome.read_text())
        return found

    def settle(self) -> None:
        """Wait until the service is done with what killed processes asked."""
        until(lambda: not self.server.state()["in_flight"])

    def assert_nothing_answered_was_asked_again(self, first_bill: int) -> None:
        seen, rows = digests(self.job), self.rows()
        for kill in self.kills:
            open_still = {look for key, look in seen.items() if key not in kill.answered}
            assert {bill.body_sha256 for bill in self.bills[kill.billed :]} <= open_still
        bills, attempts = (bill.body_sha256 for bill in self.bills[first_bill:]), (seen[row.key] for row in rows)
        assert Counter(bills) <= Counter(attempts), "something was sent that the ledger knows nothing of"
        for row in rows:
            later = [other for other in rows if other.key == row.key and other.id > row.id]
            assert row.state == "unknown" or not later, "an answer was there already"

    def assert_balanced(self, first_bill: int) -> None:
        """Known cost <= the service's bill <= known and possibly lost; of what was heard, to the pico-dollar."""
        rows = self.rows()
        assert {row.state for row in rows} <= {"done", "unknown"}
        known = {row.request_id: row.cost_pico or 0 for row in rows if row.state == "done"}
        lost = sum(row.reserved_pico or 0 for row in rows if row.state == "unknown")
        bills = self.bills[first_bill:]
        meter = sum(bill.pico or 0 for bill in bills)
        assert sum(known.values()) <= meter <= sum(known.values()) + lost
        assert sum(bill.pico or 0 for bill in bills if bill.request_id in known) == sum(known.values())
        with Ledger.read(self.job.ledger) as ledger:
            spent = ledger.spent("day")
        assert (spent.known_pico, spent.possibly_lost_pico, spent.reserved_pico) == (sum(known.values()), lost, 0)


def ended(process: ForkServerProcess) -> int | None:
    process.join(PATIENCE)
    return process.exitcode


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def exhaustive(job: Job) -> Winners:
    """The winners that selection's own code finds when everyone is judged."""
    provider, scored, rewards = job.provider(), [], {}
    for task, entrants in tasks_of(job):
        for each in entrants:
            said = by_body(dict(provider.prepare(JudgeRequest(task, each.key, each.code, each.facts)).body))
            verdict = parse(json.dumps(said))
            assert isinstance(verdict, Verdict)
            rewards[task.id, each.index] = min(1.0, each.static + WEIGHT * capped(verdict, each.facts))
            scored.append(Scored(task.id, each.index, each.code, True, rewards[task.id, each.index], each.tie))
    kept = best_of_n(scored, THRESHOLD).kept
    return {
        task.id: [kept[task.id].index, rewards[task.id, kept[task.id].index]] if task.id in kept else None
        for task, _ in tasks_of(job)
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with MessagesServer(decide=by_body, latency=0.02) as server:
        yield World(server, Job(server.url, tmp_path / "judge.db", tmp_path / "outcome.json"))


@pytest.mark.parametrize("seed", range(5))
def test_kills_change_neither_the_selection_nor_what_is_paid(world: World, seed: int) -> None:
    luck = random.Random(seed)
    world.job = replace(world.job, seed=seed)
    expected = world.uninterrupted()
    alone = len(world.bills)
    world.kill_under_way()
    assert any(row.state == "inflight" for row in world.rows()), "the kill met no call under way: this showed nothing"
    while len(world.kills) < KILLS_AT_MOST and world.kill_at(luck.randrange(8), luck.random() * 0.06):
        pass
    world.finish()
    world.settle()
    assert world.winners() == expected == exhaustive(world.job)
    assert any(expected.values())
    questions = len({row.key for row in world.rows()})
    assert questions == alone
    assert questions <= len(world.bills) - alone <= questions + len(world.kills) * CONCURRENCY
    world.assert_balanced(alone)
    world.assert_nothing_answered_was_asked_again(alone)


def test_sigterm_loses_nothing(world: World) -> None:
    expected = world.uninterrupted()
    alone = len(world.bills)
    for more in (1, 8):
        process, target = world.start(), len(world.bills) + more
        until(lambda target=target: len(world.bills) >= target)  # type: ignore[misc]
        process.terminate()
        assert ended(process) == 75
        assert {row.state for row in world.rows()} == {"done"}
        assert len(world.rows()) == len(world.bills) - alone
    world.finish()
    assert world.winners() == expected == exhaustive(world.job)
    assert len(world.bills) == 2 * alone
    world.assert_balanced(alone)


@pytest.mark.parametrize("killed", [False, True])
def test_two_processes_at_once_pay_no_question_twice(world: World, killed: bool) -> None:
    outcome = world.job.outcome.with_name("second.json")
    first, second = world.start(run="first"), world.start(run="second", outcome=outcome)
    if killed:
        until(lambda: len(world.bills) >= 6)
        killed = world.kill(second)
    assert ended(first) == 0
    if killed:
        world.finish(run="second", outcome=outcome)
    assert ended(second) in (0, -signal.SIGKILL)
    world.settle()
    assert world.winners() == json.loads(outcome.read_text()) == exhaustive(world.job)
    questions = len({row.key for row in world.rows()})
    assert questions <= len(world.bills) <= questions + killed * CONCURRENCY
    world.assert_balanced(0)
    world.assert_nothing_answered_was_asked_again(0)


def test_a_budget_that_ends_in_the_middle_holds_through_kills(world: World) -> None:
    world.job = replace(world.job, tasks=16)
    expected = world.uninterrupted()
    alone, whole = len(world.bills), world.server.billed.pico
    # It was enough, but something will be lost.
    world.kill_under_way(usd=whole / PICO)
    assert world.kill_at(3, 0.01, usd=whole / PICO)
    assert ended(world.start(usd=whole / PICO)) == 75
    world.settle()
    assert 0 < world.server.billed.pico - whole <= whole
    world.assert_balanced(alone)
    with Ledger.read(world.job.ledger) as ledger:
        spent = ledger.spent("run", "run")
    worst = max(row.reserved_pico or 0 for row in world.rows())
    assert whole - worst < spent.charged_pico <= whole, "it ended because of the budget, and not before"
    world.finish()
    assert world.winners() == expected == exhaustive(world.job)
    world.assert_balanced(alone)
    world.assert_nothing_answered_was_asked_again(alone)


@pytest.mark.parametrize("seed", range(2))
def test_batches_survive_kills_without_any_loss(world: World, seed: int) -> None:
    luck = random.Random(seed)
    world.job = replace(world.job, batched=True, seed=seed)
    world.kill_under_way("batches")
    assert {row.state for row in world.rows()} == {"batched"}, "the kill met no batch under way: this showed nothing"
    while len(world.kills) < KILLS_AT_MOST and world.kill_at(luck.choice((0, 1)), luck.random() * 0.2):
        pass
    world.finish()
    paid, bill = len(world.bills), world.server.billed.pico
    assert {row.state for row in world.rows()} <= {"done", "failed"}
    assert paid == len({row.key for row in world.rows() if row.state == "done"})
    with Ledger.read(world.job.ledger) as ledger:
        spent = ledger.spent("run", "run")
    assert (spent.known_pico, spent.possibly_lost_pico, spent.reserved_pico) == (bill, 0, 0)
    # Last: a ledger takes what it finds among the server's batches with just its questions for its own.
    assert world.winners() == world.uninterrupted() == exhaustive(world.job)
    assert len(world.bills) == 2 * paid
