"""A check of the quality scorer: the same statements twice."""

from bisect import bisect_left
from collections.abc import Iterator

from scorers.checks.check import QUALITY, WARNING, Finding, check
from scorers.language.statements import Block, Stat
from scorers.language.unit import Unit

_MIN_STATEMENTS = 3
_WINDOW = 20
"""Tokens that two places must share at least: three short statements."""
_MAX_TOKENS = 400
"""Tokens of one comparison: what agrees so far is the same code."""


@check("repeated-code", QUALITY, WARNING)
def repeated_code(unit: Unit) -> Iterator[Finding]:
    """The same statements stand in two places: a change to one is forgotten in the other. Comments and layout do not count.

    Bad:
        local function first(part)
            part.Anchored = true
            part.CanCollide = false
            part.Material = Enum.Material.Neon
            part.Parent = workspace
        end
        local function second(part)
            part.Anchored = true
            part.CanCollide = false
            part.Material = Enum.Material.Neon
            part.Parent = workspace
        end
        return { first, second }
    Good:
        local function glow(part)
            part.Anchored = true
            part.CanCollide = false
            part.Material = Enum.Material.Neon
            part.Parent = workspace
        end
        return { glow, glow }
    Source: practice.
    """
    texts, starts = unit.tokens.texts, unit.tokens.starts
    if len(texts) < 2 * _WINDOW:
        return
    seen: dict[tuple[str, ...], tuple[int, int, int]] = {}
    last_end = 0
    for statements in _sequences(unit):
        limit = bisect_left(starts, statements[-1].end)
        for index in range(len(statements) - _MIN_STATEMENTS + 1):
            first = statements[index]
            if first.start < last_end:
                continue
            begin = bisect_left(starts, first.start)
            if begin + _WINDOW > limit:
                break
            end = max(begin + _WINDOW, bisect_left(starts, statements[index + _MIN_STATEMENTS - 1].end))
            key = tuple(texts[begin : begin + _WINDOW])
            other = seen.setdefault(key, (begin, end, first.line))
            if other[1] <= begin and _agree(texts, begin, other[0], end):
                last_end = _end_of_repeat(statements, index, starts, texts, other[0])
                message = f"these statements stand on line {other[2]} already"
                yield Finding(first.start, last_end, message, "make a function of them")


def _sequences(unit: Unit) -> Iterator[list[Stat]]:
    """Lists of statements that are long enough to be compared."""
    if len(unit.tree.statements) >= _MIN_STATEMENTS:
        yield unit.tree.statements
    for block in unit.all(Block):
        if len(block.statements) >= _MIN_STATEMENTS:
            yield block.statements


def _agree(texts: list[str], begin: int, other: int, end: int) -> bool:
    length = min(end - begin, _MAX_TOKENS)
    return texts[begin : begin + length] == texts[other : other + length]


def _end_of_repeat(statements: list[Stat], index: int, starts: list[int], texts: list[str], other: int) -> int:
    """Where the repetition ends: with the last statement that agrees too."""
    begin = bisect_left(starts, statements[index].start)
    at = index + _MIN_STATEMENTS - 1
    while at + 1 < len(statements):
        end = bisect_left(starts, statements[at + 1].end)
        if end - begin > _MAX_TOKENS or not _agree(texts, begin, other, end):
            break
        at += 1
    return statements[at].end
