"""Tool calls in replies: every form in use, and nothing that only looks like one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.extraction import ToolCall, extract_tool_calls
from scorers.extraction.tool_calls import calls_of, to_json, to_reply

RUN = ToolCall("run_code", {"code": 'print("a", {1})\nprint("``` <tool_call>")'})
MODE = ToolCall("get_studio_mode", {})
ONE = json.dumps({"name": RUN.name, "arguments": RUN.arguments})
TWO = json.dumps({"name": MODE.name, "arguments": {}})
LLAMA = [text.replace("arguments", "parameters") for text in (ONE, TWO)]
AS_TEXT = json.dumps({"name": RUN.name, "arguments": json.dumps(RUN.arguments)})
OPENAI = [
    {"id": "call_1", "type": "function", "function": {"name": RUN.name, "arguments": json.dumps(RUN.arguments)}},
    {"id": "call_2", "type": "function", "function": {"name": MODE.name, "arguments": "{}"}},
]

BOTH = {
    "qwen": f"<tool_call>\n{ONE}\n</tool_call>\n<tool_call>\n{TWO}\n</tool_call>",
    "prose around": f"I run it.\n<tool_call>{ONE}</tool_call> and then\n<tool_call>{TWO}</tool_call>\nDone.",
    "closing marks missing": f"<tool_call>\n{ONE}\n<tool_call>\n{TWO}",
    "two in one mark": f"<tool_call>\n{ONE}\n{TWO}\n</tool_call>",
    "a list in one mark": f"<tool_call>[{ONE}, {TWO}]</tool_call>",
    "marks in a fence": f"```xml\n<tool_call>\n{ONE}\n</tool_call>\n<tool_call>\n{TWO}\n</tool_call>\n```",
    "mistral": f"[TOOL_CALLS] [{ONE}, {TWO}]",
    "llama functions": f"<function=run_code>{json.dumps(RUN.arguments)}</function><function=get_studio_mode>{{}}</function>",
    "llama python tag": f"<|python_tag|>{'; '.join(LLAMA)}<|eom_id|>",
    "fences": f"First:\n```json\n{ONE}\n```\nthen\n```json\n{TWO}\n```",
    "one fence with a list": f"```json\n[{ONE},\n{TWO}]\n```",
    "a fence without a tag": f"```\n{ONE}\n{TWO}\n```",
    "a fence closed behind its text": f"```tool_call\n{ONE}\n{TWO}```",
    "a fence that is not closed": f"```json\n{ONE}\n{TWO}",
    "other names": f"```json\n{ONE.replace('name', 'tool').replace('arguments', 'args')}\n{TWO}\n```",
    "openai": f"```json\n{json.dumps({'tool_calls': OPENAI}, indent=2)}\n```",
    "the whole reply": f"[{ONE}, {TWO}]",
    "the whole reply, one a line": f"{ONE}\n{TWO}\n",
    "the whole reply as openai": json.dumps(OPENAI),
    "arguments as text": f"<tool_call>{AS_TEXT}</tool_call><tool_call>{TWO}</tool_call>",
    "behind reasoning": f"<think>\n<tool_call>{TWO}</tool_call>\n</think>\n<tool_call>{ONE}\n{TWO}</tool_call>",
    "an example beside them": f"```json\n{TWO}\n```\n<tool_call>{ONE}</tool_call>\n<tool_call>{TWO}</tool_call>",
}


@pytest.mark.parametrize("reply", BOTH.values(), ids=BOTH.keys())
def test_forms(reply: str) -> None:
    found = extract_tool_calls(reply)
    assert found.calls == (RUN, MODE)
    assert (found.unread, found.truncated) == ((), False)


NONE = {
    "empty": "",
    "prose": "I would call get_studio_mode and then run_code with print(1).",
    "in reasoning": f"<think><tool_call>{ONE}</tool_call></think>Nothing to do.",
    "in reasoning without an end": f"<think><tool_call>{ONE}</tool_call>",
    "in prose": f"You could send {ONE} to it.",
    "in luau": f"```luau\nlocal text = [[\n<tool_call>{ONE}</tool_call>\n]]\n```",
    "as a python call": "run_code(code='print(1)')",
}


@pytest.mark.parametrize("reply", NONE.values(), ids=NONE.keys())
def test_what_is_no_call(reply: str) -> None:
    assert extract_tool_calls(reply).calls == ()


UNREADABLE = {
    "cut in a text": f"<tool_call>{ONE[:-6]}",
    "cut in a list": f"[TOOL_CALLS] [{ONE}, ",
    "cut in a fence": f"```json\n[{ONE},\n",
    "single quotes": "<tool_call>{'name': 'run_code'}</tool_call>",
    "nothing behind the mark": "<tool_call></tool_call>",
    "no name": '<tool_call>{"arguments": {}}</tool_call>',
    "name is no text": '<tool_call>{"name": 1, "arguments": {}}</tool_call>',
    "arguments are a list": '<tool_call>{"name": "a", "arguments": [1]}</tool_call>',
    "arguments are no json": '<tool_call>{"name": "a", "arguments": "x"}</tool_call>',
    "an infinite number": '<tool_call>{"name": "a", "arguments": {"x": 1e999}}</tool_call>',
    "not a number": '<tool_call>{"name": "a", "arguments": {"x": NaN}}</tool_call>',
    "a name alone in a fence": '```json\n{"name": "Bob"}\n```',
    "json and prose": f"{ONE} is what I would do",
    "nested too deeply": f'<tool_call>{{"name": "a", "arguments": {{"x": {"[" * 60}{"]" * 60}}}}}</tool_call>',
    "nested far too deeply": f"<tool_call>{'[' * 100_000}",
}


@pytest.mark.parametrize("reply", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_told(reply: str) -> None:
    found = extract_tool_calls(reply)
    assert found.calls == ()
    assert found.unread
    assert all(found.unread)


def test_a_broken_call_leaves_the_others() -> None:
    found = extract_tool_calls(f"<tool_call>{TWO}</tool_call><tool_call>{{broken}}</tool_call><tool_call>{ONE}</tool_call>")
    assert found.calls == (MODE, RUN)
    assert len(found.unread) == 1


def test_a_marked_call_needs_no_arguments() -> None:
    assert extract_tool_calls('<tool_call>{"name": "get_studio_mode"}</tool_call>').calls == (MODE,)
    assert extract_tool_calls('<tool_call>{"name": "get_studio_mode", "arguments": null}</tool_call>').calls == (MODE,)


def test_the_sampler_says_truncated() -> None:
    assert extract_tool_calls(f"<tool_call>{ONE}</tool_call>", finish_reason="length").truncated
    assert extract_tool_calls("<think>hm").truncated


# Without what could begin a mark that ends a turn or a trace: no tokenizer writes those into a text.
plain = st.text(st.characters(codec="utf-8", exclude_characters="<[◁"))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=8,
)
texts = st.lists(st.sampled_from(["<tool_call>", "```", "\n", "{", '"', "\\", "a", "</tool_call>"]), max_size=4).map("".join)
arguments = st.dictionaries(texts, values | texts, max_size=3)


@given(st.lists(st.builds(ToolCall, st.sampled_from(["run_code", "a-b"]), arguments), max_size=4).map(tuple))
def test_calls_come_back(calls: tuple[ToolCall, ...]) -> None:
    assert calls_of(to_json(calls)) == calls
    assert extract_tool_calls(to_json(calls)).calls == calls
    assert extract_tool_calls(to_reply(calls)).calls == calls


def test_the_same_calls_have_the_same_text() -> None:
    one = calls_of('[{"name": "a", "arguments": {"x": 1, "y": {"b": 1, "a": 2}}}]')
    other = calls_of('[ {"arguments": {"y": {"a": 2, "b": 1}, "x": 1}, "name": "a", "id": 7} ]')
    assert to_json(one) == to_json(other) == '[{"arguments": {"x": 1, "y": {"a": 2, "b": 1}}, "name": "a"}]'


@pytest.mark.parametrize("text", ["", "x", "{}", '"a"', "[1]", '[{"arguments": {}}]', "[" * 100_000])
def test_what_is_no_list_of_calls(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        calls_of(text)


PIECES = [
    *("<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<|python_tag|>", "<function=a>", "</function>", "```", "```json\n", "~~~"),
    *("{", "}", "[", "]", '"', "\\", ":", ",", "\n", " ", "1", '{"name":"a","arguments":{}}', '"name"', "<think>", "</think>"),
    *('["', '", "', "1e999", "\ud800", "\0"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text())
def test_nothing_raises(reply: str) -> None:
    found = extract_tool_calls(reply)
    assert [call.name for call in calls_of(to_json(found.calls))] == [call.name for call in found.calls]


@pytest.mark.parametrize("piece", [*PIECES, '<tool_call>["', '<tool_call>{"a":[1,', "```\n```json\n", '[TOOL_CALLS]["a",'])
def test_one_thing_over_and_over(piece: str) -> None:
    """Anything quadratic would not end on these."""
    found = extract_tool_calls(piece * (300_000 // len(piece)))
    assert all(len(reason) <= 200 for reason in found.unread)
