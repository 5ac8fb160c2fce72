"""Whether a value is known not to be nil (nor false) where it is used: dominance of guards, walking up from the use.

A guard is a condition around the use, an earlier `if` of the same block that leaves when the value is missing, an
`assert`, or the left side of `and` and `or`. A call that is handed the value counts as a guard of its own kind
(`isAlive(humanoid)`), because a reader of one file cannot tell; and so does a `pcall` around the use, which survives it.
"""

from bisect import bisect_left
from collections.abc import Callable
from operator import attrgetter

from scorers.language.exits import ends
from scorers.language.expressions import (
    Binary,
    Call,
    Expr,
    Function,
    Group,
    IfElse,
    Index,
    MethodCall,
    Name,
    Nil,
    Subscript,
    Unary,
)
from scorers.language.node import Node
from scorers.language.statements import Block, CallStatement, If, Local, Repeat, Stat, While
from scorers.language.unit import Unit

Subject = Callable[[Expr], bool]
"""Whether an expression is the value in question."""

_PROTECTED = frozenset(("pcall", "xpcall"))
_LOOK_BACK = 200
"""Guards of one block that are looked at before a use."""
_LEAST_STEPS = 20_000
_STEPS_PER_TOKEN = 5
"""Conditions that are looked at in one source, in all; beyond that a value counts as guarded. Real code needs less than one for
each token. With locals that hold conditions of each other the steps would double with each of them."""


def is_guarded(unit: Unit, use: Node, subject: Subject, *, since: int = 0) -> bool:
    """Whether the subject is known to be there at `use`. `since` is where it came to be: no guard stands before."""
    child: Node = use
    for around in unit.ancestors(use):
        if around.end <= since:
            return False
        if _is_tired(unit):
            return True
        if isinstance(around, Block):
            if _block_guards(unit, around, child, subject, since):
                return True
        elif _guards(unit, around, child, subject):
            return True
        child = around
    return False


def _guards(unit: Unit, around: Node, child: Node, subject: Subject) -> bool:
    if isinstance(around, If):
        return _if_guards(unit, around, child, subject)
    if isinstance(around, While):
        return child is around.body and truthy(unit, around.condition, subject)
    if isinstance(around, Binary) and child is around.right:
        if around.op == "and":
            return truthy(unit, around.left, subject)
        return around.op == "or" and falsy(unit, around.left, subject)
    if isinstance(around, IfElse):
        if child is around.then:
            return truthy(unit, around.condition, subject)
        return child is around.otherwise and falsy(unit, around.condition, subject)
    if isinstance(around, Call) and isinstance(child, Function):
        return isinstance(around.function, Name) and around.function.name in _PROTECTED
    return False


def _if_guards(unit: Unit, statement: If, child: Node, subject: Subject) -> bool:
    """The branch's own condition holds, and those before it do not."""
    for condition, block in zip(statement.conditions, statement.blocks, strict=True):
        if child is condition:
            return False
        if child is block:
            return truthy(unit, condition, subject)
        if falsy(unit, condition, subject):
            return True
    return False


def _block_guards(unit: Unit, block: Block, child: Node, subject: Subject, since: int) -> bool:
    """A statement before this one lets only a value that is there pass."""
    candidates = _candidates(unit, block)
    last = bisect_left(candidates, child.start, key=attrgetter("start"))
    for at in range(last - 1, max(-1, last - 1 - _LOOK_BACK), -1):
        if candidates[at].start < since:
            return False
        if _passes_only(unit, candidates[at], subject):
            return True
    return False


def _candidates(unit: Unit, block: Block) -> list[Stat]:
    """The statements of a block that let only some values pass."""
    memo: dict[Block, list[Stat]] = unit.memo.setdefault("guards of blocks", {})
    found = memo.get(block)
    if found is None:
        found = memo[block] = [statement for statement in block.statements if _is_candidate(unit, statement)]
    return found


def _is_candidate(unit: Unit, statement: Stat) -> bool:
    if isinstance(statement, If):
        return ends(unit, statement.blocks[0])
    if isinstance(statement, CallStatement):
        return _is_assert(statement.call)
    return isinstance(statement, While | Repeat) or (isinstance(statement, Local) and any(map(_is_assert, statement.values)))


def _is_tired(unit: Unit) -> bool:
    """Counts a step; whether the source has had its share."""
    left: int | None = unit.memo.get("steps for guards")
    if left is None:
        left = max(_LEAST_STEPS, _STEPS_PER_TOKEN * len(unit.tokens.starts))
    unit.memo["steps for guards"] = left - 1
    return left <= 0


