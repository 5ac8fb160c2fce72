"""Texts that the source tells: literals, and locals that hold one."""

from scorers.language.escapes import string_value
from scorers.language.expressions import Expr, Group, Interpolated, Name, String
from scorers.language.unit import Unit

_MOST_LOCALS = 20
"""Locals that are followed from one to the next."""


def literal(node: Expr | None) -> str | None:
    """The text of a string literal, in backticks too where it has no holes; None for other expressions."""
    while isinstance(node, Group):
        node = node.value
    if isinstance(node, String):
        return string_value(node.text)
    return string_value(f'"{node.texts[0]}"') if isinstance(node, Interpolated) and not node.values else None


def text_of(unit: Unit, node: Expr | None) -> str | None:
    """As `literal`, also through locals that begin with a literal and are never written."""
    for _ in range(_MOST_LOCALS):
        if type(node) is not Name:
            break
        variable = unit.variable_of.get(node)
        if variable is None or variable.writes:
            return None
        node = variable.value
    return literal(node)
