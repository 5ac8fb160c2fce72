"""What is read from replies of Claude, and what a failure is. No server but for one."""

import json
from pathlib import Path
from typing import Any

import pytest

from judges.calls import CallFailed, RawReply, Unusable, Usage
from judges.claude import ClaudeProvider, ClaudeSettings
from judges.claude.failures import kind_of, retry_after
from judges.prices import Prices
from judges.verdict import Verdict
from tests.fakes.messages_api import MessagesServer, fault
from tests.judges.claude_setup import hermetic, provider_for, sent

VERDICT = {"evidence": "line 1", "functionality": 4, "correctness": 3, "completeness": 2, "flags": []}
PLAIN = ClaudeProvider(ClaudeSettings(base_url="http://127.0.0.1:1"), Prices({}), "key")


def reply(**changes: Any) -> RawReply:
    message = {
        "type": "message",
        "model": "claude-haiku-5-5",
        "content": [{"type": "thinking", "thinking": "", "signature": "x"}, {"type": "text", "text": json.dumps(VERDICT)}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 20},
        **changes,
    }
    return RawReply(json.dumps(message).encode(), 1.0)


def test_the_verdict_is_read_from_the_text_and_not_from_the_first_block() -> None:
    assert PLAIN.read(reply()) == Verdict(4, 3, 2, "line 1")
    odd = [{"type": "of_tomorrow", "text": "not for us"}, {"type": "text", "text": json.dumps(VERDICT)}]
    assert PLAIN.read(reply(content=odd)) == Verdict(4, 3, 2, "line 1")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stop_reason": "refusal", "content": [], "stop_details": {"category": "cyber", "explanation": "no"}}, "refusal"),
        ({"stop_reason": "refusal", "content": []}, "refusal"),
        ({"stop_reason": "max_tokens", "content": [{"type": "text", "text": '{"evidence": "li'}]}, "truncated"),
        ({"stop_reason": "max_tokens", "content": [{"type": "thinking", "thinking": ""}]}, "truncated"),
        ({"stop_reason": "model_context_window_exceeded", "content": []}, "bad_request"),
        ({"content": []}, "malformed"),
        ({"content": [{"type": "text", "text": "4 of 4!"}]}, "malformed"),
        ({"stop_reason": "pause_turn", "content": []}, "malformed"),
        ({"content": [{"type": "text", "text": json.dumps({**VERDICT, "correctness": 5})}]}, "malformed"),
    ],
)
def test_a_reply_without_a_verdict_is_paid_and_unusable(changes: dict[str, Any], reason: str) -> None:
    found = PLAIN.read(reply(**changes))
    assert isinstance(found, Unusable)
    assert found.reason == reason
    assert PLAIN.billed(reply(**changes)).pico


def test_a_whole_answer_counts_even_if_the_room_was_used_up() -> None:
    assert isinstance(PLAIN.read(reply(stop_reason="max_tokens")), Verdict)


def test_all_kinds_of_tokens_are_read() -> None:
    usage = {
        "input_tokens": 1,
        "output_tokens": 9,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 4,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "output_tokens_details": {"thinking_tokens": 5},
    }
    assert PLAIN.billed(reply(usage=usage)).usage == Usage(1, 10, 20, 4, 9, 5)
    older = {"input_tokens": 1, "output_tokens": 9, "cache_creation_input_tokens": 30, "cache_read_input_tokens": None}
    assert PLAIN.billed(reply(usage=older)).usage == Usage(1, 30, 0, 0, 9)


def test_a_batchs_reply_costs_half() -> None:
    usage = {"input_tokens": 1000, "output_tokens": 1000}
    whole, half = PLAIN.billed(reply(usage=usage)), PLAIN.billed(reply(usage={**usage, "service_tier": "batch"}))
    assert whole.pico == 2 * (half.pico or 0) == 600_000_000


def test_a_name_that_the_reply_alone_has_is_priced_as_the_one_that_was_asked() -> None:
    billed = PLAIN.billed(reply(model="claude-haiku-of-tomorrow"))
    assert billed.model == "claude-haiku-of-tomorrow"
    assert billed.pico == PLAIN.billed(reply()).pico


@pytest.mark.parametrize(
    "changes", [{"usage": None}, {"type": "completion"}, {"usage": {"input_tokens": -1, "output_tokens": 1}}]
)
def test_what_is_no_reply_is_not_read(changes: dict[str, Any]) -> None:
    with pytest.raises(CallFailed) as failed:
        PLAIN.billed(reply(**changes))
    assert failed.value.kind == "protocol"
    assert failed.value.may_be_billed


@pytest.mark.parametrize(
    ("status", "error_type", "code", "words", "kind"),
    [
        (429, "rate_limit_error", "", "", "rate"),
        (429, "rate_limit_error", "contract_spend_limit_reached", "", "billing"),
        (402, "billing_error", "linked_organization_spend_limit_reached", "", "billing"),
        (429, "rate_limit_error", "ramp_limit_exceeded", "", "rate"),
        (429, "rate_limit_error", "a_code_of_tomorrow", "", "rate"),
        (400, "invalid_request_error", "organization_on_hold", "", "billing"),
        (400, "invalid_request_error", "", "You have reached your specified API usage limits.", "billing"),
        (400, "invalid_request_error", "", "messages: wrong", "bad_request"),
        (403, "permission_error", "", "", "auth"),
        (404, "not_found_error", "", "", "model"),
        (400, "", "", "an html page", "bad_request"),
        (413, "", "", "", "too_large"),
        (504, "timeout_error", "", "", "timeout"),
        (529, "", "", "", "overloaded"),
        (502, "", "", "", "server"),
        (422, "", "", "", "bad_request"),
    ],
)
def test_the_code_decides_before_the_type_and_the_type_before_the_status(
    status: int, error_type: str, code: str, words: str, kind: str
) -> None:
    assert kind_of(status, error_type, code, words) == kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "3"}, 3.0), ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5), ({}, None),
     ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None), ({"retry-after": "inf"}, None), ({"retry-after": "-1"}, None)],
)  # fmt: skip
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_failure_tells_all_that_support_asks_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hermetic(monkeypatch, tmp_path)
    with MessagesServer(fault("spend_limit", retry_after=9)) as server, pytest.raises(CallFailed) as failed:
        sent(provider_for(server))
    failure = failed.value
    assert (failure.kind, failure.http_status, failure.retry_after) == ("billing", 429, 9.0)
    assert (failure.error_type, failure.error_code) == ("rate_limit_error", "enforced_spend_limit_reached")
    assert failure.request_id.startswith("req_fake")
    assert b"Monthly usage" in failure.body
    assert not failure.may_be_billed
