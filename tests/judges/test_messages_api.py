"""The fake Messages API as the real SDK sees it: headers, answers, refusals and the bill."""

import asyncio
import json
from typing import Any

import anthropic
import httpx2
import pytest

from tests.fakes.messages_api import GOOD_KEY, MessagesServer, Tokens, by_marker, cost, digest
from tests.fakes.messages_meter import PRICES
from tests.fakes.messages_schema import violation
from tests.fakes.messages_tokens import count
from tests.judges.messages_client import SCHEMA, block, body, client, create, talk


def _text(message: Any) -> str:
    return "".join(part.text for part in message.content if part.type == "text")


def _tokens(message: Any) -> Tokens:
    """The usage as the client reads it."""
    usage = message.usage
    made = usage.cache_creation
    return Tokens(
        usage.input_tokens,
        made.ephemeral_5m_input_tokens,
        made.ephemeral_1h_input_tokens,
        usage.cache_read_input_tokens,
        usage.output_tokens,
        usage.output_tokens_details.thinking_tokens,
    )


def test_the_sdk_sends_the_headers_and_the_body_that_we_expect() -> None:
    with MessagesServer() as server:
        raw = talk(server, lambda sdk: sdk.messages.with_raw_response.create(**body()))
        [seen] = server.requests
    assert (seen.method, seen.path, seen.where) == ("POST", "/v1/messages", "messages")
    assert seen.headers["anthropic-version"] == "2026-10-21"
    assert seen.headers["content-type"] == "application/json"
    assert not {"authorization", "x-api-key"} & seen.headers.keys()
    assert GOOD_KEY not in repr(seen)
    assert seen.json == body()
    assert seen.sha256 == digest(body())
    assert raw.request_id == seen.request_id


def test_an_answer_fits_the_schema_and_the_same_request_gets_it_again() -> None:
    with MessagesServer() as server:
        answers = [_text(create(server, body(f"return {i % 10}"))) for i in range(20)]
    assert answers[:10] == answers[10:]
    verdicts = [json.loads(answer) for answer in answers]
    assert not [v for v in verdicts if violation(SCHEMA, v)]
    assert len({v["functionality"] for v in verdicts}) > 2


@pytest.mark.parametrize(
    "change", [{"evidence": None}, {"evidence": 1}, {"functionality": 5}, {"functionality": True}, {"flags": ["x"]}, {"more": 1}]
)
def test_the_fake_knows_what_does_not_fit_a_schema(change: dict[str, Any]) -> None:
    fits = {"evidence": "", "functionality": 1, "flags": ["off_task"]}
    assert violation(SCHEMA, fits) is None
    changed = {name: value for name, value in {**fits, **change}.items() if value is not None}
    assert violation(SCHEMA, changed) is not None


def test_only_the_submission_decides() -> None:
    def asked(around: str, code: str) -> dict[str, Any]:
        return body(f"{around}\n<submission-0a>\n{code}\n</submission-0a>\n{around}")

    with MessagesServer() as server:
        answers = [
            _text(create(server, asked(*words))) for words in (("a", "x</submission-1>"), ("b", "x</submission-1>"), ("a", "x"))
        ]
    assert answers[0] == answers[1] != answers[2]


def test_some_answers_begin_with_thinking_and_all_thinking_is_billed_as_output() -> None:
    with MessagesServer() as server:
        messages = [create(server, body(f"return {i}")) for i in range(12)]
        silent = create(server, body("return 1", thinking={"type": "disabled"}))
    thinking = [m for m in messages if m.content[0].type == "thinking"]
    assert 0 < len(thinking) < 12
    for message in messages:
        thought = message.usage.output_tokens_details.thinking_tokens
        assert (thought > 0) == (message in thinking)
        assert message.usage.output_tokens == thought + count(_text(message))
    assert silent.usage.output_tokens_details.thinking_tokens == 0


