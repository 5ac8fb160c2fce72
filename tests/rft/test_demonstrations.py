"""Demonstrations: plain rows, chats and tool calls, each mistake named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from rft.demonstrations import exchanges, load_demonstrations
from rft.errors import InputError
from rft.inputs import refuse_contamination
from rft.training.conversations import encode_rows
from rft.training.rows import TrainingRow
from tests.rft import chat_templates as templates
from tests.rft.chat_templates import tokenizer_with
from tests.rft.world import a_task

MODE = {"type": "function", "function": {"name": "mode", "description": "Studio's mode.", "parameters": {"type": "object"}}}
RUN = {
    "type": "function",
    "function": {"name": "run", "parameters": {"type": "object", "properties": {"code": {"type": "string"}}}},
}
USER = {"role": "user", "content": "Which mode?"}
DONE = {"role": "assistant", "content": "Done."}


def call(name: str, arguments: Any, content: str | None = None) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": content, "tool_calls": [{"id": "c1", "type": "function", "function": function}]}


def result(text: str) -> dict[str, Any]:
    return {"role": "tool", "content": text, "tool_call_id": "c1"}


def load(folder: Path, *rows: Any) -> tuple[TrainingRow, ...]:
    file = folder / "rows.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return load_demonstrations(file)


@pytest.mark.parametrize(
    "line",
    ["{", "[1, 2]", '"text"', '{"prompt": "a"}', '{"prompt": "a", "completion": " "}', '{"prompt": 1, "completion": "b"}'],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"prompt": "a", "completion": "b"}}\n\n{line}\n')
    with pytest.raises(InputError) as caught:
        load_demonstrations(file)
    assert str(caught.value).startswith(f"{file}:3: ")


def test_only_a_line_feed_ends_a_row(tmp_path: Path) -> None:
    """A text may hold what else counts as a line's end somewhere, like U+2028."""
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"prompt": "a\u2028b", "completion": "c\x85d"}, ensure_ascii=False), encoding="utf-8")
    assert load_demonstrations(file) == (TrainingRow("a\u2028b", "c\x85d"),)


def test_demonstrations_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"prompt": "\xe9"}')
    expected = {"no.jsonl": "there is no file", "empty.jsonl": "holds no", "latin.jsonl": "cannot be read", ".": "cannot be read"}
    for name, message in expected.items():
        with pytest.raises(InputError, match=message):
            load_demonstrations(tmp_path / name)


def test_a_chat_of_one_exchange_is_a_plain_row(tmp_path: Path) -> None:
    assert load(tmp_path, {"messages": [USER, DONE]}) == (TrainingRow("Which mode?", "Done."),)


def test_a_chat_is_one_row_with_all_its_turns(tmp_path: Path) -> None:
    turns = [{"role": "system", "content": "Be brief."}, USER, DONE, {"role": "user", "content": "Thanks"}, DONE]
    (row,) = load(tmp_path, {"messages": turns})
    assert row == TrainingRow("Which mode?\n\nThanks", "Done.\n\nDone.", messages=tuple(turns))
    assert exchanges(row) == [("Which mode?", "Done."), ("Thanks", "Done.")]
    assert exchanges(TrainingRow("p", "c")) == [("p", "c")]


def test_each_turn_of_a_chat_with_tools_is_a_row(tmp_path: Path) -> None:
    """Several steps, one of which fails and is tried again."""
    turns = [USER, call("mode", "{}"), result("error"), call("mode", {}, "Again."), result("Edit"), DONE]
    rows = load(tmp_path, {"messages": turns, "tools": [RUN, MODE]})
    assert [len(row.messages) for row in rows] == [2, 4, 6]
    assert all(row.only_last for row in rows)
    assert all(row.tools == (MODE,) for row in rows), "only the tool that is used is shown"
    shown = '<tool_call>\n{"arguments": {}, "name": "mode"}\n</tool_call>'
    assert [row.completion for row in rows] == [shown, f"Again.\n{shown}", "Done."]
    assert {row.prompt for row in rows} == {"Which mode?"}
    assert rows[0].messages[1]["tool_calls"][0]["function"] == {"name": "mode", "arguments": {}}, "arguments are an object"


