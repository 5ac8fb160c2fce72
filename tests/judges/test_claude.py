"""Claude as a provider: what is sent and where to, the key of a request, preflight, and that the API key shows nowhere."""

import asyncio
import io
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judges import rubric
from judges.calls import CallFailed, RawReply
from judges.claude import ClaudeProvider, ClaudeSettings, preflight
from judges.claude.body import input_tokens_at_most
from judges.errors import JudgeConfigError, JudgePaused
from judges.keys import origin, request_key
from judges.ledger import Ledger
from judges.prices import Prices
from tests.fakes.messages_api import GOOD_KEY, MessagesServer, fault
from tests.fakes.messages_tokens import prompt_tokens
from tests.judges.claude_setup import Time, World, circuit, hermetic, provider_for, question, sent

SECRET = "sk-ant-api03-never-to-be-seen-0123456789"


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hermetic(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[MessagesServer]:
    with MessagesServer() as running:
        yield running


PLAIN = ClaudeProvider(ClaudeSettings(base_url="http://127.0.0.1:1"), Prices({}), "key")


def test_the_body_is_this_one() -> None:
    rendered = rubric.render(question(), "stripped")
    mark = {"type": "ephemeral", "ttl": "5m"}
    assert PLAIN.prepare(question()).body == {
        "model": "claude-haiku-5-5",
        "max_tokens": 4096,
        "system": [{"type": "text", "text": rendered.system, "cache_control": mark}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": rendered.task, "cache_control": mark},
                    {"type": "text", "text": rendered.candidate},
                ],
            }
        ],
        "output_config": {"effort": "medium", "format": {"type": "json_schema", "schema": rubric.SCHEMA}},
    }


def test_what_arrives_is_what_was_prepared(server: MessagesServer) -> None:
    provider = provider_for(server, effort="low", max_tokens=1000)
    sent(provider)
    (seen,) = server.requests
    assert (seen.method, seen.path, seen.query) == ("POST", "/v1/messages", {})
    assert seen.json == provider.prepare(question()).body
    assert seen.headers["anthropic-version"] == "2026-10-21"
    assert seen.headers["content-type"] == "application/json"


def test_bytes_come_back_unread(server: MessagesServer) -> None:
    server.script(fault("html"))
    raw = sent(provider_for(server))
    assert raw.body.startswith(b"<!doctype html>")
    assert raw.request_id.startswith("req_fake")
    with pytest.raises(CallFailed) as failed:
        provider_for(server).billed(raw)
    assert (failed.value.kind, failed.value.may_be_billed, failed.value.body) == ("protocol", True, raw.body)


def test_the_cost_is_the_servers(server: MessagesServer) -> None:
    provider = provider_for(server)
    billed = [provider.billed(sent(provider)) for _ in range(2)]
    assert [bill.pico for bill in billed] == [call.pico for call in server.billed]
    assert billed[0].usage.cache_write_5m > 0
    assert billed[1].usage.cache_read > 0


def test_no_reply_costs_more_than_was_reserved(server: MessagesServer) -> None:
    provider = provider_for(server)
    prepared = provider.prepare(question())
    billed = provider.billed(sent(provider))
    assert prepared.worst_pico is not None
    assert billed.pico is not None
    assert billed.pico <= prepared.worst_pico
    assert prompt_tokens(dict(prepared.body)) <= input_tokens_at_most(dict(prepared.body))


def test_odd_characters_of_a_candidate_are_reserved_by_the_byte() -> None:
    wide = question()
    plain, odd = (PLAIN.prepare(type(wide)(wide.task, "c", f'return "{text * 400}"', wide.facts)) for text in ("a", "\u13a0"))
    assert input_tokens_at_most(dict(odd.body)) - input_tokens_at_most(dict(plain.body)) == 800


def test_half_a_surrogate_pair_can_be_sent(server: MessagesServer) -> None:
    provider = provider_for(server, view="full")
    odd = type(question())(question().task, "c", 'return "\ud800"', question().facts)

    async def once() -> RawReply:
        try:
            return await provider.call(provider.prepare(odd))
        finally:
            await provider.close()

    assert provider.billed(asyncio.run(once())).pico


