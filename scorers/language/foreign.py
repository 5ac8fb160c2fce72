"""Says which language a line with a syntax error was written in, and how Luau has it."""

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from scorers.language.idioms import IDIOMS
from scorers.language.position import COLUMN_BITS, COLUMN_MASK
from scorers.language.problem import SyntaxProblem
from scorers.language.tokens import EOF, INTERP, INTERP_BEGIN, INTERP_END, INTERP_MID, STRING, Tokens

_LITERALS = frozenset((STRING, INTERP, INTERP_BEGIN, INTERP_MID, INTERP_END))
_WIDEST = 500
"""Characters of a line that are looked at."""
_SHOWN = 40


class Idiom(NamedTuple):
    """An idiom of another language on a line: its place, its language (None: no language at all) and the way of Luau."""

    start: int
    end: int
    text: str
    language: str | None
    hint: str


def explain(problem: SyntaxProblem, tokens: Tokens) -> SyntaxProblem:
    """The problem, with language and hint where its line reads like another language."""
    if problem.language is not None:
        return problem
    idiom = idiom_on(tokens, problem.start >> COLUMN_BITS)
    if idiom is None:
        return problem
    if problem.start < idiom.end:
        return problem._replace(hint=idiom.hint, language=idiom.language)
    # What was noted is a consequence of the idiom before it.
    message = f"unexpected `{idiom.text}`"
    return SyntaxProblem(idiom.start, idiom.end, message, idiom.hint, idiom.language)


def idiom_on(tokens: Tokens, line: int) -> Idiom | None:
    """The first idiom of the table on a line."""
    text = masked_line(tokens, line)
    for pattern, language, hint in _patterns():
        if found := pattern.search(text):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            place = (line << COLUMN_BITS) + 1
            shown = found[0].strip()[:_SHOWN]
            return Idiom(place + start, place + max(found.end(), start + 1), shown, language, hint)
    return None


def masked_line(tokens: Tokens, line: int) -> str:
    """A line without comments and without what stands in its strings; columns as in the source."""
    parts: list[str] = []
    width = 0
    at = bisect_left(tokens.starts, line << COLUMN_BITS)
    while tokens.kinds[at] != EOF and tokens.starts[at] >> COLUMN_BITS == line and width < _WIDEST:
        text = tokens.texts[at].split("\n", 1)[0][:_WIDEST]
        if tokens.kinds[at] in _LITERALS:
            text = _masked(text)
        blanks = (tokens.starts[at] & COLUMN_MASK) - 1 - width
        parts.append(" " * min(blanks, _WIDEST) + text)
        width += len(parts[-1])
        at += 1
    comment = bisect_left(tokens.comments, (line << COLUMN_BITS,))
    if comment < len(tokens.comments) and tokens.comments[comment].start >> COLUMN_BITS == line and width < _WIDEST:
        found = tokens.comments[comment]
        gap = (found.start & COLUMN_MASK) - 1 - width
        if gap == 0 and found.text.strip("-; ") == "":  # `count--` is a comment to the lexer
            parts.append("--")
    return "".join(parts)


def _masked(text: str) -> str:
    """A literal with its first and last character and blanks between."""
    first = '"' if text[0] == "[" else text[0]
    return text if len(text) < 3 else first + "_" * (len(text) - 2) + text[-1]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str | None, str], ...]:
    return tuple((re.compile(pattern), language, hint) for pattern, language, hint in IDIOMS)