def test_scores_can_come_from_a_table_of_markers() -> None:
    table: dict[str, dict[str, Any]] = {"GOOD": {"functionality": 4, "flags": []}, "BAD": {"functionality": 0}}
    with MessagesServer(decide=by_marker(table)) as server:
        scores = [json.loads(_text(create(server, body(code))))["functionality"] for code in ("-- GOOD", "-- BAD", "GOOD BAD")]
    assert scores == [4, 0, 4]


def test_a_verdict_that_breaks_the_schema_is_the_tests_own_mistake() -> None:
    def ask() -> None:
        with MessagesServer(decide=lambda _: {"functionality": 9}) as server:
            with pytest.raises(anthropic.InternalServerError, match="breaks the schema"):
                create(server)
            assert len(server.billed) == 0

    with pytest.raises(RuntimeError, match="the fake itself failed"):
        ask()


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"temperature": 0}, 400, "temperature"),
        ({"top_p": 1}, 400, "top_p"),
        ({"top_k": 1}, 400, "top_k"),
        ({"tools": [{"name": "t", "input_schema": {}}], "tool_choice": {"type": "tool", "name": "t"}}, 400, "forced tool use"),
        ({"tool_choice": {"type": "any"}}, 400, "forced tool use"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "{"}]}, 400, "prefill"),
        ({"messages": []}, 400, "at least one message"),
        ({"messages": [{"role": "user", "content": " "}]}, 400, "non-whitespace"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"max_tokens": 1_000_000}, 400, "max_tokens"),
        ({"max_tokens": None}, 400, "max_tokens"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, 400, "thinking.type"),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}, 400, "cannot be disabled"),
        ({"output_config": {"effort": "most"}}, 400, "effort"),
        ({"output_config": {"format": {"type": "json"}}}, 400, "json_schema"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}}},
            400,
            "additionalP",
        ),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 0}}}}, 400, "minimum"),
        ({"system": [block(f"{i}", "5m") for i in range(5)]}, 400, "maximum of 4"),
        ({"system": [block("a", "5m"), block("b", "1h")]}, 400, "must not come after"),
        ({"system": [block("a", "9h")]}, 400, "cache_control"),
        ({"unheard": 1}, 400, "unheard"),
        ({"model": "claude-nobody-1"}, 404, "claude-nobody-1"),
        ({"model": "claude-mythos-preview"}, 404, "claude-mythos-preview"),
        ({"messages": [{"role": "user", "content": "x" * 3_100_000}]}, 400, "prompt is too long"),
    ],
)
def test_what_the_service_refuses_is_refused_and_costs_nothing(change: dict[str, Any], status: int, words: str) -> None:
    with MessagesServer() as server:
        with pytest.raises(anthropic.APIStatusError, match=words) as refused:
            create(server, {**body(), **change})
        assert len(server.billed) == 0
    assert refused.value.status_code == status
    assert refused.value.type == {400: "invalid_request_error", 404: "not_found_error"}[status]
    assert refused.value.request_id == server.requests[0].request_id


@pytest.mark.parametrize("headers", [{"authorization": "Bearer other"}, {"x-api-key": GOOD_KEY}, {}])
def test_without_a_good_bearer_key_nothing_is_done(headers: dict[str, str]) -> None:
    with MessagesServer() as server:
        sent = {"anthropic-version": "2026-10-21", **headers}
        reply = httpx2.post(f"{server.url}/v1/messages", json=body(), headers=sent, trust_env=False)
        assert len(server.billed) == 0
    assert (reply.status_code, reply.json()["error"]["type"]) == (401, "authentication_error")


def test_a_request_without_a_version_or_without_json_is_refused() -> None:
    key = {"authorization": f"Bearer {GOOD_KEY}"}
    version = {"anthropic-version": "2026-10-21"}
    with MessagesServer() as server:
        url = f"{server.url}/v1/messages"
        none = httpx2.post(url, json=body(), headers=key, trust_env=False)
        json_text = {"content-type": "application/json"}
        broken = httpx2.post(url, content=b'{"model"', headers=key | version | json_text, trust_env=False)
        surrogate = httpx2.post(url, content=b'{"model": "\\ud800"}', headers=key | version | json_text, trust_env=False)
    assert "anthropic-version" in none.text
    assert {r.status_code for r in (none, broken, surrogate)} == {400}


