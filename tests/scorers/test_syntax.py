"""The syntax scorer: the compiler decides, foreign idioms are explained, valid Luau is never fined."""

import pytest

from scorers.compiler import CompileResult
from scorers.score import score
from tests.scorers.checks import ACCEPTED, found, real_code

REJECTED = CompileResult(ok=False, message="Expected identifier", line=1)

FOREIGN = [
    "def greet(name): return name",
    "if x: print(x)\nelif y: print(y)",
    "class Dog:\n  pass",
    "import os",
    "from os import path",
    "try:\n  f()\nexcept Error:\n  pass",
    "local f = lambda x: x",
    "raise ValueError('bad')",
    "if x is None then end",
    "if x is not y then end",
    "if x not in list then end",
    "# a comment",
    "if x:\n",
    "local s = f'hi' if x else f'ho'",
    '"""docstring"""',
    "local x = 2 ** 3",
    "let x = 1;",
    "var x = 1",
    "const f = (x) => x + 1;",
    "if (x === null) { return }",
    "if (a !== b) then end",
    "if (a != b) then end",
    "if (a && b) then end",
    "if (a || b) then end",
    "if (!a) then end",
    "i++",
    "i--",
    "function f() {\n}",
    "if x then } else { end",
    "const p = new Promise()",
    "const r = await fetch()",
    "async function f() end",
    "switch (x) { case 1: f(); }",
    "// a comment",
    "/* a comment */",
    "int x = 5;",
    "local x = c ? a : b",
    "throw new Error()",
    "try { f(); } catch (e) { return; }",
    "interface Shape {}",
    "local x: string[] = {}",
    "local x <const> = 1",
    "goto done",
    "::done::",
    "local x = 1 << 4",
    "local x = a & b",
    "local x = ~a",
]


@pytest.mark.parametrize("code", FOREIGN)
def test_foreign_idiom_in_rejected_code_has_a_hint(code: str) -> None:
    report = score(code, compiled=REJECTED)
    foreign = [diagnostic for diagnostic in report.diagnostics if diagnostic.check == "foreign-idiom"]
    assert foreign
    assert all(diagnostic.hint for diagnostic in foreign)
    assert report.scores["syntax"] == 0.0
    assert not report.compiles


def test_compiler_error_is_at_its_line() -> None:
    report = score("local a = 1\n  local = 2", compiled=CompileResult(ok=False, message="Expected identifier", line=2))
    error = next(diagnostic for diagnostic in report.diagnostics if diagnostic.check == "syntax-error")
    assert (error.line, error.column, error.message) == (2, 3, "Expected identifier")


def test_rejected_without_a_place_is_at_the_start() -> None:
    report = score("x", compiled=CompileResult(ok=False, message=None, line=None))
    assert [(d.check, d.line) for d in report.diagnostics if d.scorer == "syntax"] == [("syntax-error", 1)]


def test_ambiguous_idioms_count_only_near_the_error() -> None:
    code = "type T = A & B\n\n\n\nlocal = 1"
    assert "foreign-idiom" not in found(code, CompileResult(ok=False, message="m", line=5))
    assert "foreign-idiom" in found(code, CompileResult(ok=False, message="m", line=1))


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("local x = None", "foreign-literal"),
        ("if x == null then end", "foreign-literal"),
        ("return True", "foreign-literal"),
        ("f(False)", "foreign-literal"),
        ("return undefined", "foreign-literal"),
        ("local v = new Vector3(1, 2, 3)", "foreign-keyword"),
        ("local b = await foo()", "foreign-keyword"),
        ('print(f"{x}")', "foreign-keyword"),
        ("print(`${x}`)", "foreign-keyword"),
    ],
)
def test_legal_but_foreign_is_fined(code: str, check: str) -> None:
    report = score(code, compiled=ACCEPTED)
    assert check in {diagnostic.check for diagnostic in report.diagnostics}
    assert 0.0 < report.scores["syntax"] < 1.0


@pytest.mark.parametrize(
    "code",
    [
        "local None = {} return None",
        "return Option.None, t.null, { True = 1 }",
        "-- None null True && || !=\nreturn 1",
        "return 'None == null && x != y'",
        "local a = b // c\nlocal d: number? = nil",
        "const x = 1\nreturn x",
        "local new = Instance.new\nreturn new",
        'local function f(s) return s end\nreturn f"x"',
        "type T = { a: A & B, b: C | nil }\nreturn #t",
        "return `a {x} $`",
    ],
)
def test_valid_luau_is_not_fined(code: str) -> None:
    assert score(code, compiled=ACCEPTED).scores["syntax"] == 1.0


def test_no_false_alarm_on_real_answers() -> None:
    found_in = [score(code, compiled=ACCEPTED).diagnostics for code in real_code()]
    assert [diagnostic for diagnostics in found_in for diagnostic in diagnostics if diagnostic.scorer == "syntax"] == []