# --- the key of a request


def test_the_key_holds_what_can_change_the_answer_and_nothing_else() -> None:
    def key(**settings: Any) -> str:
        return (
            ClaudeProvider(ClaudeSettings(**{"base_url": "http://127.0.0.1:1", **settings}), Prices({})).prepare(question()).key
        )

    plain = key()
    assert len(plain) == 64
    assert plain == key() == key(timeout_seconds=1.0) == key(base_url="http://127.0.0.1:1/v1/gateway")
    assert plain == key(cache_ttl="1h"), "how long a prefix is cached changes the price alone"
    changed = [
        key(model="claude-opus-5-5"), key(effort="low"), key(max_tokens=100), key(base_url="http://127.0.0.1:2"),
        key(base_url="https://127.0.0.1:1"), PLAIN.prepare(question(1)).key, PLAIN.prepare(question(sample_index=1)).key,
    ]  # fmt: skip
    assert len({plain, *changed}) == 1 + len(changed)


def test_who_asks_is_not_in_the_key() -> None:
    one = question()
    other = type(one)(one.task, "another candidate", one.code, one.facts)
    assert PLAIN.prepare(one).key == PLAIN.prepare(other).key


def test_the_rubrics_version_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = PLAIN.prepare(question()).key
    monkeypatch.setattr(rubric, "RUBRIC_VERSION", "another")
    assert PLAIN.prepare(question()).key != before


def test_keys_do_not_depend_on_the_order_of_names() -> None:
    common: dict[str, Any] = {"provider": "p", "address": "https://a.example", "version": "1", "rubric": "r", "sample_index": 0}
    assert request_key(body={"a": 1, "b": "\ud800"}, **common) == request_key(body={"b": "\ud800", "a": 1}, **common)


