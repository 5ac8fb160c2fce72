"""Mutants of operations: comparisons and their boundaries, arithmetic, logic, concatenation."""

from collections.abc import Iterator

from eval.mutation.edit import Edit, operand, replace, swap
from scorers.language.expressions import Binary, Unary
from scorers.language.operators import chain
from scorers.language.statements import CompoundAssign
from scorers.language.unit import Unit

NEGATED = {"==": "~=", "~=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "//": "/", "^": "*"}
LOGIC = {"and": "or", "or": "and"}
_TABLES = (("comparison", NEGATED), ("boundary", BOUNDARY), ("arithmetic", ARITHMETIC), ("logic", LOGIC))


def operator_edits(unit: Unit) -> Iterator[Edit]:
    """Another operator between the same operands."""
    for node in unit.all(Binary):
        start = unit.offset(node.op_start)
        for group, table in _TABLES:
            if node.op in table:
                new = table[node.op]
                yield Edit(group, start, start + len(node.op), new, f"{node.op} to {new}")


def compound_edits(unit: Unit) -> Iterator[Edit]:
    """`+=` to `-=`, and `..=` to `=`."""
    for node in unit.all(CompoundAssign):
        plain = node.op.removesuffix("=")
        new = f"{ARITHMETIC[plain]}=" if plain in ARITHMETIC else "="
        target_end, value_start = unit.offset(node.target.end), unit.offset(node.value.start)
        yield Edit("arithmetic", target_end, value_start, f" {new} ", f"{node.op} to {new}")


def unary_edits(unit: Unit) -> Iterator[Edit]:
    """`not` and the minus sign taken away."""
    for node in unit.all(Unary):
        if node.op in ("not", "-"):
            group = "logic" if node.op == "not" else "arithmetic"
            yield replace(unit, group, node, operand(unit, node.operand), f"drop {node.op}")


def concat_edits(unit: Unit) -> Iterator[Edit]:
    """Neighbours in a concatenation swapped."""
    for node in unit.all(Binary):
        if node.op == "..":
            yield swap(unit, node.left, chain(node)[1], "swap ..")