def test_when_no_tool_is_called_all_are_shown(tmp_path: Path) -> None:
    (row,) = load(tmp_path, {"messages": [USER, DONE], "tools": [RUN, MODE]})
    assert row.tools == (RUN, MODE)
    assert row.completion == "Done."


BAD_CHATS: dict[str, Any] = {
    "no list of turns": {"messages": "hello"},
    "turn 1 has no role": {"messages": [{"role": "person", "content": "a"}, DONE]},
    "turn 2 has no text": {"messages": [USER, {"role": "assistant", "content": " "}]},
    "turn 2 has no text ": {"messages": [USER, {"role": "assistant", "content": [{"type": "text"}]}]},
    "the first turn, after the system's, must be the user's": {"messages": [DONE, USER, DONE]},
    "must be the user's": {"messages": [{"role": "system", "content": "s"}]},
    "only the first turn may be the system's": {"messages": [USER, DONE, {"role": "system", "content": "s"}]},
    "the last turn must be the assistant's": {"messages": [USER, DONE, USER]},
    "arguments that are no JSON": {"messages": [USER, call("mode", "{mode")], "tools": [MODE]},
    "arguments that are no object": {"messages": [USER, call("mode", "[1]")], "tools": [MODE]},
    "a tool call without": {"messages": [USER, {"role": "assistant", "tool_calls": ["mode"]}], "tools": [MODE]},
    "no definition in tools of mode": {"messages": [USER, call("mode", {})], "tools": [RUN]},
    "no definition in tools of mode ": {"messages": [USER, call("mode", {})]},
    "tools is no list": {"messages": [USER, call("mode", {})], "tools": ["mode"]},
    "which only the assistant can": {"messages": [{**call("mode", {}, "a"), "role": "user"}, DONE], "tools": [MODE]},
}


@pytest.mark.parametrize("message", BAD_CHATS)
def test_a_bad_chat_is_named_with_its_line(tmp_path: Path, message: str) -> None:
    with pytest.raises(InputError, match=message.strip()) as caught:
        load(tmp_path, {"messages": [USER, DONE]}, BAD_CHATS[message])
    assert f"{tmp_path / 'rows.jsonl'}:2: " in str(caught.value)
    assert caught.value.hint


def test_what_was_loaded_is_learned_turn_by_turn(tmp_path: Path, tiny_model: Path) -> None:
    turns = [USER, call("mode", "{}"), result("Edit"), call("run", {"code": "return 1"}), result("1"), DONE]
    rows = load(tmp_path, {"messages": turns, "tools": [RUN, MODE]})
    tokenizer = tokenizer_with(tiny_model, templates.TOOLS)
    encoded = encode_rows(tokenizer, rows, system=None, max_tokens=None)
    learned = [tokenizer.decode(row.tokens[row.learned[0][0] :]) for row in encoded]
    assert learned == ["<call>mode {}</call><|end|>", '<call>run {"code": "return 1"}</call><|end|>', "Done.<|end|>"]


def test_a_held_out_task_in_a_later_turn_is_found() -> None:
    """Compared turn by turn: in the joined text of a long chat a question could get lost."""
    area = a_task("area", prompt="Return the area of a circle whose radius is given as a number.")
    filler = {"role": "user", "content": "Tell me something about the weather of the last days in many words. " * 5}
    turns = (filler, DONE, {"role": "user", "content": area.prompt}, DONE)
    refuse_contamination((), (TrainingRow("p", "c", messages=turns[:2]),), (area,))
    with pytest.raises(InputError, match="demonstration 1 repeats the held-out task area"):
        refuse_contamination((), (TrainingRow("p", "c", messages=turns),), (area,))
