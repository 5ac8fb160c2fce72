"""The circuit and the patience of one question, without any server."""

import asyncio
from typing import Any

from judges.calls import CallFailed
from judges.errors import JudgePaused
from judges.retry.circuit import OKS_TO_GROW
from judges.retry.policy import RETRY_AFTER_AT_MOST, Patience
from tests.judges.claude_setup import Time, circuit


def test_overload_halves_once_and_good_replies_bring_it_back() -> None:
    async def steps() -> None:
        time = Time()
        shared = circuit(time, 8)
        tickets = [await shared.enter() for _ in range(8)]
        for ticket in tickets:
            shared.slow_down(ticket, 5)
        assert shared.limit == 4, "eight refusals at the same moment are one piece of news"
        for _ in tickets:
            shared.leave(good=False)
        shared.slow_down(await shared.enter(), 5)
        assert time.now == 1005, "nobody started while the server wanted quiet"
        shared.leave(good=False)
        assert shared.limit == 2
        for _ in range(OKS_TO_GROW * 10):
            await shared.enter()
            shared.leave(good=True)
        assert shared.limit == 8, "it grows by one at a time, up to what was allowed"

    asyncio.run(steps())


def test_a_place_is_not_lost_when_who_waits_for_it_is_cancelled() -> None:
    async def steps() -> None:
        shared = circuit(Time(), 1)
        await shared.enter()
        first, second = (asyncio.create_task(shared.enter()) for _ in range(2))
        await asyncio.sleep(0)
        shared.leave(good=True)
        first.cancel()
        await asyncio.wait_for(second, 5)

    asyncio.run(steps())


def test_opening_wakes_all_who_wait() -> None:
    async def steps() -> None:
        shared = circuit(Time(), 1)
        await shared.enter()
        waiting: list[asyncio.Task[Any]] = [asyncio.create_task(shared.enter()) for _ in range(3)]
        waiting.append(asyncio.create_task(shared.rest(0)))
        await asyncio.sleep(0)
        shared.open(JudgePaused("why", hint="how"))
        shared.open(JudgePaused("another reason"))
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(error) for error in ended] == ["why"] * 4

    asyncio.run(steps())


def test_a_question_is_given_up_after_fifteen_minutes() -> None:
    time = Time()
    patience = Patience(time.clock, lambda: 0.5)
    slow = CallFailed("rate", "slow", retry_after=500)
    patience.note(slow)
    assert patience.pause == RETRY_AFTER_AT_MOST
    assert not patience.spent(slow)
    time.now += 15 * 60
    patience.note(slow)
    assert patience.spent(slow)
