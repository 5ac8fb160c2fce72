"""One small change to a source: a span of its text, and what stands there instead."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from scorers.language.expressions import Expr
from scorers.language.node import Node
from scorers.language.unit import Unit


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` by `text`. `operator` is the group it belongs to, `what` says it in a
    few words: `>= to >`."""

    operator: str
    start: int
    end: int
    text: str
    what: str


class Source:
    """A source with its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def apply(self, edit: Edit) -> str:
        """The source with the change in it. Every line keeps its number: removed line breaks are put back."""
        lost = self.text.count("\n", edit.start, edit.end) - edit.text.count("\n")
        return f"{self.text[: edit.start]}{edit.text}{chr(10) * lost}{self.text[edit.end :]}"


def line_at(text: str, offset: int) -> str:
    """The line around a character, without the blanks at its ends."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : len(text) if end < 0 else end].strip()


def replace(unit: Unit, operator: str, node: Node, text: str, what: str) -> Edit:
    """Replace a whole node."""
    return Edit(operator, unit.offset(node.start), unit.offset(node.end), text, what)


def swap(unit: Unit, one: Expr, other: Expr, what: str) -> Edit:
    """Two expressions in each other's place."""
    start, end = unit.offset(one.start), unit.offset(other.end)
    between = unit.source[unit.offset(one.end) : unit.offset(other.start)]
    return Edit("argument order", start, end, f"{unit.text(other)}{between}{unit.text(one)}", what)


def operand(unit: Unit, node: Expr) -> str:
    """The text of an expression, in parentheses where an operator beside it could take a part of it."""
    return unit.text(node) if type(node).__name__ in _CLOSED else f"({unit.text(node)})"


_CLOSED = frozenset(("Name", "Index", "Subscript", "Call", "MethodCall", "Group", "Number", "Boolean", "Nil"))
