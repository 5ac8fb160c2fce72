"""The quality scorer, check by check, and that nothing can be stuffed to raise it."""

import pytest

from scorers.score import score
from tests.scorers.checks import ACCEPTED, found

DEEP = "if a then " * 6 + "f() " + "end " * 6
LONG = "local function f()\n" + "g()\n" * 90 + "end\nf()"

FIRING = {
    "placeholder": [
        "-- your code here",
        "x() -- Add your logic here",
        "-- placeholder implementation\nx()",
        'error("not implemented")',
    ],
    "elision": ["f()\n-- ...", "-- rest of the code\nf()", "f() -- ... existing code ...", "--[[ ... ]] f()"],
    "todo": ["-- TODO: write this\nf()", "f() -- FIXME", "--[[ XXX ]] f()"],
    "empty-function": [
        "local function f() end",
        "function M.f(): number\n-- nothing\nend",
        "local f = function(x) end",
    ],
    "commented-out-code": ["-- local x = 1\nf()", "-- print(x)\nf()", "f()\n-- if x then", "-- part:Destroy()\nf()"],
    "deep-nesting": [DEEP, "while a do " + DEEP + "end", "local function f() " + DEEP + "end"],
    "long-function": [LONG, "return function()\n" + "g()\n" * 81 + "end", "M.f = function()\n" + "g()\n" * 100 + "end"],
    "long-line": ["f(" + "a, " * 50 + "a)", "local s = '" + "x" * 120 + "'", "return " + "a + " * 40 + "a"],
    "magic-number": ["if x > 37 then f() end", "return x == 0.73", "while n < 250 do f() end"],
    "mixed-naming": [
        "local my_a, my_b, myC, myD = 1",
        "local one_x, oneX = 1\nlocal two_x, twoX = 2",
        "local function f(a_b, c_d, eF, gH) end",
    ],
    "unused-local": ["local x = 1", "local function f() g() end", "local a, b = 1, 2\nreturn a"],
    "print-left-in": ["print(1)", "if x then print(x) end", "local function f() print('x') end"],
}

SILENT = {
    "placeholder": [
        "-- runs your codec\nf()",
        "local s = 'your code here'",
        'error("bad key")',
        "x.Id = 1 -- placeholder",
    ],
    "elision": ["-- waits... then goes\nf()", "return ...", "local s = '-- ...'"],
    "todo": ["-- todos are kept in a list\nf()", "local TODO = 1", "return 'TODO'"],
    "empty-function": ["f(function() end)", "local function f() return end", "function M.f() g() end"],
    "commented-out-code": [
        "-- local players only\nf()",
        "-- returns the player\nf()",
        "-- if the part is gone, stop\nf()",
    ],
    "deep-nesting": [
        "if a then if b then f() end end",
        "f({{{{{{1}}}}}})",
        "return if a then 1 else if b then 2 else 3",
    ],
    "long-function": ["g()\n" * 100, "local function f()\n" + "-- c\n" * 100 + "end", "local function f() g() end"],
    "long-line": ["f() -- " + "c" * 200, "f(1)", "local s = [[\n" + "x" * 200 + "]]"],
    "magic-number": ["if x > 0 then f() end", "local LIMIT = 37", "return Vector3.new(4, 5, 6)"],
    "mixed-naming": ["local myA, myB, my_c = 1", "local MAX_A, MAX_B, myA, myB = 1", "local a_b, c_d = 1"],
    "unused-local": ["local x = 1 return x", "local _ = f()", "for i = 1, 3 do g() end", "f(function(a, b) end)"],
    "print-left-in": ["local print = log\nprint(1)", "log.print(1)", "-- print\nf('print(1)')"],
}

GOOD = "local function add(a, b)\n\treturn a + b\nend\n\nreturn add\n"


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in FIRING.items() for code in codes])
def test_fires(check: str, code: str) -> None:
    report = score(code, compiled=ACCEPTED)
    assert check in {diagnostic.check for diagnostic in report.diagnostics}
    assert report.scores["quality"] < 1.0


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in SILENT.items() for code in codes])
def test_stays_silent(check: str, code: str) -> None:
    assert check not in found(code)


@pytest.mark.parametrize("code", [GOOD, *(code for codes in FIRING.values() for code in codes)])
@pytest.mark.parametrize(
    "comment", ["-- Adds two numbers and returns the sum.", "--!strict", "--[[ SECTION: helpers ]]", "-- TODO"]
)
def test_comments_never_raise_the_score(code: str, comment: str) -> None:
    stuffed = "\n".join(f"{comment}\n{line}" for line in code.split("\n")) + f"\n{comment}\n"
    assert score(stuffed, compiled=ACCEPTED).scores["quality"] <= score(code, compiled=ACCEPTED).scores["quality"]


def test_finished_code_scores_one() -> None:
    assert score(GOOD, compiled=ACCEPTED).scores["quality"] == 1.0


def test_a_placeholder_costs_much() -> None:
    assert score("local function f()\n-- your code here\nend\nreturn f", compiled=ACCEPTED).scores["quality"] <= 0.5
