"""Loops whose condition can never change while they run: nothing else runs before they wait."""

from scorers.language.exits import has_break
from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Expr,
    Group,
    Index,
    MethodCall,
    Name,
    Nil,
    Number,
    String,
    Unary,
)
from scorers.language.paths import global_path
from scorers.language.statements import Assign, CompoundAssign, FunctionDeclaration, Repeat, Return, While
from scorers.language.unit import Unit, first_inside
from scorers.roblox.inference import receiver_of
from scorers.roblox.table import classes

_SEARCHES = "FindFirstChild FindFirstChildOfClass FindFirstChildWhichIsA FindFirstAncestor FindFirstAncestorOfClass"
_QUESTIONS = frozenset(
    f"{_SEARCHES} GetAttribute GetChildren GetDescendants GetPlayers HasTag IsA IsDescendantOf IsLoaded".split()
)
"""Methods of instances that only tell what is there."""
_CLOCKS = frozenset(("DistributedGameTime", "TimePosition", "PlaybackLoudness"))
"""Properties that may move while a script runs."""
_HARMLESS = frozenset(("print", "warn", "tostring", "tonumber", "type", "typeof"))
_MOST_NODES = 50
"""Calls and assignments of one loop that are looked at, so that nested loops take linear time."""


def is_frozen(unit: Unit, loop: While | Repeat) -> bool:
    """Whether a loop that goes round once goes round for ever: it waits for nothing, and changes nothing that it asks for."""
    return _stays(unit, loop.condition, loop) and not has_break(unit, loop) and _changes_nothing(unit, loop)


def _stays(unit: Unit, node: Expr, loop: While | Repeat) -> bool:
    """Whether an expression has the same value in each round, if the body neither calls nor sets what others hold."""
    if isinstance(node, Group):
        return _stays(unit, node.value, loop)
    if isinstance(node, Unary):
        return _stays(unit, node.operand, loop)
    if isinstance(node, Binary):
        return _stays(unit, node.left, loop) and _stays(unit, node.right, loop)
    if isinstance(node, Name):
        return _is_unwritten(unit, node, loop)
    if isinstance(node, Index):
        return node.name not in _CLOCKS and _is_instance(unit, node.object) and _stays(unit, node.object, loop)
    if isinstance(node, MethodCall):
        is_question = node.name in _QUESTIONS and _is_instance(unit, node.object)
        return is_question and all(_stays(unit, part, loop) for part in (node.object, *node.args))
    return isinstance(node, Boolean | Nil | Number | String)


def _is_unwritten(unit: Unit, node: Name, loop: While | Repeat) -> bool:
    """A local from before the loop that is not written in it, or one of the globals that always hold the same."""
    variable = unit.variable_of.get(node)
    if variable is None:
        return node.name in ("game", "workspace", "script") and node.name not in unit.global_writes
    if loop.start <= variable.start < loop.end:
        return False
    return not any(loop.start <= write.start < loop.end for write in variable.writes[:_MOST_NODES]) and (
        len(variable.writes) <= _MOST_NODES
    )


def _is_instance(unit: Unit, node: Expr) -> bool:
    found = receiver_of(unit, node)
    return found is not None and found.name in classes()


def _changes_nothing(unit: Unit, loop: While | Repeat) -> bool:
    body = loop.body
    if first_inside(unit.all(MethodCall), body) is not None or first_inside(unit.all(Return), body) is not None:
        return False
    if first_inside(unit.all(FunctionDeclaration), body) is not None:
        return False
    calls, given = unit.within(Call, body), unit.within(Assign, body)
    if len(calls) + len(given) > _MOST_NODES or any(global_path(unit, call.function) not in _HARMLESS for call in calls):
        return False
    targets = [target for statement in given for target in statement.targets]
    targets += [statement.target for statement in unit.within(CompoundAssign, body)]
    return all(isinstance(target, Name) for target in targets)
