"""What a loop goes over and how often it goes round."""

from scorers.language.expressions import Call, Expr, Name, Table
from scorers.language.numbers import number_value
from scorers.language.operators import ungrouped
from scorers.language.statements import GenericFor, NumericFor, Stat
from scorers.language.unit import Unit

FEW = 20
"""Rounds up to which a loop's cost does not matter."""


def iterated(loop: GenericFor) -> Expr:
    """The table that a loop goes over: `t`, `ipairs(t)`, `pairs(t)`, `next, t`."""
    first = ungrouped(loop.values[0])
    if isinstance(first, Name) and first.name == "next" and len(loop.values) > 1:
        return loop.values[1]
    if isinstance(first, Call) and isinstance(first.function, Name) and first.function.name in ("ipairs", "pairs") and first.args:
        return first.args[0]
    return first


def is_small(unit: Unit, loop: Stat) -> bool:
    """Whether the source shows that a loop has few rounds: literal bounds, or a list that is written out."""
    if isinstance(loop, NumericFor):
        first, last, step = number_value(loop.first), number_value(loop.last), number_value(loop.step)
        if first is None or last is None or (loop.step is not None and not step):
            return False
        return (last - first) / (step or 1.0) < FEW
    if not isinstance(loop, GenericFor) or not loop.values:
        return False
    values = iterated(loop)
    if isinstance(values, Name):
        variable = unit.variable_of.get(values)
        written_out = variable.value if variable is not None and not variable.writes else None
        return isinstance(written_out, Table) and 0 < len(written_out.fields) <= FEW
    return isinstance(values, Table) and len(values.fields) <= FEW
