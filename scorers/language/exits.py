"""Which statements never let the control flow past them."""

from scorers.language.expressions import Boolean, Call, Expr, Group, Index, Name, Nil, Number
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

_LOOPS = (While, Repeat, NumericFor, GenericFor)


def leaves(unit: Unit, block: Block) -> bool:
    """Whether the end of a block is never reached: it returns, breaks, continues, raises or loops for ever."""
    return any(statement_leaves(unit, statement) for statement in block.statements)


def statement_leaves(unit: Unit, statement: Stat) -> bool:
    """Whether what follows a statement in its block is never reached."""
    if isinstance(statement, Return | Break | Continue):
        return True
    if isinstance(statement, CallStatement):
        return raises(unit, statement.call)
    if isinstance(statement, Do):
        return leaves(unit, statement.body)
    if isinstance(statement, If):
        otherwise = statement.otherwise
        return otherwise is not None and all(leaves(unit, block) for block in (*statement.blocks, otherwise))
    if isinstance(statement, While):
        return is_true(statement.condition) and not has_break(unit, statement)
    return False


def raises(unit: Unit, call: Expr) -> bool:
    """Whether a call always raises: `error(...)`, `assert(false)`."""
    if not isinstance(call, Call) or not isinstance(call.function, Name) or call.function in unit.variable_of:
        return isinstance(call, Call) and isinstance(call.function, Index) and unit.text(call.function) == "os.exit"
    if call.function.name == "error":
        return True
    return call.function.name == "assert" and bool(call.args) and is_false(call.args[0])


def is_true(node: Expr) -> bool:
    """A literal that is always true."""
    while isinstance(node, Group):
        node = node.value
    return isinstance(node, Number) or (isinstance(node, Boolean) and node.value)


def is_false(node: Expr) -> bool:
    """A literal that is always false."""
    while isinstance(node, Group):
        node = node.value
    return isinstance(node, Nil) or (isinstance(node, Boolean) and not node.value)


def has_break(unit: Unit, loop: While | Repeat | NumericFor | GenericFor) -> bool:
    """Whether a `break` belongs to this loop."""
    inside = (node for node in unit.all(Break) if loop.start < node.start < loop.end)
    return any(next((one for one in unit.ancestors(node) if isinstance(one, _LOOPS)), None) is loop for node in inside)
