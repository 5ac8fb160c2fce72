"""Each fault of the fake as the real SDK shows it, and whether it was billed: what the judge's retries rest on."""

import asyncio
import json
from typing import Any

import anthropic
import pytest

from tests.fakes.messages_api import GOOD_KEY, MessagesServer, fault, read_meter
from tests.fakes.messages_faults import faults_of
from tests.judges.messages_client import SCHEMA, body, client, create, talk


@pytest.mark.parametrize(
    ("name", "error", "status", "kind", "code"),
    [
        ("rate_limited", anthropic.RateLimitError, 429, "rate_limit_error", None),
        ("spend_limit", anthropic.RateLimitError, 429, "rate_limit_error", "enforced_spend_limit_reached"),
        ("billing", anthropic.PaymentRequiredError, 402, "billing_error", None),
        ("usage_limits", anthropic.BadRequestError, 400, "invalid_request_error", None),
        ("credit_balance", anthropic.BadRequestError, 400, "invalid_request_error", None),
        ("on_hold", anthropic.BadRequestError, 400, "invalid_request_error", "organization_on_hold"),
        ("bad_request", anthropic.BadRequestError, 400, "invalid_request_error", None),
        ("unauthorized", anthropic.AuthenticationError, 401, "authentication_error", None),
        ("forbidden", anthropic.PermissionDeniedError, 403, "permission_error", None),
        ("no_model", anthropic.NotFoundError, 404, "not_found_error", None),
        ("conflict", anthropic.ConflictError, 409, "conflict_error", None),
        ("too_large", anthropic.ContentTooLargeError, 413, "request_too_large", None),
        ("server_error", anthropic.InternalServerError, 500, "api_error", None),
        ("unavailable", anthropic.ServiceUnavailableError, 503, "api_error", None),
        ("overloaded", anthropic.OverloadedError, 529, "overloaded_error", None),
    ],
)
def test_a_refusal_is_typed_and_not_billed(name: str, error: type[Exception], status: int, kind: str, code: str | None) -> None:
    with MessagesServer(fault(name)) as server:
        with pytest.raises(error) as refused:
            create(server)
        assert len(server.billed) == 0
        create(server)  # the script is used up
        assert len(server.billed) == 1
    seen = refused.value
    assert isinstance(seen, anthropic.APIStatusError)
    assert (seen.status_code, seen.type, seen.error_code) == (status, kind, code)
    assert seen.request_id == server.requests[0].request_id
    assert seen.response.headers.get("retry-after") == ("1" if name == "rate_limited" else None)


@pytest.mark.parametrize(("name", "billed"), [("cut_before", 0), ("cut_after", 1), ("cut_mid", 1), ("cut_short", 1)])
def test_a_cut_connection_hides_whether_the_work_was_done(name: str, billed: int) -> None:
    with MessagesServer(fault(name)) as server:
        with pytest.raises(anthropic.APIConnectionError):
            create(server)
        assert [call.fault for call in server.billed] == [name] * billed


@pytest.mark.parametrize("name", ["cut_after", "cut_mid", "cut_short"])
def test_the_sdks_own_retries_pay_three_times(name: str) -> None:
    with MessagesServer(fault(name, times=None)) as server:
        with pytest.raises(anthropic.APIConnectionError):
            create(server, max_retries=2)
        assert len(server.billed) == 3


def test_a_reply_slower_than_the_timeout_is_billed_and_lost() -> None:
    with MessagesServer(fault("slow", seconds=60)) as server:
        with pytest.raises(anthropic.APITimeoutError):
            create(server, timeout=0.3)
        assert len(server.billed) == 1


def test_a_gateway_that_gives_up_hides_work_that_was_billed() -> None:
    with MessagesServer(fault("gateway_timeout")) as server:
        with pytest.raises(anthropic.GatewayTimeoutError):
            create(server)
        assert len(server.billed) == 1


def test_a_slow_reply_arrives() -> None:
    with MessagesServer(fault("slow", seconds=0.2)) as server:
        assert create(server).stop_reason == "end_turn"


def _texts(message: Any) -> list[str]:
    return [part.text for part in message.content if part.type == "text"]


