"""MultiPL-E rows, written here in the published format, are read, answered and executed."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.external.multipl_e import read_multipl_e
from eval.external.row import Row, SuiteError
from scorers.execution import run_tests

STOPS = ["\nlocal", "\nfunction", "\n--", "\n\n"]


def a_row(name: str, prompt: str, *assertions: str, **fields: Any) -> dict[str, Any]:
    body = "\n".join(f"    {assertion}" for assertion in assertions)
    entry_point = prompt.rsplit("function ", 1)[-1].split("(")[0]
    tests = (
        f"lu = require('luaunit')\n\nfunction test_humaneval()\nlocal candidate = {entry_point}\n{body}\nend\n\n"
        "os.exit(lu.LuaUnit.run())"
    )
    return {"name": name, "language": "lua", "prompt": prompt, "tests": tests, "stop_tokens": STOPS, **fields}


ADD = a_row(
    "HumanEval_900_add_up",
    "-- Adds two numbers.\n-- >>> add_up(1, 2)\n-- 3\nlocal function add_up(a, b)\n",
    "lu.assertEquals(candidate(1, 2), 3)",
    "lu.assertEquals(candidate(-1, 1), 0)",
)
PAIRS = a_row(
    "HumanEval_901_pairs_of",
    "-- Pairs each value with its place.\nlocal function pairs_of(values)\n",
    "lu.assertEquals(candidate({'a', 'b'}), {{1, 'a'}, {2, 'b'}})",
    "lu.assertEquals(candidate({}), {})",
)
NEAR = a_row(
    "mbpp_902_half",
    "-- Halves a number.\nlocal function half(number)\n",
    "lu.assertAlmostEquals(candidate(1), 0.5, 0.001)",
    "lu.assertTrue(candidate(2) == 1)",
    "lu.assertError(candidate, {})",
)
HELPED = a_row(
    "HumanEval_903_twice_more",
    "local function more(n)\n  return n + 1\nend\n\n-- Adds one twice.\nlocal function twice_more(n)\n",
    "lu.assertEquals(candidate(1), 3)",
)
COUNTS = a_row(
    "mbpp_904_counts",
    "-- Counts every word.\nlocal function counts(words)\n",
    "lu.assertEquals(candidate({'a', 'b', 'a'}), {['a'] = 2, ['b'] = 1})",
    "lu.assertItemsEquals({1, 2}, {2, 1})",
    "lu.assertNotEquals(candidate({}), {['a'] = 1})",
)
ANSWERS = {
    "HumanEval_900_add_up": ("    return a + b\nend\n", "    return a - b\nend\n"),
    "HumanEval_901_pairs_of": (
        "    local out = {}\n    for i, v in ipairs(values) do\n        out[i] = {i, v}\n    end\n    return out\nend",
        "    local out = {}\n    for i, v in ipairs(values) do\n        out[i] = {v, i}\n    end\n    return out\nend",
    ),
    "mbpp_902_half": ("  return number / 2\nend", "  return number\nend"),
    "HumanEval_903_twice_more": ("  return more(more(n))\nend", "  return more(n)\nend"),
    "mbpp_904_counts": (
        "  local t = {}\n  for _, w in ipairs(words) do t[w] = (t[w] or 0) + 1 end\n  return t\nend",
        "  local t = {}\n  for _, w in ipairs(words) do t[w] = 1 end\n  return t\nend",
    ),
}
ROWS = (ADD, PAIRS, NEAR, HELPED, COUNTS)
ASSERTIONS = [
    ("lu.assertEquals({1, {2}}, {1, {2}})", "lu.assertEquals({1, {2}}, {1, {3}})"),
    ("lu.assert_equals('1', '1')", "lu.assert_equals('1', 1)"),
    ("lu.assertNotEquals({1}, {2})", "lu.assertNotEquals({1}, {1})"),
    ("lu.assertAlmostEquals(1.01, 1, 0.1)", "lu.assertAlmostEquals(1.01, 1)"),
    ("lu.assertItemsEquals({1, 2, 2}, {2, 1, 2})", "lu.assertItemsEquals({1, 3, 2}, {2, 1, 2})"),
    ("lu.assertTrue(true)", "lu.assertTrue(1)"),
    ("lu.assertIsFalse(false)", "lu.assertIsFalse(nil)"),
    ("lu.assertNil(nil)", "lu.assertNil(false)"),
    ("lu.assertNotNil(false)", "lu.assertNotNil(nil)"),
    ("lu.assertEvalToTrue(1)", "lu.assertEvalToTrue(false)"),
    ("lu.assertEvalToFalse(nil)", "lu.assertEvalToFalse(0)"),
    ("lu.assertStrContains('a.b', '.b')", "lu.assertStrContains('a.b', '%.b')"),
    ("lu.assertError(error, 'x')", "lu.assertError(tostring, 'x')"),
    ("lu.assertErrorMsgContains('own', error, 'my own')", "lu.assertErrorMsgContains('own', error, 'x')"),
]  # fmt: skip
"""Assertions that hold, each with one of the same kind that does not."""


def read(folder: Path, *rows: dict[str, Any]) -> tuple[Row, ...]:
    file = folder / "humaneval-lua.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return read_multipl_e(file)


def passes(row: Row, reply: str, finish_reason: str = "stop") -> bool:
    return run_tests(row.read_reply(reply, finish_reason).code, row.tests).ok


@pytest.mark.parametrize("fields", ROWS, ids=lambda fields: fields["name"])
def test_right_answers_pass_and_wrong_ones_fail(fields: dict[str, Any], tmp_path: Path) -> None:
    (row,) = read(tmp_path, fields)
    right, wrong = ANSWERS[row.id]
    assert row.unsupported is None
    for body, holds in ((right, True), (wrong, False)):
        assert passes(row, body) is holds
        whole = fields["prompt"].split("\n\n")[-1] + body
        assert passes(row, whole) is holds
        assert passes(row, f"Here it is:\n\n```lua\n{whole}\n```\nIt adds.") is holds
        assert passes(row, f"```lua\n{body}\n```") is holds


def test_names_and_categories(tmp_path: Path) -> None:
    rows = read(tmp_path, *ROWS)
    assert [row.id for row in rows] == [fields["name"] for fields in ROWS]
    assert [row.category for row in rows] == ["humaneval", "humaneval", "mbpp", "humaneval", "mbpp"]
    assert [row.tests.entry_point for row in rows] == ["add_up", "pairs_of", "half", "twice_more", "counts"]
    assert "local function add_up(a, b)" in rows[0].prompt


def test_a_completion_is_cut_at_a_stop_token(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ADD)
    endless = "    return a + b\nend\n\n-- more\nlocal function ("
    answer = row.read_reply(endless, "length")
    assert not answer.truncated
    assert passes(row, endless, "length")
    assert row.read_reply("    return a + b", "length").truncated


def test_a_whole_function_after_a_helper(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ADD)
    assert passes(row, "local function same(x)\n  return x\nend\n\nlocal function add_up(a, b)\n  return same(a) + b\nend")


@pytest.mark.parametrize("attack", [
    "lu = { assertEquals = function() end } function add_up() end",
    "function add_up() return setmetatable({}, { __eq = function() return true end }) end",
    "test = function() end expect = nil function add_up() error('done') end",
    "os = { exit = function() end } function add_up() os.exit(0) end",
])  # fmt: skip
def test_the_answer_does_not_reach_the_tests(attack: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, ADD)
    assert not passes(row, f"```lua\n{attack}\n```")


@pytest.mark.parametrize(("assertion", "reason"), [
    ("local x <const> = 1 lu.assertEquals(candidate(1, 2), 3)", "<const> or <close>"),
    ("lu.assertEquals(candidate(1 << 2, 2), 6)", "a bit operator"),
    ("goto out ::out::", "goto"),
    ("lu.assertEquals(candidate(math.maxinteger, 0), 1)", "math.maxinteger is not there"),
    ("lu.assertEquals(io.read(), 1)", "io is not there"),
    ("lu.assertEquals(('a'):rep(2, ','), 'a,a')", "string.rep with a separator is not there"),
    ("lu.assertEquals(string.rep('a', 2, ','), 'a,a')", "string.rep with a separator is not there"),
    ("lu.assertEquals(require('lpeg'), 1)", "require of 'lpeg' is not there"),
    ("lu.assertTableContains({}, 1)", "lu.assertTableContains is not there"),
])  # fmt: skip
def test_what_luau_cannot_run_is_named(assertion: str, reason: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, a_row("HumanEval_905_x", "local function x(a)\n", assertion))
    assert row.unsupported is not None
    assert reason in row.unsupported


@pytest.mark.parametrize(("line", "words"), [
    ("{", ":2: not valid JSON"),
    ("[1]", ":2: not a JSON object"),
    (json.dumps({**ADD, "language": "py"}), ":2: the language is 'py'"),
    (json.dumps({**ADD, "stop_tokens": "x"}), ":2: `stop_tokens`"),
    (json.dumps({**ADD, "prompt": "print(1)"}), ":2: the prompt ends in no head"),
    (json.dumps({"name": "x", "prompt": "local function x()"}), ":2: the field `tests` is missing"),
])  # fmt: skip
def test_a_wrong_row_is_named_by_its_line(line: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(ADD)}\n{line}\n")
    with pytest.raises(SuiteError) as caught:
        read_multipl_e(file)
    assert words in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(("right", "wrong"), ASSERTIONS)
def test_assertions(right: str, wrong: str, tmp_path: Path) -> None:
    prompt = "local function f()\n"
    for assertion, holds in ((right, True), (wrong, False)):
        (row,) = read(tmp_path, a_row("HumanEval_906_f", prompt, assertion))
        assert row.unsupported is None
        assert passes(row, "end") is holds
