"""Where a source searches for an instance and may get nil."""

from collections.abc import Iterator
from typing import NamedTuple

from scorers.language.expressions import Call, Expr, Function, Index, MethodCall
from scorers.language.statements import LocalFunction, Return
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import class_of, type_of
from scorers.roblox.sources import returns
from scorers.roblox.table import classes

FINDERS = (
    "FindFirstChild",
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestor",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
    "FindFirstDescendant",
)
PLAYERS = ("GetPlayerFromCharacter", "GetPlayerByUserId")
CASTS = ("Raycast", "Blockcast", "Spherecast", "Shapecast")


class Search(NamedTuple):
    """A call that gives nil where nothing is found: the name of the method or function, and what follows the receiver."""

    node: Call | MethodCall
    name: str
    args: list[Expr]


def searches(unit: Unit) -> Iterator[Search]:
    """`place:FindFirstChild(name)`, `place.FindFirstChild(place, name)`, and calls of local functions that return just that."""
    for call in unit.methods(*FINDERS, *PLAYERS, *CASTS):
        if _may_be_instance(unit, call.object) and (call.name not in CASTS or class_of(unit, call.object) is not None):
            yield Search(call, call.name, call.args)
    for name in FINDERS:
        for index in unit.members(name):
            dotted = unit.parents.get(index)
            if isinstance(dotted, Call) and dotted.function is index and dotted.args and _may_be_instance(unit, index.object):
                yield Search(dotted, name, dotted.args[1:])
    for variable in _finding_functions(unit):
        for read in variable.reads:
            named = unit.parents.get(read)
            if isinstance(named, Call) and named.function is read:
                yield Search(named, variable.name, named.args)


def is_search(node: Expr) -> bool:
    """Whether an expression is a search by one of the methods of instances."""
    if isinstance(node, MethodCall):
        return node.name in FINDERS
    return isinstance(node, Call) and isinstance(node.function, Index) and node.function.name in FINDERS


def _may_be_instance(unit: Unit, receiver: Expr) -> bool:
    """A receiver that is known to be no Instance has a method of the same name of its own."""
    inferred = type_of(unit, receiver)
    return inferred is None or inferred.name in classes()


def _finding_functions(unit: Unit) -> list[Variable]:
    """Local functions of which every `return` gives the result of a search, untested."""
    found: dict[Variable, None] = {}
    for search in unit.methods(*FINDERS):
        statement = unit.parents.get(search)
        function = unit.function_of(statement) if isinstance(statement, Return) else None
        variable = _name_of(unit, function) if function is not None else None
        if function is None or variable is None or variable.writes or variable in found:
            continue
        given = [one.values[0] if len(one.values) == 1 else None for one in returns(unit)[function]]
        if all(isinstance(one, MethodCall) and one.name in FINDERS and _may_be_instance(unit, one.object) for one in given):
            found[variable] = None
    return list(found)


def _name_of(unit: Unit, function: Function) -> Variable | None:
    parent = unit.parents.get(function)
    return unit.variable_at.get(parent.binding) if isinstance(parent, LocalFunction) else unit.holder_of.get(function)
