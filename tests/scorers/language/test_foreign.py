"""Code of other languages is called by its name, with the Luau way beside it; what is no error is left alone."""

import pytest

from scorers.language import parse
from tests.scorers.language.corpus import rows

C_FAMILY = {"C", "C++", "C#", "Java", "JavaScript", "TypeScript"}
MIN_NAMED = 0.95

IDIOMS = [
    ("def f(x):\n  x()\nend", "Python", "local function"),
    ("if a then elif b then end", "Python", "elseif"),
    ("for x in items:\n  f(x)\nend", "Python", "end"),
    ("local x = [i for i in y]", "Python", "loop"),
    ("local f = lambda x: x", "Python", "function(x)"),
    ("local y = a if b else c", "Python", "if condition then"),
    ("local x = 2 ** 3", "Python", "^"),
    ("print \"%s\" % x", "Python", "string.format"),
    ("# text", "Python", "-- comment"),
    ("if x is None then end", "Python", "=="),
    ("words: list[str] = x", "Python", "local"),
    ("let x = 1", "JavaScript", "local"),
    ("f(x => x + 1)", "JavaScript", "function(x)"),
    ("f((a, b) => {\n  g(a)\n})", "JavaScript", "function(x)"),
    ("local x = a ?? b", "JavaScript", "or"),
    ("local x = a?.b", "JavaScript", "nil"),
    ("f(...args)", "JavaScript", "table.unpack"),
    ("export default x", "JavaScript", "return"),
    ("if (a === b) then end", "JavaScript", "=="),
    ("local x = y as Part", "TypeScript", "::"),
    ("interface A {\n}", "TypeScript", "type Name"),
    ("local x: number[] = y", "TypeScript", "{ Type }"),
    ("type A = (x: B) => void", "TypeScript", "->"),
    ("while (x) {\n  f()\n}", "C/JavaScript", "end"),
    ("for (int i = 0; i < n; i++) {\n  f()\n}", "C/JavaScript", "for i"),
    ("if a != b then end", "C/JavaScript", "~="),
    ("if a && b then end", "C/JavaScript", "and"),
    ("x++", "C/JavaScript", "+="),
    ("x--", "C/JavaScript", "-="),
    ("local x = a ? b : c", "C/JavaScript", "if condition"),
    ("// don't", "C/JavaScript", "-- comment"),
    ("int x = 1;", "C", "local name"),
    ("a->b = 1", "C++", "object.field"),
    ("print($\"{x}\")", "C#", "`text {value}`"),
    ("x := 1", "Go", "local"),
    ("fn f() end", "Rust", "local function"),
    ("unless x\n  f()\nend", "Ruby", "not"),
    ("local x <const> = 1", "Lua 5.4", "const"),
    ("goto done", "Lua 5.4", "continue"),
    ("local x = a & b", "Lua 5.4", "bit32.band"),
    ("local x = ~a", "Lua 5.4", "bit32.bnot"),
    ("local x = “a”", "word processor", "quotes"),
    ("```lua\nlocal x", "Markdown", "remove"),
]  # fmt: skip


def is_right(language: str | None, wanted: str) -> bool:
    """Whether a label names the language, or the family of C for one of its heirs."""
    return language is not None and (
        wanted in language or (wanted in C_FAMILY and any(one in language for one in ("C/", "JavaScript")))
    )


@pytest.mark.parametrize(("source", "language", "hint"), IDIOMS)
def test_an_idiom_is_named(source: str, language: str, hint: str) -> None:
    error = parse(source).errors[0]
    assert error.line == 1
    assert language in (error.language or "")
    assert hint in (error.hint or "")


def test_foreign_rows_are_named() -> None:
    foreign = [row for row in rows("broken") if row["foreign"]]
    missed = [
        row["id"] for row in foreign if not any(is_right(error.language, row["foreign"]) for error in parse(row["code"]).errors)
    ]
    assert len(missed) <= (1 - MIN_NAMED) * len(foreign), missed


@pytest.mark.parametrize(
    "source",
    [
        "local x = = 1 -- a != b && c",
        'local s = "let x = a ?? b" y',
        "local x = [=[ x => y ]=] y",
        "local s = `a && {b}` c",
        "local function f(a: (...any) -> ): () end",
        "type A<T..., U> = (T...) -> U",
        "local x = a:b<<T>() y",
        "local ok = a // b c",
    ],
)
def test_strings_comments_and_types_are_no_idioms(source: str) -> None:
    assert [error.language for error in parse(source).errors if error.language] == []


def test_code_without_errors_has_no_findings() -> None:
    assert parse("let(x) def.y = f{} local class, import, lambda = 1, 2, 3 x = a // b").errors == ()
