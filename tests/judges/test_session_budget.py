"""A budget that ends: in which order it is spent, and that it is never passed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from judges.budget import BudgetReached, Limits, Spent
from judges.calls import PreparedCall
from judges.headroom import Headroom
from judges.ledger import Ledger
from judges.outcome import JudgingSettings
from judges.race import Confirm
from judges.session import JudgingSession
from tests.judges.scripted import (
    OFF,
    ONE,
    THRESHOLD,
    WEIGHT,
    Round,
    Scripted,
    a_round,
    a_task,
    alike,
    entrant,
    exhaustive,
    flat,
    judge,
    judging,
    winners,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "judge.db") as opened:
        yield opened


@contextmanager
def all_at_once(provider: Scripted, ledger: Ledger, settings: JudgingSettings, tasks: Round) -> Iterator[JudgingSession]:
    """A session whose first answer waits until all tasks are in."""
    release = threading.Event()

    async def wait(_prepared: PreparedCall) -> None:
        await asyncio.to_thread(release.wait, 30)

    provider.on_call = wait
    with judging(provider, ledger, settings) as judged:
        for name, entrants in tasks.items():
            judged.add_task(a_task(name), entrants)
        release.set()
        yield judged


@pytest.mark.parametrize("limits", [Limits(), Limits(round_calls=12), Limits(day_usd=0.000048)])
def test_a_budget_that_cannot_bind_leaves_tasks_first_come_first_served(ledger: Ledger, limits: Limits) -> None:
    provider = Scripted(lambda _: flat(0.55))
    judge(provider, ledger, alike(4), replace(ONE, limits=limits))
    assert provider.tasks_asked() == [f"task-{n}" for n in range(4) for _ in range(3)]


@pytest.mark.parametrize(("confirm", "second"), [("off", "task-0"), ("borderline", "task-1")])
def test_second_opinions_count_among_the_calls_that_may_be_needed(ledger: Ledger, confirm: Confirm, second: str) -> None:
    provider = Scripted(lambda _: flat(0.55))
    settings = JudgingSettings(THRESHOLD, WEIGHT, confirm, concurrency=1, limits=Limits(round_calls=23))
    with all_at_once(provider, ledger, settings, alike(4)) as judged:
        judged.finish()
    assert provider.tasks_asked()[:2] == ["task-0", second]


@pytest.mark.parametrize(
    ("limits", "calls", "pico", "could_end"),
    [
        (Limits(), 10**9, 10**18, False),
        (Limits(run_calls=10), 6, 10**18, False),
        (Limits(run_calls=10), 7, 0, True),
        (Limits(run_calls=10, day_calls=100), 7, 0, True),
        (Limits(day_usd=0.001), 10**9, 10**9 - 60, False),
        (Limits(day_usd=0.001), 0, 10**9 - 59, True),
        (Limits(day_usd=0.001, round_usd=5), 0, 10**9 - 59, True),
    ],
)
def test_a_budget_could_end_when_the_open_tasks_can_need_more_than_is_left(
    limits: Limits, calls: int, pico: int, could_end: bool
) -> None:
    headroom = Headroom(limits, lambda _: Spent(known_pico=10, possibly_lost_pico=20, reserved_pico=30, calls=4))
    headroom.enters("decided", 10**9, 10**18)
    headroom.leaves("decided")
    headroom.enters("half", calls // 2, pico // 2)
    headroom.enters("other half", calls - calls // 2, pico - pico // 2)
    assert headroom.could_end() == could_end


@pytest.mark.parametrize("limits", [Limits(round_calls=6), Limits(run_usd=0.000009)])
def test_a_budget_that_can_bind_is_spent_on_the_best_candidate_of_every_task_first(ledger: Ledger, limits: Limits) -> None:
    provider = Scripted(lambda _: flat(0.55))
    with all_at_once(provider, ledger, replace(ONE, limits=limits), alike(4)) as judged:
        with pytest.raises(BudgetReached):
            judged.finish()
        outcomes = judged.outcomes()
    assert provider.tasks_asked() == [f"task-{n}" for n in (0, 1, 2, 3, 0, 1)]
    assert not any(outcome.certified for outcome in outcomes.values())
    assert all(outcome.winner is not None for outcome in outcomes.values())
    assert list(ledger.notes()) == []


def test_a_partial_round_gives_what_it_has_and_the_same_command_later_the_rest(ledger: Ledger) -> None:
    tasks, limits = a_round(9), Limits(round_calls=7)
    part = judge(Scripted(), ledger, tasks, replace(OFF, limits=limits, partial=True))
    assert ledger.spent("round", "run", "round-1").calls == 7
    assert sum(not outcome.certified for outcome in part.values()) > 0
    rest = Scripted()
    whole = judge(rest, ledger, tasks)
    assert winners(whole) == exhaustive(tasks)
    assert winners({n: o for n, o in part.items() if o.certified}).items() <= winners(whole).items()
    assert rest.repeated() == []
    assert ledger.spent("round", "run", "round-1").calls == 7 + len(rest.asked)


def test_after_a_budget_ended_what_the_ledger_knows_is_still_used(ledger: Ledger) -> None:
    known = {"known": [entrant(0)]}
    judge(Scripted(lambda _: flat(0.9)), ledger, known)
    tasks = {"new": [entrant(0, code="other")], **known}
    outcomes = judge(Scripted(), ledger, tasks, replace(ONE, limits=Limits(run_calls=1), partial=True))
    assert (outcomes["new"].certified, outcomes["known"].certified) == (False, True)


@pytest.mark.parametrize("limit", [1, 5, 17])
def test_no_budget_is_passed_at_any_concurrency(ledger: Ledger, limit: int) -> None:
    provider = Scripted()
    with pytest.raises(BudgetReached):
        judge(provider, ledger, a_round(11), replace(OFF, concurrency=32, limits=Limits(round_calls=limit)))
    assert len(provider.asked) == limit
