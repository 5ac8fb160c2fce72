"""Replies in every shape that a framework hands over."""

from types import SimpleNamespace
from typing import Any

import pytest

from scorers import score
from scorers.adapters.replies import reply_text, score_reply

CODE = "local total = 1\nreturn total"
FENCED = f"Here it is:\n```luau\n{CODE}\n```\n"


def test_text_is_itself() -> None:
    assert reply_text(FENCED) == FENCED


def test_last_assistant_message_counts() -> None:
    chat = [
        {"role": "assistant", "content": "first"},
        {"role": "assistant", "content": "second"},
        {"role": "tool", "content": "a result"},
    ]
    assert reply_text(chat) == "second"


def test_messages_may_be_objects() -> None:
    assert reply_text([SimpleNamespace(role="assistant", content="said")]) == "said"


def test_texts_among_content_parts_are_joined_line_by_line() -> None:
    parts = [{"type": "text", "text": "one"}, "two", SimpleNamespace(type="text", text="three")]
    assert reply_text([{"role": "assistant", "content": parts}]) == "one\ntwo\nthree"


def test_reasoning_and_pictures_are_no_text() -> None:
    parts = [
        {"type": "reasoning", "text": "```luau\nprint()\n```"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "text": CODE},
    ]
    assert score_reply([{"role": "assistant", "content": parts}]).extracted.code == CODE


@pytest.mark.parametrize("chat", [[], [{"role": "user", "content": CODE}], [{"role": "assistant", "content": None}]])
def test_no_answer_scores_nothing(chat: list[dict[str, str | None]]) -> None:
    assert reply_text(chat) == ""
    assert set(score_reply(chat).report.scores.values()) == {0.0}


def test_a_single_message_is_no_chat() -> None:
    message: Any = {"role": "assistant", "content": CODE}
    with pytest.raises(TypeError, match="not dict"):
        reply_text(message)


def test_reply_scores_as_its_code() -> None:
    scored = score_reply(FENCED)
    assert scored.report == score(CODE)
    assert scored.extracted.fenced
    assert not scored.extracted.truncated


def test_cut_off_reply_is_marked() -> None:
    assert score_reply(FENCED, finish_reason="length").extracted.truncated


@pytest.mark.parametrize("reply", ["I'm sorry, I can't help with that.", "```python\nprint(1)\n```", "```\n```", ""])
def test_a_reply_without_luau_is_worth_nothing(reply: str) -> None:
    assert score_reply(reply).report.composite == 0.0
