"""After a mistake the parser goes on: a second one is found, and one mistake is one problem."""

import pytest

from scorers.language import parse
from tests.scorers.language.corpus import rows

MIN_SINGLE = 0.93
GOOD = "local function f(x)\n\tif x then\n\t\treturn { a = 1 }\n\tend\n\treturn nil\nend\n"
MISTAKES = [
    "local x = ",
    "local x = f(1 2)",
    "local t = { a = 1 b = 2 }",
    "if x the f() end",
    "x.y.z",
    "lcoal y = 1",
    "for i = 1 3 do f() end",
    "print('a)",
    "local s = '\\xZZ'",
    "while x != 1 do end",
    "local function g(a b) end",
    "x = = 1",
    "const y",
    "break",
    "f(function() return 1 end",
    "local a: = 1",
    "const z = 1 z = 2",
    "let w = 5",
    "foo => 1",
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_on_its_line(mistake: str) -> None:
    errors = parse(GOOD + mistake + "\n" + GOOD).errors
    assert [error.line for error in errors] == [7]


@pytest.mark.parametrize("first", MISTAKES)
@pytest.mark.parametrize("second", ["local x = f(1 2)", "x.y.z", "local s = 'a", "if x the f() end"])
def test_a_second_mistake_is_found(first: str, second: str) -> None:
    errors = parse(GOOD + first + "\n" + GOOD + second + "\n" + GOOD).errors
    assert [error.line for error in errors] == [7, 14]


def test_three_mistakes_in_nested_blocks() -> None:
    source = (
        "local function f()\n\tif x = 1 then\n\t\tlocal t = { a = 1, b 2 }\n\tend\n\tfor _, v in t do\n\t\tv.x++\n\tend\nend\n"
    )
    assert [error.line for error in parse(source).errors] == [2, 3, 6]


def test_most_broken_rows_have_one_problem() -> None:
    single = sum(len(parse(row["code"]).errors) == 1 for row in rows("broken"))
    assert single >= MIN_SINGLE * len(rows("broken"))


@pytest.mark.parametrize(
    ("source", "line", "part"),
    [
        ("local function f()\n\tif x then\n\t\tg()\n\tlocal y = 1\nend\n", 4, "`end`"),
        ("f(function()\n\tg()\n)\n", 3, "`end`"),
        ("if a then\n\tf()\nelse if b then\n\tg()\nend\n", 3, "elseif"),
        ("local x = 1\nend\n", 2, "`end`"),
        ("local t = {\n\ta = 1,\n\nlocal y = 2\n", 2, "line 1"),
        ("f(1,\nlocal x = 2\n", 1, "`,`"),
        ("repeat\n\tf()\nend\n", 3, "until"),
        ("if a then\n\tf()\nelse\n\tg()\nelse\n\th()\nend\n", 5, "else"),
        ("local end = 1", 1, "word of the language"),
        ("local way-index = 1", 1, "way_index"),
        ("local function a.b() end", 1, "remove `local`"),
        ("local functoin f()\n\tg()\nend\n", 1, "`function`"),
        ("retrun x", 1, "`return`"),
        ("x == 1", 1, "assign"),
        ("Here is the code you asked for:\nlocal x = 1", 1, "comment"),
        ("x:y = 1", 1, "dot"),
        ("return f() 1", 1, "operator"),
        ("local function f(): number, string end", 1, "brackets"),
    ],
)
def test_the_first_problem_says_where_and_what(source: str, line: int, part: str) -> None:
    errors = parse(source).errors
    assert errors[0].line == line
    assert part in f"{errors[0].message} {errors[0].hint}"


def test_a_literal_that_swallows_the_rest_is_the_only_problem() -> None:
    assert len(parse("f(function()\n\tlocal s = [[ a\nend)\n").errors) == 1
    assert len(parse("f(function()\n--[[ a\nend)\n").errors) == 1


@pytest.mark.parametrize(
    "mistake", ["x = = 1", "local x <const> = 1;", "f(", "end", "}", ")", "'a", "let x = 1", "class X {", "lcoal x"]
)
def test_many_mistakes_end(mistake: str) -> None:
    assert 1 <= len(parse(f"{mistake}\n" * 300).errors) <= 101


def test_messages_show_no_names_of_the_parser() -> None:
    for row in rows("broken"):
        for error in parse(row["code"]).errors:
            assert "`<eof>`" not in error.message
            assert "closing bracket" not in error.message
            assert "`number` is a word" not in (error.hint or "")


def test_the_tree_of_broken_code_keeps_what_could_be_read() -> None:
    unit = parse("local a = 1\nlocal b = f(1 2)\nlocal c = = 3\n")
    assert [variable.name for variable in unit.variables] == ["a", "b", "c"]
