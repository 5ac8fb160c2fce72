"""Code as runs of text with a class each, for the page: the lexer's many kinds in five."""

from collections.abc import Iterator
from typing import Any

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String
from pygments.util import ClassNotFound

from rft.plain import visible

CLASSES: tuple[tuple[Any, str], ...] = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Keyword, "k"),
    (Name.Builtin, "b"),
)

Run = tuple[str, str]
"""A class, empty for plain text, and a text without a line break."""


def highlighted_lines(code: str, language: str) -> list[list[Run]]:
    """The lines of some code; plain ones where the language has no lexer."""
    lines: list[list[Run]] = [[]]
    for kind, text in _runs(visible(code), language):
        first, *others = text.split("\n")
        _append(lines[-1], kind, first)
        for other in others:
            lines.append([])
            _append(lines[-1], kind, other)
    return lines


def _append(line: list[Run], kind: str, text: str) -> None:
    if text and line and line[-1][0] == kind:
        line[-1] = (kind, line[-1][1] + text)
    elif text:
        line.append((kind, text))


def _runs(code: str, language: str) -> Iterator[Run]:
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield "", code
        return
    for token, text in lexer.get_tokens(code):
        yield next((name for kind, name in CLASSES if token in kind), ""), text