def _passes_only(unit: Unit, statement: Stat, subject: Subject) -> bool:
    if _is_tired(unit):
        return True
    if isinstance(statement, If):
        for condition, block in zip(statement.conditions, statement.blocks, strict=True):
            if not ends(unit, block):
                break
            if falsy(unit, condition, subject):
                return True
        return False
    if isinstance(statement, CallStatement):
        return _asserts(unit, statement.call, subject)
    if isinstance(statement, Local):
        return any(_asserts(unit, value, subject) for value in statement.values)
    if isinstance(statement, While):
        return falsy(unit, statement.condition, subject)
    return isinstance(statement, Repeat) and truthy(unit, statement.condition, subject)


def _asserts(unit: Unit, call: Expr, subject: Subject) -> bool:
    return isinstance(call, Call) and _is_assert(call) and bool(call.args) and truthy(unit, call.args[0], subject)


def _is_assert(call: Expr) -> bool:
    return isinstance(call, Call) and isinstance(call.function, Name) and call.function.name == "assert"


def truthy(unit: Unit, condition: Expr, subject: Subject) -> bool:
    """Whether the subject is there when `condition` holds."""
    if _is_tired(unit) or subject(condition):
        return True
    if isinstance(condition, Group):
        return truthy(unit, condition.value, subject)
    if isinstance(condition, Binary):
        if condition.op == "and":
            return truthy(unit, condition.left, subject) or truthy(unit, condition.right, subject)
        if condition.op == "or":
            return truthy(unit, condition.left, subject) and truthy(unit, condition.right, subject)
        return _comparison(condition, subject)
    if isinstance(condition, Unary):
        return condition.op == "not" and falsy(unit, condition.operand, subject)
    if isinstance(condition, Call):
        return any(subject(arg) or _is_part_of(arg, subject) for arg in condition.args)
    if isinstance(condition, MethodCall):
        return _is_part_of(condition.object, subject) or any(subject(arg) for arg in condition.args)
    if isinstance(condition, Index | Subscript):
        return _is_part_of(condition.object, subject)
    return isinstance(condition, Name) and _alias(unit, condition, subject, truthy)


def falsy(unit: Unit, condition: Expr, subject: Subject) -> bool:
    """Whether the subject is there when `condition` does not hold."""
    if _is_tired(unit):
        return True
    if isinstance(condition, Group):
        return falsy(unit, condition.value, subject)
    if isinstance(condition, Unary):
        return condition.op == "not" and truthy(unit, condition.operand, subject)
    if isinstance(condition, Binary):
        if condition.op == "or":
            return falsy(unit, condition.left, subject) or falsy(unit, condition.right, subject)
        if condition.op == "and":
            return falsy(unit, condition.left, subject) and falsy(unit, condition.right, subject)
        if condition.op == "==":
            return any(isinstance(one, Nil) and subject(other) for one, other in _sides(condition))
        return condition.op == "~=" and _comparison_holds(condition, subject)
    if isinstance(condition, Call):  # `if isMissing(value) then return end`
        return any(subject(arg) for arg in condition.args)
    return isinstance(condition, Name) and _alias(unit, condition, subject, falsy)


def _comparison(condition: Binary, subject: Subject) -> bool:
    if condition.op == "~=":
        return any(isinstance(one, Nil) and subject(other) for one, other in _sides(condition))
    return _comparison_holds(condition, subject)


def _comparison_holds(condition: Binary, subject: Subject) -> bool:
    """The two sides are equal, or ordered: what is compared with something that is no nil is there."""
    for one, other in _sides(condition):
        if isinstance(one, Nil):
            continue
        if subject(other) or _is_part_of(other, subject):
            return True
        if isinstance(other, Call) and any(subject(arg) for arg in other.args):  # typeof(value) == "Instance"
            return True
    return False


def _sides(condition: Binary) -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    return (condition.left, condition.right), (condition.right, condition.left)


def _is_part_of(node: Expr, subject: Subject) -> bool:
    """Whether evaluating `node` reaches into the subject, so that it was there or the code stopped."""
    while isinstance(node, Index | Subscript | MethodCall | Group):
        node = node.value if isinstance(node, Group) else node.object
        if subject(node):
            return True
    return subject(node)


def _alias(unit: Unit, condition: Name, subject: Subject, implies: Callable[[Unit, Expr, Subject], bool]) -> bool:
    """`local isThere = value ~= nil; if isThere then`."""
    variable = unit.variable_of.get(condition)
    if variable is None or variable.writes or variable.value is None or variable.position:
        return False
    return not isinstance(variable.value, Name) and implies(unit, variable.value, subject)
