"""Exercism folders, written here in the track's layout, are read, answered and executed."""

import json
from pathlib import Path

import pytest

from eval.external.exercism import read_exercism
from eval.external.row import Row, SuiteError
from rft.evaluation.execution import proved
from scorers.execution import ExecutionReport, run_tests

LAMP_SPEC = """local Lamp = require('desk-lamp')

describe('desk-lamp', function()
  local lamp

  before_each(function()
    lamp = Lamp:new(2)
  end)

  it('is off at first', function()
    assert.is_false(lamp:is_on())
  end)

  it('is on after a press', function()
    lamp:press()
    assert.is_true(lamp:is_on())
    assert.are.equal(1, lamp:presses())
  end)

  describe('when worn out', function()
    it('raises an error', function()
      lamp:press()
      lamp:press()
      assert.has.errors(function()
        lamp:press()
      end)
      assert.has_error(function() lamp:press() end, 'worn out')
    end)
  end)

  it('can be thrown away', function()
    lamp:throw_away()
  end)
end)
"""
LAMP = """local Lamp = {}

function Lamp:new(lives)
  local o = setmetatable({ _lives = lives, _presses = 0 }, self)
  self.__index = self
  return o
end

function Lamp:is_on()
  return self._presses % 2 == 1
end

function Lamp:presses()
  return self._presses
end

function Lamp:press()
  if self._presses == self._lives then
    error('worn out')
  end
  self._presses = self._presses + 1
end

function Lamp:throw_away() end

return Lamp
"""
SPLIT_SPEC = """local split_in_two = require 'split-in-two'

describe('split-in-two', function()
  local long = split_in_two('abcdef')

  for _, case in ipairs({ { 'ab', 'a', 'b' }, { 'abc', 'a', 'bc' } }) do
    it('splits ' .. case[1], function()
      assert.are.same({ case[2], case[3] }, split_in_two(case[1]))
    end)
  end

  it('splits long texts', function()
    assert.are.same({ 'abc', 'def' }, long)
    assert.is_not.same({ 'abc' }, long)
    assert.is_nil(long[3])
  end)
end)
"""
SPLIT = """return function(text)
  local middle = math.floor(#text / 2)
  return { text:sub(1, middle), text:sub(middle + 1) }
end
"""
BITS_SPEC = """local bits = require('bit-mask')

describe('bit-mask', function()
  it('masks', function()
    assert.equal(0x12 & 0x10, bits(0x12, 0x10))
  end)
end)
"""
BITS = "return function(a, b) return a & b end\n"
ASSERTIONS = [
    ("assert.equal(1, 1)", "assert.equal(1, '1')"),
    ("local t = {} assert.equals(t, t)", "assert.equals({}, {})"),
    ("assert.are.same({ a = { 1 } }, { a = { 1 } })", "assert.are.same({ a = { 1 } }, { a = { 2 } })"),
    ("assert.are_not.equal(1, 2)", "assert.are_not.equal(1, 1)"),
    ("assert.is_not_nil(false)", "assert.is_not_nil(nil)"),
    ("assert.True(true)", "assert.True(1)"),
    ("assert.truthy(1)", "assert.truthy(nil)"),
    ("assert.is_falsy(nil)", "assert.is_falsy(0)"),
    ("assert.is_function(print)", "assert.is_function({})"),
    ("assert.near(1, 1.05, 0.1)", "assert.near(1, 1.5, 0.1)"),
    ("assert.has_no.errors(function() end)", "assert.has_no.errors(function() error('x') end)"),
    ("assert.has.error(function() error('x') end, 'x')", "assert.has.error(function() error('y') end, 'x')"),
    ("assert.has.error(function() error({ 1 }) end, { 1 })", "assert.has.error(function() error({ 1 }) end, { 2 })"),
    ("assert.error_matches(function() error('abc') end, 'b.$')", "assert.error_matches(function() error('abc') end, 'z')"),
    ("assert.matches('^a', 'abc')", "assert.matches('^b', 'abc')"),
    ("assert.unique({ 1, 2 })", "assert.unique({ 1, 1 })"),
    ("assert.unique({ {}, {} })", "assert.unique({ {}, {} }, true)"),
    ("assert.has_error(function() error() end)", "assert.has_error(nil)"),
    ("local s = spy.new(print) s(1, nil) assert.spy(s).was_called(1)", "local s = spy.new(print) assert.spy(s).was_called()"),
    ("local s = spy.new(print) s({ 1 }) assert.spy(s).was_called_with({ 1 })", "assert.spy(spy.new(print)).was_called_with(1)"),
    ("assert.spy(spy.new(print)).was_not_called()", "local s = spy.new(print) s() assert.spy(s).was_not_called()"),
    ("assert.spy(spy.new(print)).called_at_most(0)", "assert.spy(spy.new(print)).called_at_least(1)"),
    ("assert(1 == 1)", "assert(1 == 2, 'no')"),
    ("pcall(function() end) assert.equal(1, 1)", "pcall(function() assert.equal(1, 2) end)"),
]  # fmt: skip
"""Assertions that hold, each with one of the same kind that does not."""


