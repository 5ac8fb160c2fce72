"""The lexer: every lexical form of Luau 0.735, no exception, linear time, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.blocks import outline
from scorers.lexer import Kind, canonical_tokens, string_value, tokenize

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


def kinds(source: str) -> list[str]:
    return [token.kind.value for token in tokenize(source)]


def texts(source: str) -> list[str]:
    return [token.text for token in tokenize(source)]


@pytest.mark.parametrize(
    "source",
    ["1", "1.5", ".5", "5.", "1e10", "1E-3", "1_000", "0xFF_ff", "0b1010", "0B1", "0XaB", "10i", "0xffi", "1_0.5e+1_0"],
)
def test_number(source: str) -> None:
    assert kinds(source) == ["number"]


@pytest.mark.parametrize("source", ["0x", "0b2", "1e", "1..2", "3x", "1.2.3", "0xg", "1.5i", "0b"])
def test_malformed_number_is_one_error_token(source: str) -> None:
    assert kinds(source) == ["error"]


@pytest.mark.parametrize(
    "source",
    [
        '""',
        "''",
        '"a\\"b"',
        "'\\\\'",
        '"\\z  \n  x"',
        '"a\\\nb"',
        '"a\\\r\nb"',
        '"\\u{1F600}\\x41\\065"',
        "[[a\n]]",
        "[==[ ]] ]=] ]==]",
    ],
)
def test_string(source: str) -> None:
    assert kinds(source) == ["string"]


@pytest.mark.parametrize("source", ['"abc', "'", '"a\\', "[[abc", "[==[ ]]", "`abc", "--[[ abc", '"\\"', "[="])
def test_unfinished_literal_is_an_error(source: str) -> None:
    assert kinds(source) == ["error"]


@pytest.mark.parametrize(
    "source", ["-- a", "--", "--[[ a\nb ]]", "--[=[ ]] ]=]", "--[ a", "--[= a", "#!/usr/bin/luau", "--!strict"]
)
def test_comment(source: str) -> None:
    assert kinds(source) == ["comment"]


def test_unfinished_string_ends_with_its_line() -> None:
    assert texts('x = "abc\nlocal y') == ["x", "=", '"abc', "local", "y"]


def test_interpolated_string_without_code() -> None:
    assert kinds("`a \\{ \\u{41} \\` b`") == ["interp_simple"]


def test_nested_interpolation() -> None:
    source = "`a {f({x = `b {1} c`})} d {2} e`"
    assert texts(source) == ["`a {", "f", "(", "{", "x", "=", "`b {", "1", "} c`", "}", ")", "} d {", "2", "} e`"]
    assert [kind for kind in kinds(source) if kind.startswith("interp")] == [
        "interp_begin",
        "interp_begin",
        "interp_end",
        "interp_mid",
        "interp_end",
    ]


def test_doubled_brace_is_an_error() -> None:
    assert kinds("`{{x}}`")[0] == "error"


SYMBOLS = "... ..= .. //= // -> :: == ~= <= >= += -= *= /= %= ^= + - * / % ^ # < > = ( ) [ ] ; : , . ? | & @ { }"


def test_symbols_take_the_longest_match() -> None:
    assert texts(SYMBOLS) == SYMBOLS.split()
    assert set(kinds(SYMBOLS)) == {"symbol"}


@pytest.mark.parametrize("source", ["!", "!=", "~", "$", "\\", "é", "“", "\0", "\x7f"])
def test_unknown_character_is_an_error(source: str) -> None:
    assert kinds(source) == ["error"]


def test_contextual_keywords_are_names() -> None:
    assert set(kinds("continue type export const typeof self")) == {"name"}
    assert set(kinds("and end elseif repeat until")) == {"keyword"}


def test_positions_count_lines_over_crlf_and_long_strings() -> None:
    found = [(token.text[:2], token.line, token.column) for token in tokenize("\ufeffa\r\n [[\n\n]] b\r\nc")]
    assert found == [("a", 1, 2), ("[[", 2, 2), ("b", 4, 4), ("c", 5, 1)]


@given(SOURCES)
def test_tokens_and_gaps_give_the_source_back(source: str) -> None:
    end = 0
    for token in tokenize(source):
        gap = source[end : token.start].removeprefix("\ufeff" if end == 0 else "")
        assert gap.strip(" \t\r\n\v\f") == ""
        assert source[token.start : token.end] == token.text != ""
        assert token.line == source.count("\n", 0, token.start) + 1
        end = token.end
    assert source[end:].removeprefix("\ufeff" if end == 0 else "").strip(" \t\r\n\v\f") == ""


@given(SOURCES)
def test_outline_accepts_any_text(source: str) -> None:
    out = outline(source)
    assert len(out.opener) == len(out.code)
    assert all(opener < closer for opener, closer in out.pair.items())


@pytest.mark.parametrize("unit", ["local x = f(1) -- c\n", '"\\z   ', "`{", "(", "[=", "--[==[", "\\", "0x1_", "é", "if x then "])
def test_a_megabyte_is_one_pass(unit: str) -> None:
    # Anything worse than linear would not come back from a megabyte within the life of a test run.
    source = unit * (1_000_000 // len(unit))
    assert tokenize(source)[-1].end == len(source.rstrip(" \n"))


def test_canonical_tokens_ignore_layout_and_comments() -> None:
    assert canonical_tokens("local x=1 -- one\n--[[ two ]]return x") == ("local", "x", "=", "1", "return", "x")
    assert canonical_tokens("local  x\n=\n1\nreturn x") == canonical_tokens("local x=1 return x")
    assert canonical_tokens("x = 'a'") != canonical_tokens("x = 'b'")


@pytest.mark.parametrize(("source", "value"), [('"a b"', "a b"), ("''", ""), ("[[a]]", None), ('"\\n"', None), ("x", None)])
def test_string_value(source: str, value: str | None) -> None:
    assert string_value(tokenize(source)[0]) == value


def test_blocks_tell_if_expressions_from_statements() -> None:
    out = outline("local a = if x then if y then 1 else 2 else 3\nif a then f(if b then 1 elseif c then 2 else 3) end\nreturn a")
    statements = [index for index in out.blocks if out.texts[index] == "if"]
    assert [out.code[index].line for index in statements] == [2]
    assert out.text(out.closer(statements[0])) == "end"
    assert out.opener[-1] == -1


def test_declared_names() -> None:
    source = (
        "local a: { n: number }, b: (x: T) -> (), c = 1\nfor i, v in t do end\n"
        "local function f<T>(p: Map<K, V>, ...: any) end\nfunction M.g(q) end"
    )
    assert set(outline(source).declared) == {"a", "b", "c", "i", "v", "f", "p", "q"}


def test_function_names_and_bodies() -> None:
    functions = outline("function M.a() end function M:b(): number? return 1 end local c = function(x: T): T end").functions
    assert [(f.name, f.end - f.body) for f in functions] == [("M.a", 0), ("M:b", 2), ("", 0)]


def test_kinds_are_complete() -> None:
    assert {kind.value for kind in Kind} >= {"name", "keyword", "number", "string", "symbol", "comment", "error"}
