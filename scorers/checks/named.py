"""Functions that have a name, however they got it: what several checks and the metrics ask for."""

from typing import NamedTuple

from scorers.language.expressions import Expr, Function, Index, Name
from scorers.language.node import Node
from scorers.language.statements import Assign, FunctionDeclaration, Local, LocalFunction
from scorers.language.unit import Unit, Variable, place_in


class Named(NamedTuple):
    """A function with its name. `statement` declares it; `variable` is the local that holds it, None for fields and globals."""

    name: str
    function: Function
    statement: Node
    variable: Variable | None
    owner: str | None
    """The name in front of the last dot or colon, None for a plain name."""


def named_functions(unit: Unit) -> list[Named]:
    """Local, global and member functions in the order of the source; functions in table constructors are values, not listed."""
    found: list[Named] | None = unit.memo.get("checks.named")
    if found is None:
        found = [named for function in unit.functions if (named := _named(unit, function)) is not None]
        unit.memo["checks.named"] = found
    return found


def _named(unit: Unit, function: Function) -> Named | None:
    parent = unit.parents.get(function)
    if isinstance(parent, LocalFunction):
        return Named(parent.binding.name, function, parent, unit.variable_at.get(parent.binding), None)
    if isinstance(parent, FunctionDeclaration):
        return _by_target(unit, parent.target, function, parent)
    if isinstance(parent, Assign) and (index := place_in(parent.values, function)) is not None:
        return _by_target(unit, parent.targets[index], function, parent) if index < len(parent.targets) else None
    if isinstance(parent, Local) and (variable := unit.holder_of.get(function)) is not None:
        return Named(variable.name, function, parent, variable, None)
    return None


def _by_target(unit: Unit, target: Expr, function: Function, statement: Node) -> Named | None:
    if isinstance(target, Name):
        return Named(target.name, function, statement, unit.variable_of.get(target), None)
    if isinstance(target, Index):
        owner = target.object
        name = owner.name if isinstance(owner, Name | Index) else ""
        return Named(target.name, function, statement, None, name)
    return None