def test_the_bill_is_what_the_client_reads_at_any_concurrency() -> None:
    async def ask(server: MessagesServer) -> list[Any]:
        async with client(server) as sdk:
            system = [block("r" * 3000, "5m")]
            return await asyncio.gather(*(sdk.messages.create(**body(f"return {i}", system=system)) for i in range(64)))

    with MessagesServer(latency=0.01) as server:
        messages = asyncio.run(ask(server))
        billed = {call.request_id: call for call in server.billed}
        state = server.state()
    assert [billed[str(m._request_id)].tokens for m in messages] == [_tokens(m) for m in messages]
    assert sum((_tokens(m) for m in messages), Tokens()) == server.billed.tokens
    assert sum(c.pico or 0 for c in billed.values()) == server.billed.pico == state["pico"]
    assert state["in_flight"] == 0


def test_prices_reckoned_by_hand() -> None:
    million = Tokens(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
    usd = {model: (cost(model, million, batch=False) or 0) / 10**12 for model in PRICES}
    assert usd["claude-sonnet-5-5"] == 2 + 2.5 + 4 + 0.1 + 10
    assert usd["claude-haiku-5-5"] == 0.5 + 0.625 + 1 + 0.05 + 2.5  # a long prompt
    small = Tokens(input=100_000, output=1)
    assert cost("claude-haiku-5-5", small, batch=False) == 100_000 * 100_000 + 500_000
    assert cost("claude-haiku-5-5", small, batch=True) == 50_000 * 100_000 + 250_000
    assert cost("claude-mythos-5-2", small, batch=False) is None


def test_a_model_tells_what_it_can_and_an_unknown_one_is_not_found() -> None:
    async def ask(sdk: anthropic.AsyncAnthropic) -> tuple[Any, Any, list[str]]:
        listed = [model.id async for model in sdk.models.list()]
        return await sdk.models.retrieve("claude-haiku-5-5"), await sdk.models.retrieve("claude-sonnet-4-5"), listed

    with MessagesServer() as server:
        haiku, old, listed = talk(server, ask)
        with pytest.raises(anthropic.NotFoundError, match="nobody"):
            talk(server, lambda sdk: sdk.models.retrieve("claude-nobody-1"))
    assert (haiku.lifecycle, old.lifecycle) == ("active", "deprecated")
    assert (old.retires_at.isoformat(), haiku.retires_at) == ("2026-11-30T00:00:00+00:00", None)
    able = haiku.capabilities
    assert able.batch.supported
    assert able.structured_outputs.supported
    assert able.effort.medium.supported
    assert able.thinking.types.disabled.supported
    assert not able.thinking.types.enabled.supported
    assert {"claude-haiku-5-5", "claude-opus-5-5"} <= set(listed)


def test_counting_tokens_is_free_and_agrees_with_the_bill() -> None:
    asked = body("return 1", system=[block("r" * 3000, "5m")])
    counted = {name: value for name, value in asked.items() if name != "max_tokens"}
    with MessagesServer() as server:
        tokens = talk(server, lambda sdk: sdk.messages.count_tokens(**counted)).input_tokens
        assert len(server.billed) == 0
        create(server, asked)
        assert server.billed.tokens.prompt == tokens


def test_a_server_that_is_gone_answers_nobody_on_an_open_connection() -> None:
    async def ask(server: MessagesServer) -> None:
        async with client(server) as sdk:
            with server:
                await sdk.messages.create(**body())
            with pytest.raises(anthropic.APIConnectionError):
                await sdk.messages.create(**body())

    server = MessagesServer()
    asyncio.run(ask(server))
    assert len(server.billed) == 1
