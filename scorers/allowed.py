"""Comments that silence a check: `-- scorers: allow(unused-variable, long-line)`.

Behind code the comment speaks of its line; on a line of its own of the statement that begins next.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate

from scorers.language.position import line_of, position
from scorers.language.statements import Block
from scorers.language.unit import Unit

_COMMENT = re.compile(r"--\s*scorers:\s*allow\(([a-z0-9, -]*)\)")


def allowed(unit: Unit) -> Callable[[str, int], bool]:
    """Whether a comment of the source allows the findings of a check at a line."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for comment in unit.comments:
        if match := _COMMENT.match(comment.text):
            span = _span(unit, comment.start)
            for name in match[1].split(","):
                spans.setdefault(name.strip(), []).append(span)
    reaches = {check: _reach(found) for check, found in spans.items()}

    def is_allowed(check: str, line: int) -> bool:
        firsts, lasts = reaches.get(check, ((), ()))
        before = bisect_right(firsts, line)
        return before > 0 and line <= lasts[before - 1]

    return is_allowed


def _reach(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """First lines in order, with the last line that the spans up to each reach."""
    spans = sorted(spans)
    return [first for first, _ in spans], list(accumulate((last for _, last in spans), max))


def _span(unit: Unit, start: int) -> tuple[int, int]:
    """First and last line that a comment speaks of."""
    line = line_of(start)
    starts = unit.tokens.starts
    first = bisect_left(starts, position(line, 1))
    if first < len(starts) and starts[first] < start:
        return line, line
    statements = _statements(unit)
    following = bisect_right(statements, (start, 0))
    return (line_of(statements[following][0]), -statements[following][1]) if following < len(statements) else (line, line)


def _statements(unit: Unit) -> list[tuple[int, int]]:
    """Start and negated last line of every statement, an outer one before those that begin with it."""
    found: list[tuple[int, int]] | None = unit.memo.get("places of statements")
    if found is None:
        blocks = [unit.tree, *unit.all(Block)]
        places = [(statement.start, -statement.end_line) for block in blocks for statement in block.statements]
        found = unit.memo["places of statements"] = sorted(places)
    return found
