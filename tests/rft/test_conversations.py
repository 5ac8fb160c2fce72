"""Rows of several turns: which tokens are learned, under templates of many habits, and how a long row is cut."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rft.errors import TrainingError
from rft.training.conversations import encode_rows
from rft.training.rows import EncodedRow, TrainingRow, encode
from rollouts.policy import Policy
from rollouts.prompt import Message, Tokenizer, messages_for, render
from rollouts.tiny import CHAT_TEMPLATE
from tests.rft import chat_templates as templates
from tests.rft.chat_templates import tokenizer_with

GOLDEN = Path(__file__).with_name("masks_golden.txt")
FENCED = "Add them.\n```luau\nreturn a + b\n```"
TWO_TURNS: tuple[Message, ...] = (*messages_for("second", None, [("first", FENCED)]), {"role": "assistant", "content": "2"})
THOUGHTS: tuple[Message, ...] = (
    {"role": "user", "content": "1 + 1?"},
    {"role": "assistant", "content": "<think>\nEasy.\n</think>\n\n2"},
    {"role": "user", "content": "And 2 + 2?"},
    {"role": "assistant", "content": "<think>\nAlso.\n</think>\n\n4"},
)
CALLS: tuple[Message, ...] = (
    {"role": "user", "content": "Which mode?"},
    {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "mode", "arguments": {}}}]},
    {"role": "tool", "content": '{"mode": "Edit"}'},
    {"role": "assistant", "content": "Edit."},
)
MODE: Message = {"type": "function", "function": {"name": "mode", "parameters": {}}}
SYSTEM: Message = {"role": "system", "content": "Be brief."}


def chat(*messages: Message, **fields: Any) -> TrainingRow:
    return TrainingRow("p", "c", messages=messages, **fields)


def rows_of(
    tokenizer: Tokenizer, row: TrainingRow, *, system: str | None = None, limit: int | None = None, thinking: bool = False
) -> list[EncodedRow]:
    return encode_rows(tokenizer, [row], system=system, max_tokens=limit, thinking=thinking)


def learned(tokenizer: Tokenizer, rows: list[EncodedRow]) -> list[list[str]]:
    return [[tokenizer.decode(row.tokens[start:end]) for start, end in row.learned] for row in rows]


def dump(tokenizer: Tokenizer, row: EncodedRow) -> str:
    """A line for each token: 1 where it carries loss, its id, its text."""
    mask = [any(start <= i < end for start, end in row.learned) for i in range(row.length)]
    lines = [f"{int(on)} {token} {json.dumps(tokenizer.decode([token]))}" for on, token in zip(mask, row.tokens, strict=True)]
    return "\n".join(lines)


def test_the_masks_are_the_golden_ones(tiny_model: Path) -> None:
    """Token by token; every change of this file must be looked at by a person."""
    cases = {
        "one turn, system": (CHAT_TEMPLATE, TrainingRow("Add", "a + b"), "Luau!", False),
        "several turns": (templates.NO_SYSTEM, chat(*TWO_TURNS), "Luau!", False),
        "tool calls, last turn alone": (templates.TOOLS, chat(*CALLS[:2], tools=(MODE,), only_last=True), None, False),
        "thinking on, last turn": (templates.SWITCHED, chat(*THOUGHTS, only_last=True), None, True),
        "thinking off, prompt opens the thought": (templates.OPENED, TrainingRow("1 + 1?", "2"), "Luau!", False),
    }
    texts: list[str] = []
    for name, (template, row, system, thinking) in cases.items():
        tokenizer = tokenizer_with(tiny_model, template)
        (found,) = rows_of(tokenizer, row, system=system, thinking=thinking)
        texts.append(f"# {name}\n{dump(tokenizer, found)}\n")
    assert "\n".join(texts) == GOLDEN.read_text(encoding="utf-8")


def test_every_reply_and_its_end_is_learned(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, CHAT_TEMPLATE)
    (row,) = found = rows_of(tokenizer, chat(*TWO_TURNS), system="s")
    assert learned(tokenizer, found) == [[FENCED + "<|end|>", "2<|end|>"]]
    prompt = render(tokenizer, messages_for("first", "s"))
    assert list(row.tokens[: len(prompt)]) == prompt
    again = render(tokenizer, messages_for("second", "s", [("first", FENCED)]))
    assert list(row.tokens[: len(again)]) == again, "the policy would have read the same tokens"


def test_what_a_template_puts_behind_a_turn_is_not_learned(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.NO_SYSTEM)
    found = rows_of(tokenizer, chat(*TWO_TURNS))
    assert learned(tokenizer, found) == [[FENCED + "<|end|>", "2<|end|>"]]
    assert tokenizer.decode(found[0].tokens).count("<|end|>\n<|user|>second") == 1


def test_a_chat_of_one_turn_is_the_same_row(tiny_model: Path) -> None:
    for template in (CHAT_TEMPLATE, templates.NO_SYSTEM, templates.SWITCHED, templates.OPENED, templates.ENDLESS):
        tokenizer = tokenizer_with(tiny_model, template)
        for thinking in (False, True):
            single = TrainingRow("q", FENCED)
            expected = encode(tokenizer, single, system="s", max_tokens=None, thinking=thinking)
            turns = chat(*messages_for("q", None), {"role": "assistant", "content": FENCED})
            assert rows_of(tokenizer, turns, system="s", thinking=thinking) == [expected], (template, thinking)


def test_a_rows_own_system_text_wins(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, CHAT_TEMPLATE)
    (row,) = rows_of(tokenizer, chat(SYSTEM, *TWO_TURNS), system="another")
    assert tokenizer.decode(row.tokens).startswith("<|system|>Be brief.<|end|><|user|>first")


@pytest.mark.parametrize("template", [templates.SWITCHED, templates.OPENED, templates.MOVING, templates.ENDLESS])
def test_a_template_that_changes_earlier_turns_gives_a_row_for_each(tiny_model: Path, template: str) -> None:
    tokenizer = tokenizer_with(tiny_model, template)
    found = rows_of(tokenizer, chat(SYSTEM, *TWO_TURNS))
    assert learned(tokenizer, found) == [[FENCED + "<|end|>"], ["2<|end|>"]]
    asked = [[SYSTEM, *TWO_TURNS[:1]], [SYSTEM, *TWO_TURNS[:3]]]
    for row, messages in zip(found, asked, strict=True):
        assert list(row.tokens[: row.learned[0][0]]) == render(tokenizer, messages)


def test_thoughts_are_learned_only_where_the_policy_thinks(tiny_model: Path) -> None:
    expected = {
        (templates.SWITCHED, False): [["2<|end|>"], ["4<|end|>"]],
        (templates.SWITCHED, True): [["<think>\nEasy.\n</think>\n\n2<|end|>"], ["<think>\nAlso.\n</think>\n\n4<|end|>"]],
        (templates.OPENED, False): [["2<|end|>"], ["4<|end|>"]],
        (templates.OPENED, True): [["Easy.\n</think>\n\n2<|end|>"], ["Also.\n</think>\n\n4<|end|>"]],
    }
    for (template, thinking), texts in expected.items():
        tokenizer = tokenizer_with(tiny_model, template)
        found = rows_of(tokenizer, chat(*THOUGHTS), thinking=thinking)
        assert learned(tokenizer, found) == texts
        assert "Easy" not in tokenizer.decode(found[1].tokens), "an earlier thought is not read again"
        single = TrainingRow("1 + 1?", THOUGHTS[1]["content"])
        assert encode(tokenizer, single, system=None, max_tokens=None, thinking=thinking) == found[0]


def test_an_answer_without_a_thought_closes_the_one_that_the_prompt_opened(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.OPENED)
    found = rows_of(tokenizer, TrainingRow("q", "a"), thinking=True)
    assert tokenizer.decode(found[0].tokens) == "<|user|>q<|end|>\n<|assistant|><think>\n\n</think>\n\na<|end|>"
    assert learned(tokenizer, found) == [["\n</think>\n\na<|end|>"]]


def test_a_tool_call_is_learned_with_the_definitions_read(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.TOOLS)
    found = [rows_of(tokenizer, chat(*CALLS[: k + 1], tools=(MODE,), only_last=True))[0] for k in (1, 3)]
    assert learned(tokenizer, found) == [["<call>mode {}</call><|end|>"], ["Edit.<|end|>"]]
    assert all('"name": "mode"' in tokenizer.decode(row.tokens[: row.learned[0][0]]) for row in found)
    assert "<result>" in tokenizer.decode(found[1].tokens)


def test_the_weight_is_kept(tiny_policy: Policy) -> None:
    for row in (TrainingRow("q", "a", 0.25), chat(*TWO_TURNS, weight=0.25)):
        assert {found.weight for found in rows_of(tiny_policy.tokenizer, row, limit=50 if row.messages else None)} == {0.25}


TEXTS = st.text(st.sampled_from("ab\n` "), max_size=20).map(lambda text: f"q{text}q")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=6), st.integers(60, 120))
def test_a_long_conversation_is_cut_between_exchanges(tiny_policy: Policy, turns: list[tuple[str, str]], limit: int) -> None:
    """Every row keeps the system's text and the limit; every reply is learned once, whole and in order."""
    messages = [*messages_for("", "Be brief.", turns)[:-1]]
    tokenizer = tiny_policy.tokenizer
    found = rows_of(tokenizer, chat(*messages), limit=limit)
    assert all(row.length <= limit for row in found)
    assert all(tokenizer.decode(row.tokens).startswith("<|system|>Be brief.<|end|><|user|>") for row in found)
    assert [text for row in learned(tokenizer, found) for text in row] == [f"{reply}<|end|>" for _, reply in turns]
    assert len(found) <= len(turns)
    whole = rows_of(tokenizer, chat(*messages))
    assert len(whole) == 1
    assert (len(found) == 1) == (whole[0].length <= limit)


