"""The changes that mutants make to a source, one operator after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.mutation import all_mutants
from eval.mutation.answers import source_mutants
from scorers.language import parse

FUNCTION = "function f(a, b, ...) {} end"


def changes(code: str) -> dict[str, str]:
    """Label without the place -> the whole changed source, for the first mutant of that name."""
    return {mutant.label.partition(" ")[2]: mutant.answer for mutant in reversed(source_mutants(code))}


def in_function(body: str) -> dict[str, str]:
    head, tail = FUNCTION.split("{}")
    found = changes(f"{head}{body}{tail}")
    assert all(code.startswith(head) and code.endswith(tail) for code in found.values())
    return {label: code.removeprefix(head).removesuffix(tail).strip() for label, code in found.items()}


@pytest.mark.parametrize(
    ("code", "label", "changed"),
    [
        ("return a == b", "== to ~=", "return a ~= b"),
        ("return a < b", "< to >=", "return a >= b"),
        ("return a < b", "< to <=", "return a <= b"),
        ("return a >= b", ">= to >", "return a > b"),
        ("return a * b", "* to /", "return a / b"),
        ("return a // b", "// to /", "return a / b"),
        ("return -a", "drop -", "return a"),
        ("return not a", "drop not", "return a"),
        ("return not (a and b)", "drop not", "return (a and b)"),
        ("return a and b", "and to or", "return a or b"),
        ("return a .. b", "swap ..", "return b .. a"),
        ("return a .. b .. ...", "swap ..", "return b .. a .. ..."),
        ("a += b", "+= to -=", "a -= b"),
        ("a ..= b", "..= to =", "a = b"),
        ("return 7", "7 to 8", "return 8"),
        ("return 7", "7 to 6", "return 6"),
        ("return 7", "7 to 0", "return 0"),
        ("return 0", "0 to -1", "return (-1)"),
        ("return 0.5", "0.5 to 1.5", "return 1.5"),
        ("return 0x10", "0x10 to 17", "return 17"),
        ("return 1_000", "1_000 to 1001", "return 1001"),
        ('return "x"', "empty string", 'return ""'),
        ('return ""', "fill string", 'return "x"'),
        ("return `{a}!`", "empty string", 'return ""'),
        ("return true", "true to false", "return false"),
        ("for i = 1, #a do b() end", "last - 1", "for i = 1, (#a) - 1 do b() end"),
        ("for i = 1, b do a[i]() end", "index + 1", "for i = 1, b do a[i + 1]() end"),
        ("return a[#a]", "index - 1", "return a[(#a) - 1]"),
        ("if a then b() end", "negate", "if not (a) then b() end"),
        ("if a then b() end", "always", "if true then b() end"),
        ("if a then b() end", "never", "if false then b() end"),
        ("return if a then b else 1", "never", "return if false then b else 1"),
        ("while a do b() end", "never", "while false do b() end"),
        ("repeat b() until a", "only once", "repeat b() until true"),
        ("if a then return end b()", "drop guard", "do end b()"),
        ("for _ in a do if b then continue end b() end", "drop guard", "for _ in a do do end b() end"),
        ("b()", "drop statement", "do end"),
        ("a.x = b", "drop statement", "do end"),
        ("while a do b() break end", "drop break", "while a do b() do end end"),
        ("return a", "return nil", "return nil"),
        ("return a, b", "drop last result", "return a"),
        ("return g(a, b)", "swap arguments 1 and 2", "return g(b, a)"),
        ("return a:m(1, b, 3)", "swap arguments 2 and 3", "return a:m(1, 3, b)"),
    ],
)
def test_operator(code: str, label: str, changed: str) -> None:
    assert in_function(code)[label] == changed


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("return math.max(a, b)", {"return nil"}),  # the order of these means nothing
        ('error("bad " .. a)', {"drop statement"}),  # the words are nobody's to test
        ('assert(a, "bad")', {"drop statement", "swap arguments 1 and 2"}),
        ('warn("careful")', set()),
        ('if a then error("bad", 2) end', {"negate", "always", "drop guard"}),  # without the call the guard is gone
        ("return a[b]", {"return nil"}),  # it may be no number
        ("return nil", set()),
        ("local x: { [string]: number } = a", set()),  # types do nothing
    ],
)
def test_what_is_left_alone(code: str, labels: set[str]) -> None:
    assert set(in_function(code)) == labels


def test_what_the_script_returns_stays() -> None:
    assert changes("local M = a\nreturn M") == {}


def test_a_label_says_where_and_a_mutant_what_changed() -> None:
    (mutant,) = [mutant for mutant in source_mutants("local x = 1\n\nlocal y = x >= z") if ">= to >" in mutant.label]
    assert mutant.label == "3:13 >= to >"
    assert (mutant.before, mutant.after) == ("local y = x >= z", "local y = x > z")


def test_lines_keep_their_numbers() -> None:
    code = "if a then\n\treturn 1\nend\nlocal last = 2"
    (dropped,) = [mutant.answer for mutant in source_mutants(code) if "drop guard" in mutant.label]
    assert dropped.split("\n")[3] == "local last = 2"


def test_the_same_text_is_made_once_and_never_the_reference() -> None:
    for mutants in (all_mutants("return { 1 - 1, 0 > 0, 'a' .. 'a' }", "module"), all_mutants("f(0, 0)", "script")):
        answers = [mutant.answer for mutant in mutants]
        assert len(answers) == len(set(answers)) > 0
        assert len({mutant.label for mutant in mutants}) == len(mutants)


def test_code_that_does_not_parse_has_no_mutants() -> None:
    assert all_mutants("if x then 1 + ", "script") == []


WORDS = st.sampled_from(
    ["a", "b", "1", "'s'", "(a)", "a < b", "not a", "a .. b", "#a", "{ a, b }", "f(a, b)", "a[1]", "if a then b else 1"]
)
STATEMENTS = st.one_of(
    st.builds("local x = {}".format, WORDS),
    st.builds("if {} then\n\treturn {}\nend".format, WORDS, WORDS),
    st.builds("for i = 1, {} do\n\tf(i, {})\nend".format, WORDS, WORDS),
    st.builds("while {} do break end".format, WORDS),
    st.builds("a.b = {}; a.c += {}".format, WORDS, WORDS),
)


@given(st.lists(STATEMENTS, max_size=5))
def test_every_mutant_parses(statements: list[str]) -> None:
    code = f"function g(a, b, f)\n{chr(10).join(statements)}\nend"
    for mutant in source_mutants(code):
        assert not parse(mutant.answer).errors, mutant.label
        assert mutant.answer.count("\n") == code.count("\n")
