"""Every row of the failure table, against the fake server with the real SDK: what is billed, what is kept, what happens next."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judges.budget import BudgetReached, Limits
from judges.errors import JudgePaused, LedgerError
from judges.ledger import Attempt, Ledger
from judges.retry.ask import RESAMPLED
from judges.retry.policy import LONGEST_WAIT, RETRY_AFTER_AT_MOST
from tests.fakes.messages_api import Fault, MessagesServer, fault
from tests.judges.claude_setup import CONTEXT, NO_LIMITS, World, circuit, hermetic, provider_for, question

MakeWorld = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWorld]:
    hermetic(monkeypatch, tmp_path)
    worlds: list[World] = []

    def made(*faults: Fault, concurrency: int = 8, latency: float = 0.0, **settings: Any) -> World:
        server = MessagesServer(*faults, latency=latency)
        server.__enter__()
        world = World(server, Ledger.open(tmp_path / f"{len(worlds)}.sqlite"), provider_for(server, **settings), concurrency)
        worlds.append(world)
        return world

    yield made
    for world in worlds:
        world.assert_balanced()
        assert world.ledger.verify() == []
        world.ledger.close()
        world.server.__exit__(None, None, None)


def test_an_answer_is_paid_once_and_then_free(make: MakeWorld) -> None:
    world = make()
    first, second = world.one(), world.one()
    assert first.verdict is not None
    assert first.verdict == second.verdict
    assert (first.source, second.source) == ("paid", "ledger")
    assert len(world.server.billed) == 1


def test_twins_asked_at_once_pay_once(make: MakeWorld) -> None:
    world = make(latency=0.05)

    async def twins() -> list[str]:
        answers = await asyncio.gather(*(world.ask(question()) for _ in range(5)))
        assert len({answer.verdict for answer in answers}) == 1
        return [answer.source for answer in answers]

    assert world.run(twins()) == ["paid", "ledger", "ledger", "ledger", "ledger"]
    assert len(world.server.billed) == 1


@pytest.mark.parametrize("name", ["rate_limited", "overloaded", "server_error", "unavailable", "conflict"])
def test_what_passes_is_waited_for_and_not_billed(make: MakeWorld, name: str) -> None:
    world = make(fault(name, times=3))
    assert world.one().verdict is not None
    assert world.states() == ["failed", "failed", "failed", "done"]
    assert world.ledger.spent("run", "run").possibly_lost_pico == 0


@pytest.mark.parametrize(("name", "limit"), [("rate_limited", 4), ("overloaded", 4), ("server_error", 8)])
def test_only_what_is_too_fast_slows_all_down(make: MakeWorld, name: str, limit: int) -> None:
    world = make(fault(name))
    world.one()
    assert world.circuit.limit == limit


@pytest.mark.parametrize(("status", "state"), [(500, "failed"), (502, "unknown"), (504, "unknown"), (408, "failed")])
def test_a_gateway_that_gave_up_may_hide_a_paid_answer(make: MakeWorld, status: int, state: str) -> None:
    world = make(Fault("gateway", status, "", message="no answer"))
    assert world.one().verdict is not None
    assert world.states() == [state, "done"]


def test_the_server_says_how_long_to_wait(make: MakeWorld) -> None:
    world = make(fault("rate_limited", retry_after=7), fault("overloaded", retry_after=3_000_000))
    assert world.one().verdict is not None
    assert world.time.slept[0] == 7
    assert max(world.time.slept) == RETRY_AFTER_AT_MOST


def test_an_overload_that_does_not_pass_pauses_the_run(make: MakeWorld) -> None:
    world = make(fault("overloaded", times=None))
    with pytest.raises(JudgePaused, match=r"overloaded.*req_fake") as paused:
        world.one()
    assert paused.value.exit_code == 75
    assert "nothing was scored 0" in paused.value.hint
    assert world.states() == ["failed"] * 8
    with pytest.raises(JudgePaused):
        world.one(1)
    assert len(world.server.requests) == 8, "an open circuit lets nothing out"


@pytest.mark.parametrize(
    ("name", "words", "step"),
    [
        ("spend_limit", "billing or a spend limit", "console"),
        ("billing", "billing or a spend limit", "console"),
        ("usage_limits", "billing or a spend limit", "console"),
        ("credit_balance", "billing or a spend limit", "console"),
        ("on_hold", "billing or a spend limit", "console"),
        ("unauthorized", "refuses the key", "ANTHROPIC_API_KEY"),
        ("forbidden", "refuses the key", "ANTHROPIC_API_KEY"),
        ("no_model", "does not know the model", "judge.model"),
    ],
)
def test_what_no_waiting_heals_stops_at_once(make: MakeWorld, name: str, words: str, step: str) -> None:
    world = make(fault(name, times=None))
    with pytest.raises(JudgePaused, match=words) as paused:
        world.one()
    assert "req_fake" in str(paused.value)
    assert step in paused.value.hint
    assert "same command" in paused.value.hint
    assert world.states() == ["failed"]
    assert world.time.slept == []
    assert world.circuit.stopped is not None


@pytest.mark.parametrize("name", ["cut_after", "cut_mid", "cut_short"])
def test_a_reply_that_broke_off_is_asked_for_again_and_counted(make: MakeWorld, name: str) -> None:
    world = make(fault(name))
    assert world.one().verdict is not None
    assert world.states() == ["unknown", "done"]
    assert world.kinds() == ["cut", ""]
    assert len(world.server.billed) == 2


def test_connections_that_keep_breaking_are_given_up_after_two_more(make: MakeWorld) -> None:
    world = make(fault("cut_after", times=None))
    with pytest.raises(JudgePaused, match="keeps breaking"):
        world.one()
    assert world.states() == ["unknown"] * 3
    assert len(world.server.billed) == 3


def test_a_reply_that_comes_too_late_is_counted_as_possibly_paid(make: MakeWorld) -> None:
    world = make(fault("slow", seconds=1.0), timeout_seconds=0.2)
    assert world.one().verdict is not None
    assert list(zip(world.states(), world.kinds(), strict=True)) == [("unknown", "timeout"), ("done", "")]


@pytest.mark.parametrize("name", ["html", "broken_json", "no_usage", "wrong_type"])
def test_what_is_no_reply_is_kept_and_tried_twice_more(make: MakeWorld, name: str) -> None:
    world = make(fault(name, times=2))
    assert world.one().verdict is not None
    assert world.states() == ["unknown", "unknown", "done"]


def test_a_captive_portal_pauses_the_run(make: MakeWorld) -> None:
    world = make(fault("html", times=None))
    with pytest.raises(JudgePaused, match="captive portal"):
        world.one()
    assert world.kinds() == ["protocol"] * 3


def test_no_connection_is_waited_for_ten_minutes(make: MakeWorld) -> None:
    world = make(base_url="http://127.0.0.1:9")
    with pytest.raises(JudgePaused, match="no connection"):
        world.one()
    assert 9 * 60 < world.time.now - 1000 <= 10 * 60
    assert set(world.states()) == {"failed"}
    assert set(world.kinds()) == {"connect"}
    assert max(world.time.slept) == LONGEST_WAIT / 2


def test_a_truncated_answer_gets_twice_the_room_once(make: MakeWorld) -> None:
    world = make(fault("truncated"))
    answer = world.one()
    assert answer.verdict is not None
    assert [seen.json["max_tokens"] for seen in world.server.requests] == [4096, 8192]
    assert answer.source == "paid"
    assert answer.key != world.provider.prepare(question()).key
    again = world.one()
    assert (again.verdict, again.source) == (answer.verdict, "ledger")
    assert len(world.server.billed) == 2


def test_a_second_truncation_leaves_the_candidate_unscored(make: MakeWorld) -> None:
    world = make(fault("truncated", times=None))
    answer = world.one()
    assert answer.verdict is None
    assert answer.unscored is not None
    assert answer.unscored.reason == "truncated"
    assert len(world.server.billed) == 2
    assert world.circuit.stopped is None


@pytest.mark.parametrize("name", ["malformed", "violates", "empty", "thinking_only"])
def test_an_unreadable_answer_is_asked_for_once_more(make: MakeWorld, name: str) -> None:
    world = make(fault(name))
    assert world.one().verdict is not None
    assert world.states() == ["done", "done"]
    assert [row.sample_index for row in world.ledger.attempts()] == [0, RESAMPLED]
    bodies = [seen.sha256 for seen in world.server.requests]
    assert bodies[0] == bodies[1], "the same question under another key"


def test_the_retry_of_an_unreadable_answer_is_no_second_opinion(make: MakeWorld) -> None:
    world = make(fault("malformed"))
    world.one()
    second = world.run(world.ask(question(sample_index=1)))
    assert second.source == "paid"


def test_two_unreadable_answers_leave_the_candidate_unscored(make: MakeWorld) -> None:
    world = make(fault("malformed", times=None))
    answer = world.one()
    assert answer.unscored is not None
    assert answer.unscored.reason == "malformed"
    assert len(world.server.billed) == 2


def test_a_refusal_is_kept_with_its_category_and_not_repeated(make: MakeWorld) -> None:
    world = make(fault("refusal", category="frontier_llm", times=None))
    answer = world.one()
    assert answer.unscored is not None
    assert answer.unscored.reason == "refusal"
    assert "frontier_llm" in answer.unscored.detail
    assert len(world.server.billed) == 1
    assert world.one().source == "ledger"


def test_many_refusals_stop_the_run(make: MakeWorld) -> None:
    world = make(fault("refusal", times=None))
    for number in range(3):
        assert world.one(number).unscored is not None
    with pytest.raises(JudgePaused, match="refused 3 of 3"):
        world.one(3)


@pytest.mark.parametrize("name", ["bad_request", "too_large"])
def test_a_bad_request_leaves_one_candidate_unscored_and_four_stop_the_run(make: MakeWorld, name: str) -> None:
    world = make(fault(name, times=None))
    for number in range(4):
        assert world.circuit.stopped is None
        answer = world.one(number)
        assert answer.unscored is not None
        assert answer.unscored.reason == "bad_request"
        assert answer.reply is None
    with pytest.raises(JudgePaused, match="4 requests as wrong"):
        world.one(5)
    assert world.states() == ["failed"] * 4


def test_a_fatal_failure_lets_calls_under_way_end_and_starts_none(make: MakeWorld) -> None:
    world = make(fault("slow", seconds=0.3, contains="n = 0"), fault("billing", contains="n = 1"))

    async def both() -> None:
        slow = asyncio.create_task(world.ask(question(0)))
        await asyncio.sleep(0.1)
        with pytest.raises(JudgePaused):
            await world.ask(question(1))
        assert (await slow).verdict is not None
        with pytest.raises(JudgePaused):
            await world.ask(question(2))

    world.run(both())
    assert world.states() == ["done", "failed"]


def test_who_is_cancelled_leaves_the_paid_call_running(make: MakeWorld) -> None:
    world = make(latency=0.2)

    async def impatient() -> None:
        asking = asyncio.create_task(world.ask(question()))
        while world.circuit.active == 0 or not world.server.requests:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        world.circuit.open(JudgePaused("interrupted"))
        await world.circuit.drain()

    world.run(impatient())
    assert world.states() == ["done"]


def test_without_anybody_waiting_nothing_new_is_sent(make: MakeWorld) -> None:
    world = make(fault("cut_after", times=None), latency=0.2)

    async def impatient() -> None:
        asking = asyncio.create_task(world.ask(question()))
        while not world.server.requests:
            await asyncio.sleep(0.01)
        asking.cancel()
        await world.circuit.drain()

    world.run(impatient())
    assert len(world.server.requests) == 1


def test_a_loop_that_ends_in_the_middle_leaves_no_lease(make: MakeWorld) -> None:
    world = make(latency=0.5)

    async def torn() -> None:
        asyncio.get_running_loop().create_task(world.ask(question()))
        while not world.server.requests:
            await asyncio.sleep(0.01)

    asyncio.run(torn())
    world.circuit = circuit(world.time)
    assert world.one().verdict is not None
    assert world.states() == ["unknown", "done"]


def test_an_answer_that_another_process_waits_for_is_waited_for(make: MakeWorld) -> None:
    world = make()
    prepared = world.provider.prepare(question())
    other = Ledger.open(world.ledger.path)

    async def both() -> str:
        begun = other.begin(prepared, CONTEXT, NO_LIMITS).result()
        assert isinstance(begun, Attempt)
        asking = asyncio.create_task(world.ask(question()))
        while not world.time.slept:
            await asyncio.sleep(0.01)
        reply = await world.provider.call(prepared)
        other.answered(begun, reply, world.provider.billed(reply)).result()
        return (await asking).source

    assert world.run(both()) == "ledger"
    assert len(world.server.billed) == 1
    other.close()


def test_an_answer_that_never_comes_from_the_other_process_is_told(make: MakeWorld) -> None:
    world = make()
    other = Ledger.open(world.ledger.path)
    other.begin(world.provider.prepare(question()), CONTEXT, NO_LIMITS).result()
    with pytest.raises(JudgePaused, match="did not come for 30 minutes"):
        world.one()
    assert world.circuit.stopped is None
    other.close()


def test_a_budget_counts_reservations_and_waits_for_them(make: MakeWorld) -> None:
    """Room for one worst case and the real costs of many: all are asked, one after the other."""
    world = make(latency=0.02)
    worst = world.provider.prepare(question()).worst_pico
    assert worst is not None
    limits = Limits(run_usd=1.6 * worst / 1e12)

    async def four() -> int:
        answers = await asyncio.gather(*(world.ask(question(number), limits) for number in range(4)))
        return sum(answer.verdict is not None for answer in answers)

    assert world.run(four()) == 4
    assert world.server.billed.pico <= 1.6 * worst


def test_a_budget_that_is_reached_says_so_and_leaves_the_circuit(make: MakeWorld) -> None:
    world = make()
    world.run(world.ask(question(), Limits(run_calls=1)))
    with pytest.raises(BudgetReached, match="1 of 1 calls"):
        world.run(world.ask(question(1), Limits(run_calls=1)))
    assert world.circuit.stopped is None
    assert world.run(world.ask(question(), Limits(run_calls=1))).source == "ledger"


def test_a_ledger_that_cannot_be_written_stops_all_paying(make: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make()

    def full(*_: object) -> None:
        raise LedgerError("the disk is full", hint="free some")

    with monkeypatch.context() as patch:
        patch.setattr(world.ledger, "begin", full)
        with pytest.raises(LedgerError):
            world.one()
    with pytest.raises(JudgePaused, match="disk is full") as paused:
        world.one()
    assert paused.value.hint == "free some"
    assert world.server.requests == []


def test_no_more_calls_at_once_than_allowed(make: MakeWorld) -> None:
    world = make(latency=0.03, concurrency=3)
    most = 0

    async def many() -> None:
        nonlocal most
        asking = [asyncio.create_task(world.ask(question(number))) for number in range(12)]
        while not all(task.done() for task in asking):
            most = max(most, sum(state == "inflight" for state in world.states()))
            await asyncio.sleep(0.005)
        await asyncio.gather(*asking)

    world.run(many())
    assert most == 3
    assert world.states() == ["done"] * 12
