"""Whether an error at a place is caught: by a pcall around it, or by a helper that is handed the function it stands in."""

from collections.abc import Iterable
from itertools import chain, islice

from scorers.language.expressions import Call, Expr, Function, Index, MethodCall, Name
from scorers.language.node import Node
from scorers.language.paths import global_path
from scorers.language.statements import Assign, FunctionDeclaration, LocalFunction
from scorers.language.unit import Unit, place_in

_CATCHERS = frozenset(("pcall", "xpcall"))
_WORDS = "Connect ConnectParallel Once spawn defer delay BindToClose BindToRenderStep BindAction wrap create"
_RUN_LATER = frozenset(_WORDS.split())
"""These run their function later or elsewhere, and an error in it is nobody's."""
_MOST_CALLERS = 60
"""Functions that are followed from one to the one that calls it; each takes Python frames."""
_MOST_REFERENCES = 50
"""References that are followed, so that a file with a thousand methods of one name takes linear time."""


def is_protected(unit: Unit, node: Node) -> bool:
    """Whether some function around `node` is run by pcall, or handed to a helper that may do so."""
    memo: dict[Function, bool] = unit.memo.setdefault("protected", {})
    function = unit.function_of(node)
    while function is not None:
        if function not in memo:
            depth = unit.memo.get("callers followed", 0)
            if depth == _MOST_CALLERS:
                return True  # too far from here to tell
            memo[function] = False  # a function that calls itself does not protect itself
            unit.memo["callers followed"] = depth + 1
            memo[function] = _runs_protected(unit, function)
            unit.memo["callers followed"] = depth
        if memo[function]:
            return True
        if _runs_later(unit, function):
            return False
        function = unit.function_of(function)
    return False


def callee_name(call: Node) -> str:
    """The last name of what a call calls: `spawn` of `task.spawn(f)`, "" where it has none."""
    if isinstance(call, MethodCall):
        return call.name
    function = call.function if isinstance(call, Call) else None
    return function.name if isinstance(function, Name | Index) else ""


def _runs_later(unit: Unit, function: Function) -> bool:
    return callee_name(unit.parents[function]) in _RUN_LATER


def _runs_protected(unit: Unit, function: Function) -> bool:
    parent = unit.parents[function]
    if isinstance(parent, Call | MethodCall):
        return place_in(parent.args, function) is not None and callee_name(parent) not in _RUN_LATER
    references = list(islice(_references(unit, function, parent), _MOST_REFERENCES))
    if _is_member(parent) or any(_is_passed_on(unit, reference) for reference in references):
        return any(_is_handed_over(unit, reference) for reference in references)
    unit.memo["protected"][function] = True  # functions that call each other stand and fall with those that call them
    others = [reference for reference in references if not function.start <= reference.start < function.end]
    return bool(others) and all(_is_handed_over(unit, reference) for reference in others)


def _is_member(parent: Node) -> bool:
    """Whether a function is stored in a table, where other files may find it."""
    if isinstance(parent, FunctionDeclaration):
        return not isinstance(parent.target, Name)
    return isinstance(parent, Assign) and not isinstance(parent.targets[0], Name)


def _is_passed_on(unit: Unit, reference: Expr) -> bool:
    """Whether a function goes where this file does not show who calls it; pcall calls it at once."""
    parent = unit.parents[reference]
    if isinstance(parent, Call) and parent.function is reference:
        return False
    return not is_catcher(unit, parent)


def _references(unit: Unit, function: Function, parent: Node) -> Iterable[Expr]:
    """Where a function is named, as far as one file tells."""
    if isinstance(parent, FunctionDeclaration | Assign):
        target = parent.target if isinstance(parent, FunctionDeclaration) else parent.targets[0]
        if isinstance(target, Index):
            others = (node for node in unit.members(target.name) if node is not target)
            return chain(others, unit.methods(target.name))
        if isinstance(target, Name):
            variable = unit.variable_of.get(target)
            return variable.reads if variable is not None else unit.global_reads.get(target.name, ())
        return ()
    if isinstance(parent, LocalFunction):
        return unit.variable_at[parent.binding].reads
    variable = unit.holder_of.get(function)
    return () if variable is None else variable.reads


def _is_handed_over(unit: Unit, reference: Expr) -> bool:
    """The function is an argument of a call that may catch its errors, or is called where they are caught."""
    parent = unit.parents[reference]
    if isinstance(parent, Call | MethodCall) and place_in(parent.args, reference) is not None:
        return callee_name(parent) not in _RUN_LATER
    return is_protected(unit, reference)


def is_catcher(unit: Unit, node: Node) -> bool:
    """Whether a node is a call of pcall or xpcall."""
    return isinstance(node, Call) and global_path(unit, node.function) in _CATCHERS
