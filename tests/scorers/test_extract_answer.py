"""Answers of every kind as one text that is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.execution.tests import Kind
from scorers.extraction import ExtractedCode, extract_answer, extract_code, extract_files, reply_with

FILES = "### ReplicatedStorage/B.luau\n```luau\nreturn {}\n```\nand\n**ServerScriptService/A.server.luau**\n```lua\nprint(1)\n```"
A, B = "### ServerScriptService/A.server.luau\n```luau\nprint(1)\n```", "### ReplicatedStorage/B.luau\n```luau\nreturn {}\n```"
CANONICAL = f"{B}\n\n{A}"


@pytest.mark.parametrize("kind", ["function", "module", "script"])
def test_plain_kinds_are_the_code(kind: Kind) -> None:
    for reply in ("```luau\nreturn 1\n```", "```luau\nreturn", "Hm", ""):
        for finish in ("stop", "length"):
            assert extract_answer(reply, kind, finish_reason=finish) == extract_code(reply, finish_reason=finish)


def test_files_stand_in_order_of_their_paths() -> None:
    assert extract_answer(FILES, "files") == ExtractedCode(CANONICAL, fenced=True, truncated=False)
    assert [file.path for file in extract_files(CANONICAL)] == ["ReplicatedStorage/B.luau", "ServerScriptService/A.server.luau"]
    assert extract_answer(f"{A}\n{B}", "files").code == CANONICAL


def test_code_that_no_path_names_is_one_part() -> None:
    for reply in ("```luau\nprint(1)\n```", "print(1)", "```luau\nx()\n```\n```luau\nprint(1)\n```"):
        assert extract_answer(reply, "files").code == "```luau\nprint(1)\n```"
    assert extract_answer("", "files").code == ""


def test_backticks_in_a_file_do_not_end_it() -> None:
    reply = "### a.luau\n````luau\nlocal text = [[\n```\nx\n```\n]]\n````"
    (file,) = extract_files(reply)
    found = extract_answer(reply, "files")
    assert "`````" not in found.code
    assert extract_files(found.code) == (file,)


def test_a_cut_reply_is_truncated() -> None:
    assert extract_answer(FILES, "files", finish_reason="length").truncated
    assert extract_answer(FILES[:-5], "files").truncated
    assert extract_answer('<tool_call>{"name": "a"}</tool_call>', "tools", finish_reason="length").truncated


def test_tool_calls_are_a_json_list() -> None:
    reply = '<tool_call>{"name": "set_property", "arguments": {"value": 1, "path": "Workspace.A"}}</tool_call>'
    text = '[{"arguments": {"path": "Workspace.A", "value": 1}, "name": "set_property"}]'
    assert extract_answer(reply, "tools") == ExtractedCode(text, fenced=False, truncated=False)
    assert extract_answer("I call set_property.", "tools").code == "[]"


# No marks of reasoning: in code they stand in strings, and outside of them no answer holds them.
PIECES = [
    *("```", "````", "```luau\n", "\n", " ", "\t", "### a.luau\n", "**b/C.server.luau**\n", "-- File: d.luau\n", "print(1)", "`"),
    *("local x = [[", "]]", '"', "--", '{"name":"a","arguments":{"code":"x"}}', "<tool_call>", "~~~"),
]


@given(reply=st.lists(st.sampled_from(PIECES), max_size=30).map("".join), kind=st.sampled_from(["files", "tools"]))
def test_an_answer_is_its_own_answer(reply: str, kind: Kind) -> None:
    answer = extract_answer(reply, kind).code
    assert extract_answer(answer, kind).code == answer
    if kind == "files" and any(file.path for file in extract_files(reply)):
        named = {file.path: file.code for file in extract_files(reply) if file.path}
        assert {file.path: file.code for file in extract_files(answer)} == named


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("return 1", "function"),
        (CANONICAL, "files"),
        ('[{"arguments": {"code": "print(\\"</tool_call>\\")"}, "name": "run_code"}]', "tools"),
    ],
)
def test_a_taught_reply_gives_the_answer(answer: str, kind: Kind) -> None:
    assert extract_answer(reply_with(answer, kind), kind).code == answer
