"""Checks that keep events and callbacks apart: an event is connected to, a callback is assigned."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, check
from scorers.checks.receivers import WRITE, named, odd_uses, place
from scorers.language.expressions import Function, Index, Table
from scorers.language.statements import Assign
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.families import callbacks, kinds_in_family
from scorers.roblox.inference import receiver_of

_UNMISTAKABLE = frozenset(("OnServerInvoke", "OnClientInvoke", "ProcessReceipt"))
_SIGNAL_METHODS = ("Connect", "Once", "Wait", "ConnectParallel", "connect", "wait")


@check("callback-used-as-event", API, ERROR)
def callback_used_as_event(unit: Unit) -> Iterator[Finding]:
    """A callback holds one function, which gives the answer; it has no `Connect`.

    Bad:
        script.Parent.Buy.OnServerInvoke:Connect(function(player) return true end)
    Good:
        script.Parent.Buy.OnServerInvoke = function(player) return true end
    Source: Roblox documentation, callbacks.
    """
    for call in unit.methods(*_SIGNAL_METHODS):
        callback = call.object
        if not isinstance(callback, Index) or not _is_callback(unit, callback):
            continue
        message = f"`{callback.name}` is a callback, not an event"
        yield Finding(*place(callback), message, f"assign a function: `.{callback.name} = function(...)`")


@check("event-assigned", API, ERROR)
def event_assigned(unit: Unit) -> Iterator[Finding]:
    """An event cannot be assigned to: functions are connected to it.

    Bad:
        local part = Instance.new("Part")
        part.Touched = function(hit) print(hit) end
    Good:
        local part = Instance.new("Part")
        part.Touched:Connect(function(hit) print(hit) end)
    Source: Roblox documentation, events.
    """
    for use in odd_uses(unit):
        if use.how != WRITE or not use.is_class or kinds_in_family(use.owner, use.name) != {"e"}:
            continue
        message = f"`{use.name}` is an event of {named(use.owner)} and cannot be assigned"
        yield Finding(*use.place, message, f"write `.{use.name}:Connect(function(...) ... end)`")


def _is_callback(unit: Unit, node: Index) -> bool:
    if node.name not in callbacks():
        return False
    receiver = receiver_of(unit, node.object)
    if receiver is not None:
        return receiver.name in table.classes() and kinds_in_family(receiver.name, node.name) == {"c"}
    return node.name in _UNMISTAKABLE and not _is_own_field(unit, node.name)


def _is_own_field(unit: Unit, name: str) -> bool:
    """Whether the source gives the name to something of its own that is no function: a signal of its own, say."""
    return name in _own_fields(unit)


def _own_fields(unit: Unit) -> set[str]:
    found: set[str] | None = unit.memo.get("own callbacks")
    if found is None:
        found = {field.name for node in unit.all(Table) for field in node.fields if field.name in _UNMISTAKABLE}
        for name in _UNMISTAKABLE:
            parents = (unit.parents.get(index) for index in unit.members(name))
            if any(isinstance(parent, Assign) and not isinstance(parent.values[0], Function) for parent in parents):
                found.add(name)
        unit.memo["own callbacks"] = found
    return found