def test_answers_that_hold_no_verdict_are_billed() -> None:
    names = ["truncated", "malformed", "violates", "empty", "thinking_only", "refusal"]
    with MessagesServer(*(fault(name) for name in names)) as server:
        said = {name: create(server) for name in names}
        billed = [call.tokens.output for call in server.billed]
    assert billed == [message.usage.output_tokens for message in said.values()]
    assert said["truncated"].stop_reason == "max_tokens"
    assert said["truncated"].usage.output_tokens == 4096
    for name in ("truncated", "malformed"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(_texts(said[name])[0])
    assert set(json.loads(_texts(said["violates"])[0])) != set(SCHEMA["properties"])
    assert _texts(said["empty"]) == [""]
    assert [part.type for part in said["thinking_only"].content] == ["thinking"]
    assert (said["refusal"].stop_reason, said["refusal"].content) == ("refusal", [])


def test_a_small_max_tokens_truncates_of_itself() -> None:
    with MessagesServer() as server:
        messages = [create(server, body(f"return {i}", max_tokens=12)) for i in range(8)]
    assert {m.stop_reason for m in messages} == {"max_tokens"}
    assert {m.usage.output_tokens for m in messages} == {12}
    assert {len(_texts(m)) for m in messages} == {0, 1}  # thinking may take it all


@pytest.mark.parametrize("category", ["frontier_llm", "cyber", None])
def test_a_refusal_tells_its_category(category: str | None) -> None:
    with MessagesServer(fault("refusal", category=category)) as server:
        assert create(server).stop_details.category == category


def test_two_hundred_that_is_no_message() -> None:
    names = ["html", "broken_json", "no_usage", "wrong_type"]
    with MessagesServer(*(fault(name) for name in names)) as server:
        page = talk(server, lambda sdk: sdk.messages.create(**body()))
        with pytest.raises(json.JSONDecodeError):
            create(server)
        assert create(server).usage is None
        assert create(server).type == "completion"
        assert len(server.billed) == 4
    assert isinstance(page, str)


def test_faults_can_be_aimed() -> None:
    aimed = [
        fault("overloaded", contains="FIRST", times=2),
        fault("billing", when=lambda seen: seen.json["max_tokens"] == 7, times=None),
        fault("forbidden", where="models"),
    ]
    with MessagesServer(*aimed) as server:
        assert _errors(server, [body("OTHER"), body("FIRST"), body("FIRST"), body("FIRST")]) == [
            "",
            "Overloaded",
            "Overloaded",
            "",
        ]
        assert _errors(server, [body(max_tokens=7), body(max_tokens=7)]) == ["PaymentRequired"] * 2
        with pytest.raises(anthropic.PermissionDeniedError):
            talk(server, lambda sdk: sdk.models.retrieve("claude-haiku-5-5"))


def test_chance_repeats_with_its_seed_and_not_with_the_order() -> None:
    requests = [body(f"return {i}") for i in range(60)]

    def hit(seed: int, order: list[dict[str, Any]]) -> set[str]:
        with MessagesServer(fault("overloaded", chance=0.3, times=None), seed=seed) as server:
            return {str(asked) for asked, error in zip(order, _errors(server, order), strict=True) if error}

    first = hit(1, requests)
    assert first == hit(1, requests[::-1]) != hit(2, requests)
    assert 6 < len(first) < 30


def test_a_script_can_be_read_from_json() -> None:
    faults, seed = faults_of(
        '{"seed": 7, "faults": [{"name": "rate_limited", "retry_after": 0.5, "times": null, "where": null}]}'
    )
    assert (faults, seed) == ([fault("rate_limited", retry_after=0.5, times=None, where=None)], 7)
    with pytest.raises(ValueError, match="chanse"):
        faults_of('[{"name": "slow", "chanse": 1}]')
    with MessagesServer(*faults) as server:
        with pytest.raises(anthropic.RateLimitError) as refused:
            create(server)
        assert refused.value.response.headers["retry-after"] == "0.5"


def test_the_key_is_nowhere_in_what_the_server_keeps() -> None:
    with MessagesServer() as server:
        create(server)
        assert GOOD_KEY not in repr(server.requests) + repr(server.billed.calls)
    assert read_meter("") == []


def _errors(server: MessagesServer, requests: list[dict[str, Any]]) -> list[str]:
    async def ask() -> list[str]:
        async with client(server) as sdk:
            return [await _error(sdk, asked) for asked in requests]

    return asyncio.run(ask())


async def _error(sdk: anthropic.AsyncAnthropic, asked: dict[str, Any]) -> str:
    try:
        await sdk.messages.create(**asked)
    except anthropic.APIStatusError as error:
        return type(error).__name__.removesuffix("Error")
    return ""
