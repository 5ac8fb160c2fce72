"""Escape sequences of quoted and interpolated strings: which are malformed, and what they stand for."""

import re
from typing import NamedTuple

_ESCAPE = re.compile(r"\\(?:z[ \t\r\n\v\f]*+|x[0-9A-Fa-f]{0,2}|u(?:\{[0-9A-Fa-f]*+\}?)?|[0-9]{1,3}|\r\n|.|\Z)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
UNFINISHED = "unfinished string"
_MAX_CODE_POINT = 0x10FFFF


class StringProblem(NamedTuple):
    """Why a literal is malformed; `offset` counts characters from its first quote."""

    message: str
    hint: str
    offset: int
    is_unfinished: bool


def string_problem(text: str) -> StringProblem | None:
    """What is wrong with a quoted literal as written, None where nothing is."""
    if not _is_closed(text):
        return StringProblem(UNFINISHED, f"close it with {text[0]} on the same line", 0, is_unfinished=True)
    if "\\" in text:
        for match in _ESCAPE.finditer(text):
            if not _is_well_formed(match[0]):
                hint = r"escapes are \n, \t, \\, \xHH, \ddd up to 255, \u{H...} up to 10FFFF and \z"
                return StringProblem(f"malformed escape sequence `{match[0]}`", hint, match.start(), is_unfinished=False)
    return None


def string_value(text: str) -> str:
    """The text that a string literal as written stands for; bytes above 127 (`\\200`) come out as that code point."""
    if text.startswith("["):
        level = text.find("[", 1) + 1
        return text[level : len(text) - level].removeprefix("\r").removeprefix("\n")
    body = text[1:-1]
    return body if "\\" not in body else _ESCAPE.sub(lambda match: _meaning(match[0]), body)


def _meaning(escape: str) -> str:
    letter = escape[1:2]
    if letter == "z":
        return ""
    if letter.isdigit():
        return chr(int(escape[1:]) & 0xFF)
    if letter == "x":
        return chr(int(escape[2:] or "0", 16))
    if letter == "u":
        return chr(min(int(escape[3:].rstrip("}") or "0", 16), _MAX_CODE_POINT))
    return _SIMPLE.get(letter, "\n" if escape == "\\\r\n" else letter)


def _is_well_formed(escape: str) -> bool:
    letter = escape[1:2]
    if letter.isdigit():
        return int(escape[1:]) <= 255
    if letter == "x":
        return len(escape) == 4
    if letter == "u":
        return escape.endswith("}") and len(escape) > 4 and int(escape[3:-1], 16) <= _MAX_CODE_POINT
    return True


def _is_closed(text: str) -> bool:
    if len(text) < 2 or text[-1] != text[0]:
        return False
    # A closing quote is escaped when an odd number of backslashes stands before it.
    backslashes = len(text) - 1 - len(text[:-1].rstrip("\\"))
    return backslashes % 2 == 0
