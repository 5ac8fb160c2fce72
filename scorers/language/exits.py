"""Whether control can reach the place after a statement."""

from typing import cast

from scorers.language.expressions import Boolean, Call, Expr, Function, Index, Name, Nil, Number
from scorers.language.node import Node
from scorers.language.operators import ungrouped
from scorers.language.statements import (
    Block,
    Break,
    CallStatement,
    Continue,
    Do,
    GenericFor,
    If,
    NumericFor,
    Repeat,
    Return,
    Stat,
    While,
)
from scorers.language.unit import Unit

LOOPS = (While, Repeat, NumericFor, GenericFor)


def leaves(unit: Unit, statement: Stat) -> bool:
    """Whether control never gets past a statement: it returns, raises, jumps, or loops for ever."""
    kind = type(statement)
    if kind is Return or kind is Break or kind is Continue:
        return True
    if kind not in _COMPOUND:
        return kind is CallStatement and raises(unit, cast(CallStatement, statement).call)
    memo: dict[Node, bool] = unit.memo.setdefault("leaves", {})
    known = memo.get(statement)
    if known is None:
        known = memo[statement] = _compound_leaves(unit, statement)
    return known


def first_exit(unit: Unit, block: Block) -> Stat | None:
    """The first statement of a block that control never gets past, None where it can reach the end."""
    memo: dict[Block, Stat | None] = unit.memo.setdefault("first exits", {})
    if block not in memo:
        memo[block] = next((statement for statement in block.statements if leaves(unit, statement)), None)
    return memo[block]


def ends(unit: Unit, block: Block) -> bool:
    """Whether control never reaches the end of a block."""
    return first_exit(unit, block) is not None


def raises(unit: Unit, call: Expr) -> bool:
    """Whether a call always raises or stops the program: `error(...)`, `assert(false)`, `os.exit()`."""
    if not isinstance(call, Call):
        return False
    function = call.function
    if isinstance(function, Name) and function not in unit.variable_of:
        return function.name == "error" or (function.name == "assert" and bool(call.args) and is_never(call.args[0]))
    if isinstance(function, Index) and isinstance(function.object, Name) and function.object not in unit.variable_of:
        return function.object.name == "os" and function.name == "exit"
    return False


def is_always(condition: Expr) -> bool:
    """Whether a condition is a constant that holds: `true`, `1`."""
    condition = ungrouped(condition)
    return condition.value if isinstance(condition, Boolean) else isinstance(condition, Number)


def is_never(condition: Expr) -> bool:
    """Whether a condition is a constant that does not hold: `false`, `nil`."""
    condition = ungrouped(condition)
    return not condition.value if isinstance(condition, Boolean) else isinstance(condition, Nil)


def has_break(unit: Unit, loop: Stat) -> bool:
    """Whether a `break` ends this loop."""
    return loop in _loops_with(unit, Break)


def _loops_with(unit: Unit, jump: type[Break | Continue]) -> set[Stat | None]:
    found: set[Stat | None] | None = unit.memo.get(jump)
    if found is None:
        found = unit.memo[jump] = {loop_around(unit, node) for node in unit.all(jump)}
    return found


def loop_around(unit: Unit, node: Node) -> While | Repeat | NumericFor | GenericFor | None:
    """The innermost loop that runs a node again and again: its body or its condition, in the same function."""
    below = node
    for around in unit.ancestors(node):
        if isinstance(around, LOOPS):
            if below is around.body or (isinstance(around, While | Repeat) and below is around.condition):
                return around
        elif type(around) is Function:
            return None
        below = around
    return None


def _compound_leaves(unit: Unit, statement: Stat) -> bool:
    if isinstance(statement, Do):
        return ends(unit, statement.body)
    if isinstance(statement, If):
        otherwise = statement.otherwise
        return otherwise is not None and ends(unit, otherwise) and all(ends(unit, block) for block in statement.blocks)
    if isinstance(statement, While):
        return is_always(statement.condition) and not has_break(unit, statement)
    if isinstance(statement, Repeat) and not has_break(unit, statement):
        goes_on = statement in _loops_with(unit, Continue)
        return is_never(statement.condition) or (not goes_on and ends(unit, statement.body))
    return False


_COMPOUND = frozenset((Do, If, While, Repeat))
