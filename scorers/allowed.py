"""Comments that silence a check: `-- scorers: allow(unused-variable, long-line)`.

Behind code the comment speaks of its line; on a line of its own of the statement that begins next.
"""

import re
from collections.abc import Callable

from scorers.language.position import COLUMN_BITS
from scorers.language.statements import Block, Stat
from scorers.language.unit import Unit

_COMMENT = re.compile(r"--\s*scorers:\s*allow\(([a-z0-9, -]*)\)")


def allowed(unit: Unit) -> Callable[[str, int], bool]:
    """Whether a comment of the source allows the findings of a check at a line."""
    spans: list[tuple[int, int, frozenset[str]]] = []
    for comment in unit.comments:
        if match := _COMMENT.match(comment.text):
            names = frozenset(name.strip() for name in match[1].split(","))
            spans.append((*_span(unit, comment.start), names))
    return lambda check, line: any(first <= line <= last and check in names for first, last, names in spans)


def _span(unit: Unit, start: int) -> tuple[int, int]:
    """First and last line that a comment speaks of."""
    line = start >> COLUMN_BITS
    if any(place >> COLUMN_BITS == line and place < start for place in unit.tokens.starts):
        return line, line
    following = [node for node in _statements(unit) if node.start > start]
    if not following:
        return line, line
    nearest = min(following, key=lambda node: (node.start, -node.end))
    return nearest.line, nearest.end_line


def _statements(unit: Unit) -> list[Stat]:
    blocks = [unit.tree, *unit.all(Block)]
    return [statement for block in blocks for statement in block.statements]
