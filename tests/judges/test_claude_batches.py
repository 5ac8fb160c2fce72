"""Message Batches through the ledger: half the price, nothing sent twice, whatever is lost on the way."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from judges.budget import Limits
from judges.calls import Context
from judges.claude import BatchJudge, BatchResult
from judges.errors import JudgePaused
from judges.ledger import Attempt, Ledger
from judges.retry import Circuit
from tests.fakes.messages_api import Fault, MessagesServer, fault
from tests.judges.claude_setup import NO_LIMITS, World, circuit, hermetic, provider_for, question

MakeWorld = Callable[..., World]
THEIRS = "another-programs"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWorld]:
    hermetic(monkeypatch, tmp_path)
    worlds: list[World] = []

    def made(*faults: Fault, polls: int = 2) -> World:
        server = MessagesServer(*faults, batch_polls=polls)
        server.__enter__()
        worlds.append(World(server, Ledger.open(tmp_path / f"{len(worlds)}.sqlite"), provider_for(server)))
        return worlds[-1]

    yield made
    for world in worlds:
        spent = world.ledger.spent("run", "run")
        ours = sum(call.pico or 0 for call in world.server.billed if call.custom_id != THEIRS)
        assert spent.known_pico <= ours <= spent.known_pico + spent.possibly_lost_pico
        assert spent.reserved_pico == 0
        assert world.ledger.verify() == []
        world.ledger.close()
        world.server.__exit__(None, None, None)


def judged(world: World, numbers: range, limits: Limits = NO_LIMITS) -> BatchResult:
    calls = [(world.provider.prepare(question(number)), Context("run", "1", "add", f"c{number}", "judge")) for number in numbers]
    judge = BatchJudge(provider_for(world.server), world.ledger, limits, world.circuit, poll_seconds=30)
    return asyncio.run(judge.judge(calls))


def batches(world: World) -> int:
    return sum(seen.where == "batches" for seen in world.server.requests)


def test_a_batch_brings_all_verdicts_at_half_the_price(make: MakeWorld) -> None:
    world = make(polls=5)
    result = judged(world, range(4))
    assert [answer.verdict is not None for answer in result.answers.values()] == [True] * 4
    assert set(result.answers) == {world.provider.prepare(question(number)).key for number in range(4)}
    assert (result.pending, result.over_budget, result.limit) == ([], [], None)
    assert world.ledger.spent("run", "run").known_pico == world.server.billed.pico
    assert world.time.slept == [30.0] * 5


def test_verdicts_are_those_of_single_calls(make: MakeWorld) -> None:
    world = make()
    (key, batched), *_ = judged(world, range(1)).answers.items()
    alone = world.one()
    assert (alone.key, alone.verdict, alone.source) == (key, batched.verdict, "ledger"), "a batch's answer is free afterwards"
    other = make()
    assert other.one().verdict == batched.verdict


def test_what_is_answered_is_not_sent_again(make: MakeWorld) -> None:
    world = make()
    judged(world, range(2))
    result = judged(world, range(4))
    assert [answer.source for answer in result.answers.values()].count("ledger") == 2
    assert len(world.server.billed) == 4
    judged(world, range(4))
    assert batches(world) == 2


def test_a_lost_reply_to_the_sending_is_found_again(make: MakeWorld) -> None:
    world = make(fault("lost_batch"))
    result = judged(world, range(3))
    assert len(result.answers) == 3
    assert batches(world) == 1
    assert len(world.server.billed) == 3


def test_a_sending_that_never_arrived_is_sent_again(make: MakeWorld) -> None:
    world = make(fault("cut_before", where="batches"))
    assert len(judged(world, range(3)).answers) == 3
    assert batches(world) == 2
    assert len(world.server.billed) == 3


def test_another_programs_batch_of_the_same_size_is_not_taken_for_ours(make: MakeWorld) -> None:
    world = make(fault("ok", where="batches"), fault("cut_before", where="batches"))

    async def theirs() -> None:
        provider = provider_for(world.server)
        body = dict(provider.prepare(question(9)).body)
        await provider.client().messages.batches.create(requests=[{"custom_id": THEIRS, "params": body}])  # type: ignore[typeddict-item]
        await provider.close()

    asyncio.run(theirs())
    theirs_pico = world.server.billed.pico
    result = judged(world, range(1))
    assert len(result.answers) == 1
    assert batches(world) == 3
    assert world.ledger.spent("run", "run").possibly_lost_pico == 0
    assert world.ledger.spent("run", "run").known_pico == world.server.billed.pico - theirs_pico


@pytest.mark.parametrize("name_is_known", [True, False])
def test_a_process_that_died_after_sending_is_continued(make: MakeWorld, name_is_known: bool) -> None:
    world = make()
    calls = [(world.provider.prepare(question(number)), Context("run", "1", "add", "c")) for number in range(2)]

    async def dies() -> None:
        provider = provider_for(world.server)
        intent = world.ledger.batch_intended(calls, NO_LIMITS).result()
        made = await provider.client().messages.batches.create(
            requests=[{"custom_id": call.key, "params": dict(call.body)} for call, _ in calls]  # type: ignore[typeddict-item]
        )
        if name_is_known:
            world.ledger.batch_sent(intent.id, made.id).result()
        await provider.close()

    asyncio.run(dies())
    world.ledger.close()
    world.ledger = Ledger.open(world.ledger.path)
    result = judged(world, range(2))
    assert len(result.answers) == 2
    assert batches(world) == 1
    assert len(world.server.billed) == 2


@pytest.mark.parametrize("name", ["item_errored", "item_expired", "item_canceled"])
def test_what_a_batch_left_out_is_sent_once_more(make: MakeWorld, name: str) -> None:
    world = make(fault(name))
    result = judged(world, range(3))
    assert len(result.answers) == 3
    assert batches(world) == 2
    assert len(world.server.billed) == 3


def test_what_two_batches_left_out_stays_pending(make: MakeWorld) -> None:
    world = make(fault("item_expired", contains="n = 1", times=None))
    result = judged(world, range(3))
    assert result.pending == [world.provider.prepare(question(1)).key]
    assert len(result.answers) == 2
    assert batches(world) == 2


def test_a_wrong_request_is_unscored_and_not_repeated(make: MakeWorld) -> None:
    world = make(fault("bad_request", where="item"))
    result = judged(world, range(2))
    unscored = [answer.unscored for answer in result.answers.values() if answer.unscored]
    assert [one.reason for one in unscored] == ["bad_request"]
    assert batches(world) == 1


def test_a_truncated_answer_gets_twice_the_room_in_the_second_batch(make: MakeWorld) -> None:
    world = make(fault("truncated", where="item"))
    result = judged(world, range(2))
    assert all(answer.verdict for answer in result.answers.values())
    sent = [seen.json["requests"] for seen in world.server.requests if seen.where == "batches"]
    assert [[request["params"]["max_tokens"] for request in requests] for requests in sent] == [[4096, 4096], [8192]]
    assert {answer.source for answer in result.answers.values()} == {"paid"}


def test_a_budget_is_counted_at_half_the_worst_case(make: MakeWorld) -> None:
    world = make()
    worst = world.provider.prepare(question()).worst_pico
    assert worst is not None
    result = judged(world, range(3), Limits(run_usd=1.1 * worst / 1e12))
    assert len(result.answers) == 2
    assert len(result.over_budget) == 1
    assert result.limit is not None
    nothing = judged(world, range(3), Limits(run_usd=0.0))
    assert len(nothing.answers) == 2, "what is answered is free"
    assert nothing.over_budget == result.over_budget


def test_a_refused_key_stops_before_anything_is_sent_again(make: MakeWorld) -> None:
    world = make(fault("unauthorized", where="batches", times=None))
    with pytest.raises(JudgePaused, match="refuses the key"):
        judged(world, range(2))
    assert batches(world) == 1
    assert set(world.states()) == {"failed"}


def test_an_overload_is_waited_for(make: MakeWorld) -> None:
    world = make(fault("overloaded", where="batches", times=2), fault("overloaded", where="batch", times=2))
    assert len(judged(world, range(2)).answers) == 2
    assert batches(world) == 3


def test_a_batch_that_the_server_forgot_is_counted_as_lost(make: MakeWorld) -> None:
    world = make()
    call = (world.provider.prepare(question()), Context("run", "1", "add", "c"))
    intent = world.ledger.batch_intended([call], NO_LIMITS).result()
    world.ledger.batch_sent(intent.id, "msgbatch_gone").result()
    assert len(judged(world, range(1)).answers) == 1
    assert world.states() == ["unknown", "done"]


def test_what_another_process_asks_stays_pending(make: MakeWorld) -> None:
    world = make()
    other = Ledger.open(world.ledger.path)
    prepared = world.provider.prepare(question())
    begun = other.begin(prepared, Context("run", "1", "add", "c"), NO_LIMITS).result()
    assert isinstance(begun, Attempt)
    result = judged(world, range(2))
    assert result.pending == [prepared.key]
    assert len(result.answers) == 1
    other.close()


def test_stopping_leaves_the_batch_and_the_next_run_brings_it_in(make: MakeWorld) -> None:
    world = make(polls=10**6)
    opened = world.time.sleep

    async def stopping(seconds: float) -> None:
        if len(world.time.slept) > 5:
            world.circuit.open(JudgePaused("interrupted"))
        await opened(seconds)

    world.circuit = Circuit(clock=world.time.clock, sleep=stopping)
    with pytest.raises(JudgePaused, match="interrupted"):
        judged(world, range(2))
    assert world.states() == ["batched", "batched"]
    world.circuit = circuit(world.time)
    for batch in world.server._batches._all.values():
        batch.polls_left = 0
    assert [answer.source for answer in judged(world, range(2)).answers.values()] == ["ledger", "ledger"]
    assert batches(world) == 1
