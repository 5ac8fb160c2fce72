"""Mutants of statements: branches, guards, dropped statements, results, the order of arguments."""

from collections.abc import Iterator
from itertools import pairwise

from eval.mutation.edit import Edit, replace, swap
from scorers.language.expressions import Binary, Call, Expr, Function, IfElse, MethodCall, Name, Nil, Unary
from scorers.language.node import Node
from scorers.language.operators import COMPARISONS, ungrouped
from scorers.language.statements import (
    Assign,
    Block,
    Break,
    CallStatement,
    CompoundAssign,
    Continue,
    If,
    Repeat,
    Return,
    While,
)
from scorers.language.unit import Unit

_LEAVES = (Return, Break, Continue)
_NOTHING = "do end"
"""Stands where a statement stood: what is left there must still be Luau, also before a semicolon."""
_COMMUTATIVE = ("math.max", "math.min", "bit32.band", "bit32.bor", "bit32.bxor", "bit32.btest")


def branch_edits(unit: Unit) -> Iterator[Edit]:
    """Conditions negated, always true, never true."""
    for node in unit.all(If):
        guards = is_guard(unit, node)
        for condition in node.conditions:
            yield from _negated(unit, condition)
            yield replace(unit, "branch", condition, "true", "always")
            if not guards:  # A guard that never holds is a dropped guard.
                yield replace(unit, "branch", condition, "false", "never")
    for choice in unit.all(IfElse):
        yield from _negated(unit, choice.condition)
        yield replace(unit, "branch", choice.condition, "true", "always")
        yield replace(unit, "branch", choice.condition, "false", "never")
    for loop in unit.all(While):
        yield from _negated(unit, loop.condition)
        yield replace(unit, "branch", loop.condition, "false", "never")
    for until in unit.all(Repeat):
        yield replace(unit, "branch", until.condition, "true", "only once")


def guard_edits(unit: Unit) -> Iterator[Edit]:
    """A guard (an `if` that only leaves) taken away."""
    for node in unit.all(If):
        if is_guard(unit, node):
            yield replace(unit, "missing guard", node, _NOTHING, "drop guard")


def drop_edits(unit: Unit) -> Iterator[Edit]:
    """A call, an assignment or a jump taken away."""
    for kind in (CallStatement, Assign, CompoundAssign):
        for node in unit.all(kind):
            if not _is_whole_guard(unit, node):
                yield replace(unit, "dropped statement", node, _NOTHING, "drop statement")
    for leave in unit.all(Break):
        yield replace(unit, "dropped statement", leave, _NOTHING, "drop break")
    for skip in unit.all(Continue):
        yield replace(unit, "dropped statement", skip, _NOTHING, "drop continue")


def return_edits(unit: Unit) -> Iterator[Edit]:
    """Results of functions dropped. What the script itself returns stays: without it there is no answer at all."""
    for node in unit.all(Return):
        if not node.values or unit.function_of(node) is None:
            continue
        first, last = node.values[0], node.values[-1]
        if not isinstance(first, Nil):
            yield replace(unit, "result", first, "nil", "return nil")
        if len(node.values) > 1 and not isinstance(last, Nil):
            start = unit.offset(node.values[-2].end)
            yield Edit("result", start, unit.offset(last.end), "", "drop last result")


def argument_edits(unit: Unit) -> Iterator[Edit]:
    """Two neighbouring arguments swapped, except where their order means nothing."""
    commutative: set[Expr] = {call for path in _COMMUTATIVE for call in unit.calls(path)}
    calls: list[Call | MethodCall] = [*unit.all(Call), *unit.all(MethodCall)]
    for call in calls:
        if call in commutative:
            continue
        for number, (one, other) in enumerate(pairwise(call.args), 1):
            if not isinstance(one, Function) and not isinstance(other, Function):
                yield swap(unit, one, other, f"swap arguments {number} and {number + 1}")


def is_guard(unit: Unit, node: If) -> bool:
    """Whether an `if` has one block, and that leaves the function, the loop or, by an error, everything."""
    if len(node.blocks) != 1 or node.otherwise is not None:
        return False
    return _leaves(unit, node.blocks[0])


def _leaves(unit: Unit, block: Block) -> bool:
    last: Node | None = block.statements[-1] if block.statements else None
    if isinstance(last, CallStatement) and isinstance(last.call, Call):
        called = last.call.function
        return isinstance(called, Name) and called.name == "error" and called not in unit.variable_of
    return isinstance(last, _LEAVES)


def _is_whole_guard(unit: Unit, node: Node) -> bool:
    """Whether a statement is all that a guard does: without it the guard is gone, which is a mutant already."""
    block = unit.parent(node)
    around = unit.parent(block) if isinstance(block, Block) else None
    return isinstance(around, If) and len(around.blocks[0].statements) == 1 and is_guard(unit, around)


def _negated(unit: Unit, condition: Expr) -> Iterator[Edit]:
    plain = ungrouped(condition)
    if isinstance(plain, Binary) and plain.op in COMPARISONS:
        return  # Another comparison says the same.
    if isinstance(plain, Unary) and plain.op == "not":
        return
    yield replace(unit, "branch", condition, f"not ({unit.text(condition)})", "negate")
