"""Sources made to break a parser: deep, long, endless. They are read or refused with a problem; the work stays linear."""

import sys
import threading
from types import FrameType
from typing import Any

import pytest

from scorers.language import parse

DEEP = 100_000
MAX_CALLS = 2_000_000
NESTED = {
    "parentheses": ("(", "1", ")"),
    "brackets": ("x[", "1", "]"),
    "braces": ("{", "", "}"),
    "functions": ("function() return ", "1", " end"),
    "calls": ("f(", "", ")"),
    "not": ("not ", "x", ""),
    "minus": ("- ", "1", ""),
    "length": ("#", "t", ""),
    "if expressions": ("if a then b else ", "c", ""),
    "interpolations": ("`{", "x", "}`"),
    "powers": ("2^", "2", ""),
    "concatenations": ("a..", "b", ""),
    "sums": ("a+", "b", ""),
    "indexing": ("", "a", ".b"),
    "methods": ("", "a", ":b()"),
    "argument lists": ("", "f", "()"),
    "strings as arguments": ("", "f", "''"),
    "casts": ("(", "a", "::any)"),
}
BLOCKS = {
    "if blocks": ("if x then ", "end "),
    "do blocks": ("do ", "end "),
    "while loops": ("while x do ", "end "),
    "for loops": ("for i = 1, 2 do ", "end "),
    "repeat loops": ("repeat ", "until x "),
    "local functions": ("local function f() ", "end "),
    "elseif chain": ("", ""),
}
TYPES = {
    "type tables": ("{", "any", "}"),
    "type groups": ("(", "any", ")"),
    "type functions": ("() -> ", "()", ""),
    "type arguments": ("A<", "any", ">"),
    "unions": ("any |", "any", ""),
    "optionals": ("", "any", "?"),
    "typeof": ("typeof(", "x", ")"),
}


def source_of(name: str, depth: int) -> str:
    """A source that nests or repeats one construct `depth` times."""
    if name == "elseif chain":
        return "if a then " + "elseif b then " * depth + "end"
    if name in BLOCKS:
        opening, closing = BLOCKS[name]
        return opening * depth + closing * depth
    if name in TYPES:
        opening, core, closing = TYPES[name]
        return "type T = " + opening * depth + core + closing * depth
    opening, core, closing = NESTED[name]
    return "local x = " + opening * depth + core + closing * depth


def calls(source: str) -> int:
    """How many functions are entered while `source` is parsed: a measure of work that no clock disturbs.

    Raises:
        AssertionError: more than `MAX_CALLS`, which is an endless loop.
    """
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")
        assert count < MAX_CALLS, "endless"

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        parse(source)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return count


ALL = (*NESTED, *BLOCKS, *TYPES)


@pytest.mark.parametrize("name", ALL)
def test_nesting_is_read(name: str) -> None:
    assert parse(source_of(name, 20)).errors == ()


@pytest.mark.parametrize("name", ALL)
def test_absurd_nesting_is_survived(name: str) -> None:
    errors = parse(source_of(name, DEEP)).errors
    assert len(errors) < 100
    assert all(error.line == 1 and error.message for error in errors)


@pytest.mark.parametrize("name", ALL)
def test_openings_that_never_close_are_survived(name: str) -> None:
    whole = source_of(name, DEEP)
    parse(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "name", ["parentheses", "not", "indexing", "sums", "if blocks", "elseif chain", "unions", "interpolations"]
)
def test_work_grows_linearly(name: str) -> None:
    assert calls(source_of(name, 160)) < 2.5 * calls(source_of(name, 80))


@pytest.mark.parametrize(
    "line",
    [
        "local part = workspace.Map.Part\n",
        "x = = 1\n",
        "foo(\n",
        "}\n",
        "end\n",
        "`{\n",
        "'\n",
        "[[\n",
        "--[[\n",
        "if x then\n",
        "function f(\n",
        "a:\n",
        "\0\n",
        "é\n",
        "local x <const> = 1;\n",
        "def f(x):\n",
        "@\n",
        "type T = {\n",
        "f<<\n",
    ],
)
def test_work_grows_linearly_with_many_lines(line: str) -> None:
    assert calls(line * 400) < 2.5 * calls(line * 200)


def test_a_megabyte_is_read() -> None:
    line = 'local part = workspace:FindFirstChild("Part") or Instance.new("Part") -- a line of ordinary length\n'
    block = "do\n" + line * 100 + "end\n"
    source = block * (1_000_000 // len(block) + 1)
    assert parse(source).errors == ()


@pytest.mark.parametrize("text", ["(", "[", "{", "`{", "'", '"', "[[", "--[[", "\\", "=", "end ", "1", "é", "\0", "\n", "-", "."])
def test_a_megabyte_of_nonsense_is_survived(text: str) -> None:
    assert len(parse(text * (1_000_000 // len(text))).errors) <= 1_000
