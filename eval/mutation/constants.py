"""Mutants of constants and of places: numbers, strings, booleans, indexes and the bounds of loops."""

from collections.abc import Iterator

from eval.mutation.edit import Edit, operand, replace
from scorers.language.expressions import Binary, Boolean, Expr, Interpolated, Name, Number, String, Subscript, Unary
from scorers.language.statements import NumericFor
from scorers.language.unit import Unit


def number_edits(unit: Unit) -> Iterator[Edit]:
    """One more, one less, zero."""
    for node in unit.all(Number):
        value = _value(node.text)
        if value is None:
            continue
        for new in dict.fromkeys((value + 1, value - 1, 0)):
            if new != value:
                text = repr(new)
                yield replace(unit, "constant", node, text if new >= 0 else f"({text})", f"{node.text} to {text}")


def string_edits(unit: Unit) -> Iterator[Edit]:
    """A text emptied; an empty one filled."""
    for node in unit.all(String):
        if node.text in ('""', "''"):
            yield replace(unit, "constant", node, '"x"', "fill string")
        else:
            yield replace(unit, "constant", node, '""', "empty string")
    for whole in unit.all(Interpolated):
        yield replace(unit, "constant", whole, '""', "empty string")


def boolean_edits(unit: Unit) -> Iterator[Edit]:
    """`true` to `false` and back."""
    for node in unit.all(Boolean):
        old, new = ("true", "false") if node.value else ("false", "true")
        yield replace(unit, "constant", node, new, f"{old} to {new}")


def loop_edits(unit: Unit) -> Iterator[Edit]:
    """A numeric loop that begins or ends one step off."""
    for loop in unit.all(NumericFor):
        for bound, name in ((loop.first, "first"), (loop.last, "last")):
            if not isinstance(bound, Number):  # A plain number is a constant already.
                yield from _shifted(unit, bound, name)


def index_edits(unit: Unit) -> Iterator[Edit]:
    """`list[i]` one place off, where the index is surely a number."""
    for node in unit.all(Subscript):
        if _is_number(unit, node.key):
            yield from _shifted(unit, node.key, "index")


def _shifted(unit: Unit, node: Expr, name: str) -> Iterator[Edit]:
    for sign in ("+", "-"):
        yield replace(unit, "off by one", node, f"{operand(unit, node)} {sign} 1", f"{name} {sign} 1")


def _is_number(unit: Unit, node: Expr) -> bool:
    if isinstance(node, Binary):
        return node.op in ("+", "-", "*", "//", "%")
    if isinstance(node, Unary):
        return node.op in ("#", "-")
    variable = unit.variable_of.get(node) if isinstance(node, Name) else None
    return variable is not None and isinstance(variable.declaration, NumericFor)


def _value(text: str) -> int | float | None:
    plain = text.replace("_", "").lower()
    try:
        return int(plain, 0) if plain.isdecimal() or plain.startswith(("0x", "0b")) else float(plain)
    except ValueError:
        return None
