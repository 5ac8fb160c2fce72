"""Message Batches of the fake, by the real SDK."""

import socket
from typing import Any

import anthropic
import pytest

from tests.fakes.messages_api import GOOD_KEY, Clock, MessagesServer, cost, fault
from tests.fakes.messages_rules import check_batch
from tests.fakes.messages_types import ApiError
from tests.judges.messages_client import block, body, create, talk


def _requests(*ids: str, **more: Any) -> list[Any]:
    return [{"custom_id": name, "params": body(f"return {name!r}", **more)} for name in ids]


async def _ended(sdk: anthropic.AsyncAnthropic, batch_id: str) -> list[str]:
    """Poll until the end; the states on the way."""
    states: list[str] = []
    while not states or states[-1] != "ended":
        states.append((await sdk.messages.batches.retrieve(batch_id)).processing_status)
    return states


async def _results(sdk: anthropic.AsyncAnthropic, batch_id: str) -> list[Any]:
    return [result async for result in await sdk.messages.batches.results(batch_id)]


@pytest.mark.parametrize("absolute", [True, False])
def test_a_batch_from_its_creation_to_its_results(absolute: bool) -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> tuple[Any, list[str], Any, list[Any]]:
        made = await sdk.messages.batches.create(requests=_requests("a", "b", "c"))
        states = await _ended(sdk, made.id)
        return made, states, await sdk.messages.batches.retrieve(made.id), await _results(sdk, made.id)

    with MessagesServer(batch_polls=2, absolute_results=absolute) as server:
        made, states, ended, results = talk(server, ask)
        same = create(server, body("return 'b'"))
    assert (made.processing_status, made.request_counts.processing, made.results_url) == ("in_progress", 3, None)
    assert states == ["in_progress", "in_progress", "ended"]
    assert (ended.request_counts.succeeded, ended.request_counts.processing) == (3, 0)
    assert ended.results_url.startswith("http" if absolute else "/v1")
    assert (ended.expires_at - ended.created_at).total_seconds() == 24 * 3600
    assert [result.custom_id for result in results] == ["c", "b", "a"]
    assert results[1].result.message.content == same.content
    assert results[1].result.message.usage.service_tier == "batch"


def test_a_batch_costs_half_and_is_billed_once() -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> list[Any]:
        made = await sdk.messages.batches.create(requests=_requests("a", "b", system=[block("r" * 3000, "1h")]))
        await _ended(sdk, made.id)
        await _results(sdk, made.id)
        return await _results(sdk, made.id)

    with MessagesServer() as server:
        results = talk(server, ask)
        calls = {call.custom_id: call for call in server.billed}
    assert len(server.billed) == len(calls) == 2
    for result in results:
        call, usage = calls[result.custom_id], result.result.message.usage
        assert call.pico == (cost(call.model, call.tokens, batch=False) or 0) // 2
        assert (usage.input_tokens, usage.output_tokens) == (call.tokens.input, call.tokens.output)
        assert usage.cache_read_input_tokens == call.tokens.cache_read
    assert calls["a"].tokens.cache_write_1h == calls["b"].tokens.cache_read > 0
    assert {call.batch_id for call in calls.values()} == {"msgbatch_000000"}


def test_what_becomes_of_single_requests() -> None:
    bad: Any = {"custom_id": "bad", "params": {**body(), "temperature": 0}}
    faults = [
        fault("item_errored", contains="e1"),
        fault("item_expired", contains="x1"),
        fault("item_canceled", contains="c1"),
        fault("refusal", where="item", contains="r1"),
        fault("overloaded", where="item", contains="o1"),
    ]

    async def ask(sdk: anthropic.AsyncAnthropic) -> tuple[Any, list[Any]]:
        made = await sdk.messages.batches.create(requests=[*_requests("e1", "x1", "c1", "r1", "o1", "fine"), bad])
        await _ended(sdk, made.id)
        return (await sdk.messages.batches.retrieve(made.id)).request_counts, await _results(sdk, made.id)

    with MessagesServer(*faults) as server:
        counts, results = talk(server, ask)
        assert {call.custom_id for call in server.billed} == {"r1", "fine"}
    by_id = {result.custom_id: result.result for result in results}
    kinds = {name: result.type for name, result in by_id.items()}
    errored, succeeded = dict.fromkeys(("e1", "o1", "bad"), "errored"), dict.fromkeys(("r1", "fine"), "succeeded")
    assert kinds == {**errored, **succeeded, "x1": "expired", "c1": "canceled"}
    assert (counts.succeeded, counts.errored, counts.expired, counts.canceled) == (2, 3, 1, 1)
    assert by_id["r1"].message.stop_reason == "refusal"
    assert by_id["bad"].error.error.type == "invalid_request_error"
    assert by_id["o1"].error.error.type == "overloaded_error"