def write(track: Path, slug: str, spec: str, example: str | None, stub: str = "return {}\n", name: str = "") -> Path:
    folder = track / "exercises" / "practice" / slug
    (folder / ".docs").mkdir(parents=True)
    (folder / ".meta").mkdir()
    module = name or slug
    (folder / ".docs" / "instructions.md").write_text(f"# Instructions\n\nWrite the {slug}.\n")
    files = {"solution": [f"{module}.lua"], "test": [f"{slug}_spec.lua"], "example": [".meta/example.lua"]}
    (folder / ".meta" / "config.json").write_text(json.dumps({"authors": ["me"], "files": files, "blurb": "A thing."}))
    (folder / f"{module}.lua").write_text(stub)
    (folder / f"{slug}_spec.lua").write_text(spec)
    if example is not None:
        (folder / ".meta" / "example.lua").write_text(example)
    return folder


@pytest.fixture
def track(tmp_path: Path) -> Path:
    write(tmp_path, "desk-lamp", LAMP_SPEC, LAMP, "local Lamp = {}\n\nreturn Lamp\n")
    write(tmp_path, "split-in-two", SPLIT_SPEC, SPLIT)
    write(tmp_path, "bit-mask", BITS_SPEC, BITS)
    return tmp_path


def answered(row: Row, code: str) -> ExecutionReport:
    return run_tests(row.read_reply(f"```lua\n{code}\n```", "stop").code, row.tests)


def a_spec(*lines: str) -> str:
    body = "\n".join(lines)
    return f"local it_is = require('thing')\ndescribe('thing', function()\nit('works', function()\n{body}\nend)\nend)\n"


def test_rows_of_a_track(track: Path) -> None:
    rows = {row.id: row for row in read_exercism(track)}
    assert list(rows) == ["bit-mask", "desk-lamp", "split-in-two"]
    assert {row.category for row in rows.values()} == {"practice"}
    assert "Write the desk-lamp." in rows["desk-lamp"].prompt
    assert "local Lamp = {}\n\nreturn Lamp" in rows["desk-lamp"].prompt
    assert "require('desk-lamp')" in rows["desk-lamp"].prompt
    assert [row.unsupported is None for row in rows.values()] == [False, True, True]
    assert rows["bit-mask"].unsupported == "its spec, line 5: a bit operator is not in Luau"


def test_references_pass_and_stubs_fail(track: Path) -> None:
    for row in read_exercism(track):
        if row.unsupported is None:
            assert row.reference is not None
            report = answered(row, row.reference)
            assert (report.ok, report.passed) == (True, report.total), report
            assert not answered(row, "return {}").ok
            assert not answered(row, "").ok
            assert answered(row, "").total == report.total


def test_each_case_is_judged_on_its_own(track: Path) -> None:
    lamp = next(row for row in read_exercism(track) if row.id == "desk-lamp")
    report = answered(lamp, LAMP.replace("% 2 == 1", "% 2 == 0"))
    assert (report.passed, report.total) == (2, 4)
    assert [failure.case for failure in report.failures] == ["desk-lamp is off at first", "desk-lamp is on after a press"]
    message = answered(lamp, LAMP.replace("worn out", "broken")).failures
    assert [failure.case for failure in message] == ["desk-lamp when worn out raises an error"]


