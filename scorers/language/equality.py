"""Whether two pieces of source say the same, and whether saying it twice gives the same value."""

from bisect import bisect_left

from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Cast,
    Expr,
    Group,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Nil,
    Number,
    String,
    Subscript,
    Unary,
    Vararg,
)
from scorers.language.node import Node
from scorers.language.operators import ungrouped
from scorers.language.unit import Unit

_LEAVES = (Name, Number, String, Nil, Boolean, Vararg)
_PURE_METHODS = frozenset(
    ("IsA", "IsDescendantOf", "IsAncestorOf", "FindFirstChild", "FindFirstChildOfClass", "GetAttribute", "HasTag")
)
_PURE_GLOBALS = frozenset(("type", "typeof", "tonumber", "tostring", "rawget", "rawequal", "rawlen"))


def canonical(unit: Unit, node: Node) -> str:
    """The tokens of a node between single blanks: equal for nodes that differ only in layout and comments."""
    tokens = unit.tokens
    starts = tokens.starts
    return " ".join(tokens.texts[bisect_left(starts, node.start) : bisect_left(starts, node.end)])


def tokens_in(unit: Unit, node: Node) -> int:
    """How many tokens a node has."""
    starts = unit.tokens.starts
    return bisect_left(starts, node.end) - bisect_left(starts, node.start)


def same(unit: Unit, one: Expr, other: Expr) -> bool:
    """Whether two expressions are written alike, apart from layout, comments and outer parentheses."""
    one, other = ungrouped(one), ungrouped(other)
    if type(one) is not type(other) or tokens_in(unit, one) != tokens_in(unit, other):
        return False
    return canonical(unit, one) == canonical(unit, other)


def is_stable(unit: Unit, node: Expr) -> bool:
    """Whether evaluating twice in a row gives the same value: no call but of functions known to only look."""
    if isinstance(node, _LEAVES):
        return True
    if isinstance(node, Index):
        return is_stable(unit, node.object)
    if isinstance(node, Subscript):
        return is_stable(unit, node.object) and is_stable(unit, node.key)
    if isinstance(node, Group | Cast):
        return is_stable(unit, node.value)
    if isinstance(node, Unary):
        return is_stable(unit, node.operand)
    if isinstance(node, Binary):
        return is_stable(unit, node.left) and is_stable(unit, node.right)
    if isinstance(node, MethodCall):
        return node.name in _PURE_METHODS and all(is_stable(unit, part) for part in (node.object, *node.args))
    if isinstance(node, Call):
        function = node.function
        is_pure = isinstance(function, Name) and function.name in _PURE_GLOBALS and function not in unit.variable_of
        return is_pure and all(is_stable(unit, part) for part in node.args)
    return isinstance(node, Interpolated) and all(is_stable(unit, part) for part in node.values)


def excerpt(unit: Unit, node: Node) -> str:
    """The source of a node for a sentence, `...` where it is long."""
    text = unit.text(node)
    return text if len(text) <= 30 and "\n" not in text else "..."