def test_a_tool_row_that_is_too_long_loses_its_oldest_exchanges(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.TOOLS)
    row = chat(SYSTEM, *messages_for("", None, [("old " * 50, "fine")])[:-1], *CALLS, tools=(MODE,), only_last=True)
    (whole,), (short,) = rows_of(tokenizer, row), rows_of(tokenizer, row, limit=300)
    assert whole.length > 300 >= short.length
    text = tokenizer.decode(short.tokens)
    assert "old" not in text
    assert '"name": "mode"' in text
    assert "Be brief." in text
    assert learned(tokenizer, [short]) == learned(tokenizer, [whole]) == [["Edit.<|end|>"]]


def test_a_failure_that_is_too_long_is_left_out(tiny_policy: Policy) -> None:
    rows = [TrainingRow("fits", "a"), TrainingRow("failed", "x" * 200, weight=-0.25), TrainingRow("short", "b", weight=-0.25)]
    encoded = encode_rows(tiny_policy.tokenizer, rows, system=None, max_tokens=100)
    assert [row.weight for row in encoded] == [1.0, -0.25]


def test_what_cannot_be_cut_is_refused_and_counted(tiny_policy: Policy) -> None:
    long = "x" * 200
    rows = [
        TrainingRow("fits", "a"),
        TrainingRow("single", long),
        chat(*messages_for("chat", None), {"role": "assistant", "content": long}),
        chat(*messages_for("tool", None), {"role": "assistant", "content": long}, only_last=True),
    ]
    with pytest.raises(
        TrainingError, match=r"3 of 4 training rows are too long\. The first: .*has 2\d\d tokens.*'single'"
    ) as caught:
        encode_rows(tiny_policy.tokenizer, rows, system=None, max_tokens=100)
    assert "max_row_tokens" in caught.value.hint
    for row, name in zip(rows[1:], ("single", "chat", "tool"), strict=True):
        with pytest.raises(TrainingError, match=f"has 2.. tokens.*'{name}'"):
            encode_rows(tiny_policy.tokenizer, [row], system=None, max_tokens=100)


def test_rows_travel_as_json() -> None:
    for row in (TrainingRow("p", "c"), TrainingRow("p", "c", 0.5), chat(*CALLS, tools=(MODE,), only_last=True)):
        assert TrainingRow(**json.loads(json.dumps(asdict(row)))) == row
    assert chat(*CALLS, tools=(MODE,)).to_json() == {"messages": list(CALLS), "tools": [MODE]}
    assert TrainingRow("p", "c").to_json() == {"prompt": "p", "completion": "c"}
    assert chat(*CALLS).content() != chat(*CALLS[:2]).content()