def test_a_spec_that_makes_its_cases_in_a_loop(track: Path) -> None:
    split = next(row for row in read_exercism(track) if row.id == "split-in-two")
    report = answered(split, "return function(text) return { text:sub(1, 1), text:sub(2) } end")
    assert (report.passed, report.total) == (2, 3)
    assert report.failures[0].case == "split-in-two splits long texts"


@pytest.mark.parametrize(("right", "wrong"), ASSERTIONS)
def test_assertions(right: str, wrong: str, tmp_path: Path) -> None:
    for name, assertion, holds in (("right", right, True), ("wrong", wrong, False)):
        write(tmp_path / name, "thing", a_spec(assertion), "return 1")
        (row,) = read_exercism(tmp_path / name)
        assert row.unsupported is None
        assert answered(row, "return 1").ok is holds


def test_equality_of_the_answer_counts_where_both_values_are_its_own(tmp_path: Path) -> None:
    code = "local T = { __eq = function() return true end } return function() return setmetatable({ {} }, T) end"
    write(tmp_path / "own", "thing", a_spec("assert.equal(it_is(), it_is())"), code)
    write(tmp_path / "ours", "thing", a_spec("assert.same({ 1 }, it_is())", "assert.equal({ 1 }, it_is())"), code)
    assert answered(read_exercism(tmp_path / "own")[0], code).ok
    assert not answered(read_exercism(tmp_path / "ours")[0], code).ok


@pytest.mark.parametrize("attack", [
    "assert = nil describe = nil return setmetatable({}, { __index = function() return function() end end })",
    "it = function() end test = it return { new = function() error('stop') end }",
    "return nil",
    "while true do end",
])  # fmt: skip
def test_the_answer_does_not_reach_the_tests(attack: str, track: Path) -> None:
    lamp = next(row for row in read_exercism(track) if row.id == "desk-lamp")
    assert not answered(lamp, attack).ok


@pytest.mark.parametrize(("spec", "example", "reason"), [
    (a_spec("assert.equal(1, 1)"), None, "no example"),
    (a_spec("assert.equal(1, 1)"), "for i = 1, 2 do goto on ::on:: end return 1", "its example, line 1: goto"),
    (a_spec("assert.equal(1, math.type(1))"), "return 1", "its spec: math.type"),
    (a_spec("local say = require('say')"), "return 1", "its spec: require of 'say'"),
    (a_spec("local s = mock({})"), "return 1", "its spec: mock of busted"),
])  # fmt: skip
def test_what_luau_cannot_run_is_named(spec: str, example: str | None, reason: str, tmp_path: Path) -> None:
    write(tmp_path, "thing", spec, example)
    (row,) = read_exercism(tmp_path)
    assert row.unsupported is not None
    assert reason in row.unsupported


@pytest.mark.parametrize("assertion", ["assert.equal('2.0', it_is())", "assert.is_wonderful(it_is())"])
def test_an_example_that_does_not_pass_makes_its_row_unsupported(assertion: str, tmp_path: Path) -> None:
    write(tmp_path, "thing", a_spec(assertion), "return function() return tostring(2.0) end")
    (row,) = proved(read_exercism(tmp_path))
    assert row.unsupported is not None
    assert row.unsupported.startswith("its reference does not pass here: thing works")


def test_the_configuration_names_the_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        "thing",
        "assert(require('other'))\ndescribe('x', function() it('y', function() end) end)",
        "return 1",
        name="other",
    )
    (row,) = read_exercism(tmp_path)
    assert row.unsupported is None
    assert "`other`" in row.prompt


def test_what_is_no_track(tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "no", "there is no folder"), (tmp_path, "holds no exercise")):
        with pytest.raises(SuiteError, match=words):
            read_exercism(folder)
    (write(tmp_path, "thing", a_spec(), "return 1") / ".meta" / "config.json").write_text("[")
    with pytest.raises(SuiteError, match=r"config\.json is not"):
        read_exercism(tmp_path)
