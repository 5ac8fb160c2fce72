"""The lexer: every lexical form of Luau 0.735, no exception, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.language import canonical_tokens
from scorers.language.escapes import string_value
from scorers.language.position import COLUMN_MASK, line_of
from scorers.language.statements import Block
from scorers.language.tokens import BAD, NAME, NUMBER, STRING, Tokens, tokenize
from scorers.language.unit import Unit

PIECES = [
    "--",
    "[[",
    "]]",
    "[=[",
    "`",
    "{",
    "}",
    '"',
    "'",
    "\\",
    "\\z",
    "\n",
    "\r\n",
    "\0",
    "0x",
    "1e",
    ".",
    "é",
    "if",
    "\ufeff",
    "#!",
    " ",
]
SOURCES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))
SYMBOLS = "... ..= .. //= // -> :: == ~= <= >= += -= *= /= %= ^= + - * / % ^ # < > = ( ) [ ] ; : , . ? | & @ { }"


def kinds(source: str) -> list[str]:
    return tokenize(source).kinds[:-1]


def texts(source: str) -> list[str]:
    return tokenize(source).texts[:-1]


def messages(source: str) -> list[str]:
    return [problem.message for problem in tokenize(source).problems]


@pytest.mark.parametrize(
    "source", ["1", "1.5", ".5", "5.", "1e10", "1E-3", "1_000", "0xFF_ff", "0b1010", "0B1", "0XaB", "10i", "0xffi", "1_0.5e+1_0"]
)
def test_number(source: str) -> None:
    assert (kinds(source), messages(source)) == ([NUMBER], [])


@pytest.mark.parametrize("source", ["0x", "0b2", "1e", "1e+", "1..2", "3x", "1.2.3", "0xg", "1.5i", "0b", "0x1p4"])
def test_a_malformed_number_is_one_token(source: str) -> None:
    assert kinds(source) == [NUMBER]
    assert [message.split(" `")[0] for message in messages(source)] == ["malformed number"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('""', ""),
        ("'a\\'b'", "a'b"),
        ("'\\\\'", "\\"),
        ('"\\z  \n  x"', "x"),
        ('"a\\\nb"', "a\nb"),
        ('"a\\\r\nb"', "a\nb"),
        ('"\\u{1F600}\\x41\\065\\t"', "😀AA\t"),
        ("[[\na\n]]", "a\n"),
        ("[==[ ]] ]=] ]==]", " ]] ]=] "),
    ],
)
def test_string(source: str, value: str) -> None:
    assert (kinds(source), messages(source)) == ([STRING], [])
    assert string_value(source) == value


@pytest.mark.parametrize("escape", ["\\x4", "\\xg0", "\\256", "\\u{110000}", "\\u{}", "\\u0041", "\\u{41"])
def test_a_malformed_escape_is_blamed_where_it_stands(escape: str) -> None:
    (problem,) = tokenize(f'x = "ab{escape}"').problems
    assert "escape" in problem.message
    assert problem.column == 8


@pytest.mark.parametrize("source", ['"abc', "'", '"a\\', "[[abc", "[==[ ]]", "`abc", "--[[ abc", '"\\"'])
def test_an_unfinished_literal_is_a_problem(source: str) -> None:
    assert [message.split(" ")[0] for message in messages(source)] == ["unfinished"]


@pytest.mark.parametrize(
    "source", ["-- a", "--", "--[[ a\nb ]]", "--[=[ ]] ]=]", "--[ a", "--[= a", "#!/usr/bin/luau", "--!strict"]
)
def test_comment(source: str) -> None:
    tokens = tokenize(source)
    assert (tokens.texts, [comment.text for comment in tokens.comments]) == ([""], [source])


def test_an_unfinished_string_ends_with_its_line() -> None:
    assert texts('x = "abc\nlocal y') == ["x", "=", '"abc', "local", "y"]


def test_nested_interpolation() -> None:
    source = "`a {f({x = `b {1} c`})} d {2} e`"
    assert texts(source) == ["`a {", "f", "(", "{", "x", "=", "`b {", "1", "} c`", "}", ")", "} d {", "2", "} e`"]
    assert messages(source) == []


def test_a_doubled_brace_is_a_problem() -> None:
    assert messages("`{{x}}`")


def test_symbols_take_the_longest_match() -> None:
    assert texts(SYMBOLS) == kinds(SYMBOLS) == SYMBOLS.split()


@pytest.mark.parametrize("source", ["!", "!=", "~", "$", "\\", "é", "“", "\x7f", "&&", "||"])
def test_what_is_no_token(source: str) -> None:
    assert kinds(source) == [BAD]


def test_contextual_keywords_are_names() -> None:
    assert set(kinds("continue type export const typeof self")) == {NAME}
    assert kinds("and end elseif repeat until") == ["and", "end", "elseif", "repeat", "until"]


def test_positions_count_lines_over_crlf_and_long_strings() -> None:
    tokens = tokenize("a\r\n [[\n\n]] b\r\nc")
    places = [(text[:2], line_of(start), start & COLUMN_MASK) for text, start in zip(tokens.texts, tokens.starts, strict=True)]
    assert places == [("a", 1, 1), ("[[", 2, 2), ("b", 4, 4), ("c", 5, 1), ("", 5, 2)]


def pieces(source: str, tokens: Tokens) -> list[tuple[int, int, str]]:
    """Tokens and comments with their offsets."""
    unit = Unit(source, tokens, Block(0, 0, []))
    spans = [*zip(tokens.starts, tokens.ends, tokens.texts, strict=True), *tokens.comments]
    return sorted((unit.offset(start), unit.offset(end), text) for start, end, text in spans)


@given(SOURCES)
def test_tokens_comments_and_gaps_give_the_source_back(source: str) -> None:
    last = 0
    for start, end, text in pieces(source, tokenize(source)):
        gap = source[last:start].removeprefix("\ufeff" if last == 0 else "")
        assert gap.replace("\0", "").strip(" \t\r\n\v\f") == ""
        assert source[start:end] == text
        last = end
    assert last == len(source)


def test_canonical_tokens_ignore_layout_and_comments() -> None:
    assert canonical_tokens("local x=1 -- one\n--[[ two ]]return x") == ("local", "x", "=", "1", "return", "x")
    assert canonical_tokens("x = 'a'") != canonical_tokens("x = 'b'")
