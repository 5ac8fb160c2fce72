"""Which signal or callback a function handles."""

from scorers.language.expressions import Expr, Function, Index, MethodCall
from scorers.language.node import Node
from scorers.language.statements import Assign
from scorers.language.unit import Unit, Variable

CONNECTS = frozenset(("Connect", "Once", "ConnectParallel", "connect"))
"""Methods of a signal that take the function to call."""


def handler_of(unit: Unit, function: Function) -> tuple[Expr, str] | None:
    """(receiver, event) of the signal or callback that a function handles: `receiver.event:Connect(function)`.

    Also for a named function that is handed over by its name, where it is handed over once.
    """
    places = handlers_of(unit, function)
    return places[0] if len(places) == 1 else None


def handlers_of(unit: Unit, function: Function) -> list[tuple[Expr, str]]:
    """As `handler_of`, for all places where the function is handed over."""
    direct = _handed_to(unit, function)
    if direct is not None:
        return [direct]
    variable = _named(unit).get(function)
    if variable is None:
        return []
    return [place for read in variable.reads if (place := _handed_to(unit, read)) is not None]


def _named(unit: Unit) -> dict[Function, Variable]:
    """The local that holds a function."""
    found: dict[Function, Variable] | None = unit.memo.get("named functions")
    if found is None:
        found = {held.value: held for held in unit.variables if isinstance(held.value, Function)}
        unit.memo["named functions"] = found
    return found


def _handed_to(unit: Unit, node: Node) -> tuple[Expr, str] | None:
    parent = unit.parents.get(node)
    if isinstance(parent, MethodCall) and parent.name in CONNECTS and parent.args and parent.args[0] is node:
        signal = parent.object
        return (signal.object, signal.name) if isinstance(signal, Index) else None
    if isinstance(parent, Assign) and len(parent.targets) == 1 and parent.values and parent.values[0] is node:
        target = parent.targets[0]
        return (target.object, target.name) if isinstance(target, Index) else None
    return None
