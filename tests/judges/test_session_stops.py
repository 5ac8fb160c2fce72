"""Judging that is stopped, by a signal, an outage, a defect or too many useless answers: nothing paid is lost."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judges import JudgePaused, session, standing
from judges.budget import Limits
from judges.calls import CallFailed, Context, PreparedCall, Unusable
from judges.ledger import Ledger
from judges.outcome import TaskOutcome
from judges.retry import Answer
from judges.verdict import JudgeRequest
from tests.judges.scripted import (
    OFF,
    ONE,
    Opinion,
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


def test_an_outage_pauses_and_the_next_session_asks_only_the_rest(ledger: Ledger) -> None:
    tasks, whole = a_round(5), Scripted()
    with Ledger.open(ledger.path.with_name("other.db")) as other:
        judge(whole, other, tasks)
    first = Scripted()

    async def breaks(_prepared: PreparedCall) -> None:
        await asyncio.sleep(0)
        if len(first.asked) > 9:
            raise CallFailed("auth", "the key is no more")

    first.on_call = breaks
    with pytest.raises(JudgePaused, match="refuses the key"):
        judge(first, ledger, tasks)
    paid = {row.key for row in ledger.attempts() if row.state == "done"}
    second = Scripted()
    outcomes = judge(second, ledger, tasks)
    assert winners(outcomes) == exhaustive(tasks)
    assert len(paid) >= 5
    assert paid.isdisjoint(each.key for each in second.asked)
    assert paid | {each.key for each in second.asked} == {each.key for each in whole.asked}


def test_without_a_verdict_a_task_is_not_certified_where_the_candidate_could_have_won(ledger: Ledger) -> None:
    refused: dict[str, Opinion] = {"return 0": Unusable("refusal", ""), "return 1": flat(0.9)}
    provider = Scripted(lambda request: refused[request.code])
    outcome = judge(provider, ledger, {"a": [entrant(0), entrant(1, 0.3)]})["a"]
    assert outcome.winner is not None
    assert (outcome.winner.index, outcome.certified, outcome.unscored["key-0"].reason) == (1, False, "refusal")
    assert 0 not in outcome.scores


@pytest.mark.parametrize(("bad", "paused"), [(2, False), (5, False), (6, True)])
def test_too_many_questions_without_a_verdict_pause_the_round(ledger: Ledger, bad: int, paused: bool) -> None:
    def opinion(request: JudgeRequest) -> Opinion:
        return Unusable("truncated", "") if int(request.task.id) < bad else flat(0.9)

    tasks = {str(number): [entrant(0)] for number in range(100)}
    if not paused:
        assert len(judge(Scripted(opinion), ledger, tasks)) == 100
        return
    with pytest.raises(JudgePaused, match="no verdict on 6 of 100 questions \\(6 truncated\\)") as caught:
        judge(Scripted(opinion), ledger, tasks)
    assert "max_tokens" in caught.value.hint


def test_a_judge_that_never_gives_a_verdict_is_not_paid_to_the_end(ledger: Ledger) -> None:
    provider = Scripted(lambda _: Unusable("truncated", ""))
    with pytest.raises(JudgePaused, match="no verdict"):
        judge(provider, ledger, {str(number): [entrant(0)] for number in range(100)}, ONE)
    assert len(provider.asked) == standing.SURELY_UNSCORED


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("where", ["finish", "block"])
def test_a_signal_lets_the_answers_under_way_come_home_and_asks_nothing_new(ledger: Ledger, number: int, where: str) -> None:
    provider, before = Scripted(), signal.getsignal(signal.SIGTERM)

    async def interrupted(_prepared: PreparedCall) -> None:
        if len(provider.asked) == 6:
            os.kill(os.getpid(), number)
        await asyncio.sleep(0.05 if len(provider.asked) >= 3 else 0)

    provider.on_call = interrupted

    def until_stopped() -> None:
        with judging(provider, ledger, replace(OFF, concurrency=4)) as judged:
            for name, entrants in a_round(6).items():
                judged.add_task(a_task(name), entrants)
            if where == "finish":
                judged.finish()
            threading.Event().wait(30)

    with pytest.raises(JudgePaused, match="was stopped") as caught:
        until_stopped()
    assert "nothing was scored 0" in caught.value.hint
    assert signal.getsignal(signal.SIGTERM) == before
    rows = list(ledger.attempts())
    assert {row.state for row in rows} == {"done"}
    assert len(rows) == len(provider.asked) == 6
    assert ledger.spent("run", "run").reserved_pico == 0
    rest = Scripted()
    assert winners(judge(rest, ledger, a_round(6))) == exhaustive(a_round(6))
    assert not {each.key for each in rest.asked} & {row.key for row in rows}


def test_what_is_added_after_the_end_is_awaited_too(ledger: Ledger) -> None:
    provider, under_way = Scripted(), threading.Event()

    async def slow(_prepared: PreparedCall) -> None:
        under_way.set()
        await asyncio.sleep(0.05)

    provider.on_call = slow
    with judging(provider, ledger) as judged:
        assert judged.finish() == {}
        judged.add_task(a_task("a"), [entrant(0)])
        assert under_way.wait(30)
    assert [row.state for row in ledger.attempts()] == ["done"]


class Stub:
    """An `ask` that says what it is told to, and who was told to stop."""

    def __init__(self, *answers: Answer | JudgePaused) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.stops: list[JudgePaused] = []

    async def __call__(self, _prepared: PreparedCall, _context: Context) -> Answer:
        self.asked += 1
        await asyncio.sleep(0)
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        if isinstance(answer, JudgePaused):
            raise answer
        return answer

    def finish(self, ledger: Ledger, tasks: Round) -> dict[str, TaskOutcome]:
        with session.JudgingSession(Scripted(), ledger, ONE, "run", "round", ask=self, on_stop=self.stops.append) as judged:
            for name, entrants in tasks.items():
                judged.add_task(a_task(name), entrants)
            return judged.finish()


def test_after_a_pause_nothing_is_asked_and_everyone_is_told_to_stop(ledger: Ledger) -> None:
    pause = JudgePaused("an outage")
    stub = Stub(Answer(flat(0.5), None, None, "paid", "a"), pause)
    with pytest.raises(JudgePaused, match="an outage"):
        stub.finish(ledger, alike(5))
    assert (stub.asked, stub.stops) == (2, [pause])


def test_a_twin_in_the_same_task_is_not_even_looked_up(ledger: Ledger) -> None:
    stub = Stub(Answer(flat(0.55), None, None, "paid", "a"))
    stub.finish(ledger, {"a": [entrant(0, 0.4, "same"), entrant(1, 0.4, "same"), entrant(2, 0.4, "same")]})
    assert stub.asked == 1


def test_who_leaves_the_block_by_an_error_loses_no_answer(ledger: Ledger) -> None:
    provider, under_way = Scripted(), threading.Event()

    async def slow(_prepared: PreparedCall) -> None:
        under_way.set()
        await asyncio.sleep(0.05)

    provider.on_call = slow

    def fails() -> None:
        with judging(provider, ledger) as judged:
            judged.add_task(a_task("a"), [entrant(0), entrant(1)])
            assert under_way.wait(30)
            raise KeyError("sampling failed")

    with pytest.raises(KeyError, match="sampling failed"):
        fails()
    assert [row.state for row in ledger.attempts()] == ["done"]


def test_what_does_not_come_home_in_time_is_left_behind_and_counted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "DRAIN_SECONDS", 0.05)
    provider, under_way = Scripted(), threading.Event()

    async def never(_prepared: PreparedCall) -> None:
        under_way.set()
        await asyncio.sleep(3600)

    provider.on_call = never
    with judging(provider, ledger) as judged:
        judged.add_task(a_task("a"), [entrant(0)])
        assert under_way.wait(30)
        judged.drain()
        with pytest.raises(JudgePaused):
            judged.finish()
        assert not judged.outcomes()["a"].certified
    # Whoever was cancelled did not wait until that was written.
    ledger.recover()
    assert ledger.spent("run", "run").possibly_lost_pico == provider.worst_pico


def test_a_second_ctrl_c_waits_for_nothing(ledger: Ledger) -> None:
    provider = Scripted()

    async def never(_prepared: PreparedCall) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(3600)

    def again(judged: session.JudgingSession) -> None:
        while judged.stopped is None:
            threading.Event().wait(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    provider.on_call = never

    def until_stopped() -> None:
        with judging(provider, ledger) as judged:
            threading.Thread(target=again, args=(judged,)).start()
            judged.add_task(a_task("a"), [entrant(0)])
            judged.finish()

    with pytest.raises((JudgePaused, KeyboardInterrupt)):
        until_stopped()
    ledger.recover()
    assert ledger.spent("run", "run").possibly_lost_pico == provider.worst_pico


def test_a_defect_comes_out_as_it_is(ledger: Ledger) -> None:
    def broken(_request: JudgeRequest) -> Opinion:
        raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        judge(Scripted(broken), ledger, alike(3))
    provider = Scripted()
    provider.prepare = lambda _: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(ZeroDivisionError):
        judge(provider, ledger, alike(3), replace(OFF, limits=Limits(day_usd=1)))
