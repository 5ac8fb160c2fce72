"""Binary operations by operator: several checks ask for a few of them."""

from collections.abc import Sequence

from scorers.language.expressions import Binary, Expr, Group
from scorers.language.unit import Unit

ORDERINGS = ("<", "<=", ">", ">=")
COMPARISONS = frozenset(("==", "~=", *ORDERINGS))


def operations(unit: Unit, *operators: str) -> Sequence[Binary]:
    """The binary operations with one of these operators, operator by operator, each in the order of the source."""
    by_operator: dict[str, list[Binary]] | None = unit.memo.get("operations")
    if by_operator is None:
        by_operator = unit.memo["operations"] = {}
        for node in unit.all(Binary):
            by_operator.setdefault(node.op, []).append(node)
    if len(operators) == 1:
        return by_operator.get(operators[0], ())
    return [node for operator in operators for node in by_operator.get(operator, ())]


def ungrouped(node: Expr) -> Expr:
    """An expression without the parentheses around it."""
    while isinstance(node, Group):
        node = node.value
    return node


def chain(node: Binary) -> list[Expr]:
    """The operands of `a op b op c`, which nests to the left (to the right for `..`), in the order of the source."""
    operands: list[Expr] = []
    pending: list[Expr] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Binary) and part.op == node.op:
            pending += (part.right, part.left)
        else:
            operands.append(part)
    return operands
