"""Comparisons that are always true, always false, or compare something else."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.language.equality import excerpt, is_stable
from scorers.language.expressions import (
    Binary,
    Boolean,
    Expr,
    Index,
    Name,
    Table,
    Unary,
)
from scorers.language.numbers import number_value
from scorers.language.operators import ORDERINGS, operations, ungrouped
from scorers.language.unit import Unit
from scorers.roblox.inference import type_of


@check("nan-comparison", BUGS, WARNING)
def nan_comparison(unit: Unit) -> Iterator[Finding]:
    """NaN is unequal to everything, itself too: `x == 0/0` is never true and `x ~= 0/0` always.

    Bad:
        if ratio == 0 / 0 then ratio = 0 end
    Good:
        if ratio ~= ratio then ratio = 0 end
    Source: selene lint compare_nan.
    """
    if not operations(unit, "/") and "math" not in unit.global_reads:
        return
    for node in operations(unit, "==", "~="):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if _is_nan(unit, one):
                outcome = "false" if node.op == "==" else "true"
                name = unit.text(other) if is_stable(unit, other) else "x"
                operator = "~=" if node.op == "==" else "=="
                yield at(
                    node,
                    f"comparing with NaN is always {outcome}",
                    f"write `{name} {operator} {name}`: only NaN differs from itself",
                )
                break


def _is_nan(unit: Unit, node: Expr) -> bool:
    node = ungrouped(node)
    if isinstance(node, Unary) and node.op == "-":
        node = ungrouped(node.operand)
    if isinstance(node, Name) and (variable := unit.variable_of.get(node)) and variable.value is not None:
        if variable.writes or variable.position or isinstance(variable.value, Name):
            return False
        node = ungrouped(variable.value)
        node = ungrouped(node.operand) if isinstance(node, Unary) and node.op == "-" else node
    if isinstance(node, Index):
        return node.name == "nan" and isinstance(node.object, Name) and node.object.name == "math"
    return isinstance(node, Binary) and node.op == "/" and _is_zero(node.left) and _is_zero(node.right)


def _is_zero(node: Expr) -> bool:
    return number_value(node) == 0


@check("table-literal-comparison", BUGS, WARNING)
def table_literal_comparison(unit: Unit) -> Iterator[Finding]:
    """A table is equal only to itself, so a comparison with a new table is never true.

    Bad:
        if items == {} then print("empty") end
    Good:
        if next(items) == nil then print("empty") end
    Source: selene lint constant_table_comparison.
    """
    if not unit.all(Table):
        return
    for node in operations(unit, "==", "~="):
        left, right = ungrouped(node.left), ungrouped(node.right)
        table = right if isinstance(right, Table) else left
        if isinstance(table, Table):
            outcome = "false" if node.op == "==" else "true"
            hint = f"write `next(t) {node.op} nil`" if not table.fields else "compare the fields one by one"
            yield at(node, f"comparing with a new table is always {outcome}", hint)


@check("not-comparison-precedence", BUGS, WARNING)
def not_comparison_precedence(unit: Unit) -> Iterator[Finding]:
    """`not a == b` is `(not a) == b`: `not` binds tighter than a comparison.

    `not a == not b` and a comparison with something known to be a boolean may be meant and are left alone.

    Bad:
        if not player.Team == winners then print("lost") end
    Good:
        if player.Team ~= winners then print("lost") end
    Source: Luau lint ComparisonPrecedence.
    """
    for node in operations(unit, "==", "~=", *ORDERINGS):
        if not (isinstance(node.left, Unary) and node.left.op == "not") or _is_meant_boolean(unit, node.right):
            continue
        operand = unit.text(node.left.operand)
        flipped = {"==": "~=", "~=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[node.op]
        message = (
            f"`{excerpt(unit, node)}` means `(not {excerpt(unit, node.left.operand)}) {node.op} {excerpt(unit, node.right)}`"
        )
        yield at(node, message, f"write `{operand} {flipped} {unit.text(node.right)}`")


def _is_meant_boolean(unit: Unit, node: Expr) -> bool:
    if isinstance(node, Boolean):
        return False
    inferred = type_of(unit, node)
    return inferred is not None and inferred.name == "boolean"


@check("comparison-chain", BUGS, ERROR)
def comparison_chain(unit: Unit) -> Iterator[Finding]:
    """`1 < x < 5` compares a boolean with a number, which raises an error; comparisons do not chain in Luau.

    Bad:
        local inside = 1 < level < 5
    Good:
        local inside = 1 < level and level < 5
    Source: Luau lint ComparisonPrecedence.
    """
    for node in operations(unit, *ORDERINGS):
        left = node.left
        if isinstance(left, Binary) and left.op in ORDERINGS:
            middle = unit.text(left.right)
            hint = f"write `{unit.text(left)} and {middle} {node.op} {unit.text(node.right)}`"
            yield at(node, f"`{unit.text(left)}` is a boolean, and `{node.op}` compares it with a number", hint)