def test_an_origin_has_no_secret_and_a_port() -> None:
    assert origin("https://user:password@api.example.com/path?q=1") == "https://api.example.com:443"
    assert origin("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080"
    with pytest.raises(ValueError, match="scheme and a host"):
        origin("api.example.com")


def test_the_environments_address_is_used_and_in_the_key(server: MessagesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    provider = ClaudeProvider(ClaudeSettings(), Prices({}), GOOD_KEY)
    assert provider.prepare(question()).key == provider_for(server).prepare(question()).key
    sent(provider)
    assert len(server.requests) == 1


# --- the key


def test_the_key_is_in_no_error_log_or_store(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the server repeats what it was sent, and with the SDK at its most talkative."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    told: list[str] = []
    echo = fault("unauthorized", message=f"the key {SECRET} is not known", times=None)
    with MessagesServer(echo, keys=(SECRET,)) as talkative, Ledger.open(tmp_path / "ledger") as ledger:
        provider = ClaudeProvider(ClaudeSettings(base_url=talkative.url), Prices({}))
        world = World(talkative, ledger, provider)
        with pytest.raises(JudgePaused) as paused:
            world.one()
        told += [str(paused.value), paused.value.hint, *traceback.format_exception(paused.value)]
        told += [repr(provider), repr(provider.settings), repr(vars(provider))]
        exported = io.StringIO()
        ledger.export(exported)
        told.append(exported.getvalue())
        assert "[key]" in str(paused.value)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert SECRET not in "".join(told) + caplog.text
    assert SECRET.encode() not in stored


def test_a_key_that_the_server_repeats_is_not_kept() -> None:
    key = "haiku"  # it stands in every reply, as part of the model's name
    refusal = fault("unauthorized", message="no haiku please")
    with MessagesServer(refusal, keys=(key,)) as server:
        with pytest.raises(CallFailed) as failed:
            sent(provider_for(server, key=key))
        assert b"no [key] please" in failed.value.body
        assert str(failed.value) == "no [key] please"
        raw = sent(provider_for(server, key=key))
    assert b"haiku" not in raw.body
    assert b"[key]" in raw.body


def test_a_key_out_of_a_file_is_stripped(server: MessagesServer) -> None:
    assert sent(provider_for(server, key=f" {GOOD_KEY}\r\n")).http_status == 200


def test_a_key_that_cannot_be_one_is_not_shown() -> None:
    with pytest.raises(JudgeConfigError) as error:
        ClaudeProvider(ClaudeSettings(), Prices({}), "sk-ant one\ntwo")
    assert "one" not in str(error.value).split()
    assert "sk-ant" not in str(error.value) + error.value.hint


@pytest.mark.parametrize("address", ["api.example.com", "https://", "http://127.0.0.1:port"])
def test_an_address_that_cannot_be_one_is_told_at_once(address: str) -> None:
    with pytest.raises(JudgeConfigError) as error:
        ClaudeProvider(ClaudeSettings(base_url=address), Prices({}))
    assert "judge.base_url" in error.value.hint


def test_without_a_key_the_next_steps_are_named() -> None:
    provider = ClaudeProvider(ClaudeSettings(base_url="http://127.0.0.1:1"), Prices({}))
    assert provider.prepare(question()).worst_pico, "a forecast needs no key"
    with pytest.raises(JudgeConfigError) as error:
        asyncio.run(preflight(provider))
    for step in ("ANTHROPIC_API_KEY", "mlx", "none"):
        assert step in error.value.hint


def test_without_the_package_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(JudgeConfigError) as error:
        asyncio.run(preflight(PLAIN))
    assert error.value.hint == "pip install rft[claude]"


# --- preflight


def checked(provider: ClaudeProvider) -> Any:
    async def once() -> Any:
        try:
            return await preflight(provider, circuit(Time()))
        finally:
            await provider.close()

    return asyncio.run(once())


def test_preflight_asks_for_what_is_free(server: MessagesServer) -> None:
    found = checked(provider_for(server))
    assert (found.model, found.lifecycle, found.warning) == ("claude-haiku-5-5", "active", "")
    assert found.rubric_tokens > 500
    assert [seen.where for seen in server.requests] == ["models", "count_tokens"]
    assert len(server.billed) == 0


def test_preflight_warns_of_a_model_that_goes(server: MessagesServer) -> None:
    assert "retires on 2026-11-30" in checked(provider_for(server, model="claude-sonnet-4-5")).warning


@pytest.mark.parametrize(
    ("settings", "words", "step"),
    [
        ({"key": "wrong"}, "refuses the key", "ANTHROPIC_API_KEY"),
        ({"model": "claude-of-nowhere"}, "does not know the model", "judge.model"),
        ({"model": "claude-mythos-preview"}, "is retired", "judge.model"),
        ({"base_url": "http://127.0.0.1:9"}, "no connection", "network"),
        ({"base_url": "nonsense://127.0.0.1"}, "no connection", "network"),
    ],
)
def test_preflight_finds_it_before_any_work(server: MessagesServer, settings: dict[str, str], words: str, step: str) -> None:
    with pytest.raises(JudgeConfigError, match=words) as error:
        checked(provider_for(server, **settings))
    assert step in error.value.hint


@pytest.mark.parametrize(
    ("name", "words"),
    [("billing", "billing"), ("html", "captive portal"), ("overloaded", "overloaded"), ("wrong_type", "captive portal")],
)
def test_preflight_names_what_stands_in_the_way(server: MessagesServer, name: str, words: str) -> None:
    server.script(fault(name, where="models", times=None))
    with pytest.raises(JudgeConfigError, match=words):
        checked(provider_for(server))


def test_a_gateway_without_the_models_address_will_do(server: MessagesServer) -> None:
    server.script(fault("no_model", where="models", times=None))
    assert checked(provider_for(server)).lifecycle == "unknown"


def test_a_short_outage_does_not_fail_the_preflight(server: MessagesServer) -> None:
    server.script(fault("overloaded", where="models", times=2))
    assert checked(provider_for(server)).lifecycle == "active"
