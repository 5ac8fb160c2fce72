"""Luau's lexis (release 0.735) as a flat list of tokens with positions. Never raises and runs in linear time.

Written after `Lexer.cpp` of luau-lang/luau. What that lexer calls broken (an unfinished string, a malformed number, a
character that starts no token) becomes a token of kind `Kind.ERROR`. The words `continue`, `type`, `export` and `const`
are names.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

_KEYWORDS = """
and break do else elseif end false for function if in local nil not or repeat return then true until while
"""
KEYWORDS = frozenset(_KEYWORDS.split())


class Kind(StrEnum):
    """What a token is.

    An interpolated string is one `INTERP_SIMPLE`, or else `INTERP_BEGIN`, code, `INTERP_MID`, code, ..., `INTERP_END`.
    """

    NAME = "name"
    KEYWORD = "keyword"
    NUMBER = "number"
    STRING = "string"
    INTERP_SIMPLE = "interp_simple"
    INTERP_BEGIN = "interp_begin"
    INTERP_MID = "interp_mid"
    INTERP_END = "interp_end"
    SYMBOL = "symbol"
    COMMENT = "comment"
    ERROR = "error"


class Token(NamedTuple):
    """One lexeme: `source[start:end] == text`; line and column count from 1, columns in characters."""

    kind: Kind
    text: str
    line: int
    column: int
    start: int
    end: int


_SPACE = r"[ \t\r\n\v\f]*+"
_ESCAPE = rf"\\(?:z{_SPACE}|u\{{[0-9A-Fa-f]*+\}}?|\r\n|[^\0]|\Z)"
# Every repetition is possessive: an unfinished literal costs one scan and never backtracks.
_NEXT = re.compile(
    rf"""{_SPACE}(?:
      (?P<name>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<number>\.?[0-9][0-9._]*+(?:[eE][+-]?)?[0-9A-Za-z_]*+)
    | (?P<long>(?:--)?\[=*+\[)
    | (?P<comment>--[^\r\n\0]*+)
    | (?P<quoted>"(?:[^"\\\r\n\0]|{_ESCAPE})*+"?+ | '(?:[^'\\\r\n\0]|{_ESCAPE})*+'?+)
    | (?P<tick>`)
    | (?P<error>\[=++ | ~(?!=) | !=? | [^\x00-\x7f]++ | [$\\\x00-\x08\x0e-\x1f\x7f])
    | (?P<symbol>\.\.\. | \.\.= | \.\. | //=? | -> | :: | [=~<>+\-*/%^]= | [+\-*/%^\#<>=(){{}}\[\];:,.?|&@])
    )""",
    re.VERBOSE,
)
_INTERP_BODY = re.compile(rf"(?:[^`{{\\\r\n\0]|{_ESCAPE})*+")
_LINE_REST = re.compile(r"[^\r\n]*+")
_NEWLINE = re.compile(r"\n")
_NUMBER = re.compile(
    r"(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|[0-9]+)i?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
)


def tokenize(source: str) -> list[Token]:
    """All tokens of `source`, comments included. The gaps hold only blanks (and a byte order mark at the start)."""
    starts = [0, *(match.end() for match in _NEWLINE.finditer(source)), len(source) + 1]
    line = 0
    tokens: list[Token] = []
    for kind, start, end in _spans(source):
        while starts[line + 1] <= start:
            line += 1
        tokens.append(Token(kind, source[start:end], line + 1, start - starts[line] + 1, start, end))
    return tokens


def canonical_tokens(source: str) -> tuple[str, ...]:
    """Token texts without comments and blanks: equal for two sources that differ only in layout and comments."""
    return tuple(source[start:end] for kind, start, end in _spans(source) if kind is not Kind.COMMENT)


def string_value(token: Token) -> str | None:
    """The text between the quotes of a plain string token; None for other tokens and for literals with escapes."""
    if token.kind is not Kind.STRING or token.text[0] == "[" or "\\" in token.text:
        return None
    return token.text[1:-1]


def _spans(source: str) -> Iterator[tuple[Kind, int, int]]:
    pos = 1 if source.startswith("\ufeff") else 0
    if source.startswith("#!", pos) and (shebang := _LINE_REST.match(source, pos)):
        yield Kind.COMMENT, pos, shebang.end()
        pos = shebang.end()
    braces: list[bool] = []  # one entry per open brace: does it belong to an interpolated string?
    while match := _NEXT.match(source, pos):
        group = match.lastgroup or "error"
        start, pos = match.span(group)
        if group == "name":
            kind = Kind.KEYWORD if source[start:pos] in KEYWORDS else Kind.NAME
        elif group == "symbol":
            kind = Kind.SYMBOL
            if source[start] == "{":
                braces.append(False)
            elif source[start] == "}" and braces and braces.pop():
                kind, pos = _interpolated(source, pos, braces, first=False)
        elif group == "tick":
            kind, pos = _interpolated(source, pos, braces, first=True)
        elif group == "long":
            kind, pos = _long(source, start, pos)
        else:
            kind = _literal_kind(group, source[start:pos])
        yield kind, start, pos


def _literal_kind(group: str, text: str) -> Kind:
    if group == "number":
        return Kind.NUMBER if _NUMBER.fullmatch(text.replace("_", "")) else Kind.ERROR
    if group == "quoted":
        return Kind.STRING if _is_closed(text) else Kind.ERROR
    return Kind(group)


def _is_closed(text: str) -> bool:
    if len(text) < 2 or text[-1] != text[0]:
        return False
    # A closing quote is escaped when an odd number of backslashes stands before it.
    backslashes = len(text) - 1 - len(text[:-1].rstrip("\\"))
    return backslashes % 2 == 0


def _long(source: str, start: int, body: int) -> tuple[Kind, int]:
    is_comment = source[start] == "-"
    level = body - start - 2 - 2 * is_comment
    close = source.find("]" + "=" * level + "]", body)
    if close < 0:
        return Kind.ERROR, len(source)
    return (Kind.COMMENT if is_comment else Kind.STRING), close + level + 2


def _interpolated(source: str, pos: int, braces: list[bool], *, first: bool) -> tuple[Kind, int]:
    """Reads one text part of an interpolated string from `pos` (after the backtick or the closing brace)."""
    body = _INTERP_BODY.match(source, pos)
    end = body.end() if body else pos
    if source.startswith("`", end):
        return (Kind.INTERP_SIMPLE if first else Kind.INTERP_END), end + 1
    if not source.startswith("{", end):
        return Kind.ERROR, end
    braces.append(True)
    if source.startswith("{{", end):  # Luau refuses a doubled brace
        return Kind.ERROR, end + 2
    return (Kind.INTERP_BEGIN if first else Kind.INTERP_MID), end + 1