@pytest.mark.parametrize("name", ["lost_batch", "cut_mid"])
def test_a_batch_whose_reply_is_lost_is_there_all_the_same(name: str) -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> list[Any]:
        with pytest.raises(anthropic.APIConnectionError):
            await sdk.messages.batches.create(requests=_requests("a"))
        listed = [batch async for batch in sdk.messages.batches.list()]
        await _ended(sdk, listed[0].id)
        return [listed, await _results(sdk, listed[0].id)]

    with MessagesServer(fault(name, where="batches")) as server:
        listed, results = talk(server, ask)
        assert len(server.billed) == 1
    assert (len(listed), [result.custom_id for result in results]) == (1, ["a"])


def test_the_sdks_own_retries_make_a_lost_batch_three_times() -> None:
    with MessagesServer(fault("lost_batch", times=None)) as server:
        with pytest.raises(anthropic.APIConnectionError):
            talk(server, lambda sdk: sdk.messages.batches.create(requests=_requests("a")), max_retries=2)
        assert len(server.billed) == 3


def test_pages_of_batches_newest_first() -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> tuple[list[str], list[str], list[str], list[str]]:
        made = [(await sdk.messages.batches.create(requests=_requests("a"))).id for _ in range(5)]
        everything = [batch.id async for batch in sdk.messages.batches.list(limit=2)]
        after = (await sdk.messages.batches.list(limit=2, after_id=made[3])).data
        before = (await sdk.messages.batches.list(limit=2, before_id=made[1])).data
        return made, everything, [batch.id for batch in after], [batch.id for batch in before]

    with MessagesServer() as server:
        made, everything, after, before = talk(server, ask)
    assert everything == made[::-1]
    assert after == [made[2], made[1]]
    assert before == [made[3], made[2]]


def test_canceling_and_deleting() -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> tuple[Any, Any, Any]:
        made = await sdk.messages.batches.create(requests=_requests("late", "early"))
        with pytest.raises(anthropic.BadRequestError, match="in progress"):
            await sdk.messages.batches.delete(made.id)
        canceling = await sdk.messages.batches.cancel(made.id)
        ended = await sdk.messages.batches.retrieve(made.id)
        with pytest.raises(anthropic.BadRequestError, match="already ended"):
            await sdk.messages.batches.cancel(made.id)
        deleted = await sdk.messages.batches.delete(made.id)
        with pytest.raises(anthropic.NotFoundError):
            await sdk.messages.batches.retrieve(made.id)
        return canceling, ended, deleted

    with MessagesServer(fault("item_canceled", contains="early"), batch_polls=99, clock=Clock(0)) as server:
        canceling, ended, deleted = talk(server, ask)
    assert (canceling.processing_status, ended.processing_status) == ("canceling", "ended")
    assert (ended.request_counts.succeeded, ended.request_counts.canceled) == (1, 1)
    assert ended.cancel_initiated_at is not None
    assert deleted.type == "message_batch_deleted"


def test_there_are_no_results_before_the_end() -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> None:
        made = await sdk.messages.batches.create(requests=_requests("a"))
        await sdk.get(f"/v1/messages/batches/{made.id}/results", cast_to=object)

    with MessagesServer() as server, pytest.raises(anthropic.NotFoundError, match="no results yet"):
        talk(server, ask)


@pytest.mark.parametrize(
    ("requests", "words"),
    [
        ([], "at least one"),
        (_requests("a", "b", "a"), "more than once"),
        (_requests("a b"), "pattern"),
        (_requests("a" * 65), "pattern"),
        ([{"custom_id": "a"}], "params"),
    ],
)
def test_a_batch_that_cannot_be_made_costs_nothing(requests: list[Any], words: str) -> None:
    with MessagesServer() as server:
        with pytest.raises(anthropic.BadRequestError, match=words):
            talk(server, lambda sdk: sdk.messages.batches.create(requests=requests))
        assert len(server.billed) == 0


def test_a_batch_has_at_most_a_hundred_thousand_requests() -> None:
    requests = [{"custom_id": str(i), "params": {}} for i in range(100_001)]
    assert check_batch({"requests": requests[1:]}) == requests[1:]
    with pytest.raises(ApiError, match="at most 100000"):
        check_batch({"requests": requests})


@pytest.mark.parametrize(("path", "largest"), [("/v1/messages/batches", 256_000_000), ("/v1/messages", 32_000_000)])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(path: str, largest: int) -> None:
    def reply(server: MessagesServer, length: int) -> bytes:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as wire:
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {GOOD_KEY}\r\ncontent-length: {length}\r\n\r\n"
            wire.sendall(head.encode())
            wire.shutdown(socket.SHUT_WR)
            return wire.recv(100)

    with MessagesServer() as server:
        assert b" 413 " in reply(server, largest + 1)
        assert reply(server, largest) == b""  # it waits for the body, and the client went away
