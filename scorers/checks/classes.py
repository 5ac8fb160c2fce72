"""Checks of class names: those that are made, asked for, and no longer in use."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, WARNING, Finding, at, check
from scorers.checks.receivers import suggestion
from scorers.checks.services import GETTERS
from scorers.language.expressions import Expr
from scorers.language.paths import global_path
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.inference import class_of, receiver_of
from scorers.roblox.texts import text_of

_SEARCHES = (
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
    "IsA",
)


@check("unknown-class", API, ERROR)
def unknown_class(unit: Unit) -> Iterator[Finding]:
    """`Instance.new` raises an error for a name that is no class. A search for one finds nothing, ever.

    Bad:
        local part = Instance.new("Prat")
        part.Parent = workspace
    Good:
        local part = Instance.new("Part")
        part.Parent = workspace
    Source: Roblox API reference, Instance.new.
    """
    for node, name in [*_created(unit), *_searched(unit)]:
        if name not in table.classes():
            yield at(node, f"there is no class `{name}`", suggestion(unit, name, table.classes()))


@check("not-creatable-class", API, ERROR)
def not_creatable_class(unit: Unit) -> Iterator[Finding]:
    """Abstract classes, services and what only the engine makes cannot be made by `Instance.new`: it raises an error.

    Bad:
        local part = Instance.new("BasePart")
        part.Parent = workspace
    Good:
        local part = Instance.new("Part")
        part.Parent = workspace
    Source: Roblox API reference, tag NotCreatable.
    """
    for node, name in _created(unit):
        if name in table.classes() and "C" not in table.class_flags(name):
            hint = f'write `game:GetService("{name}")`' if name in table.services() else _descendant(name)
            yield at(node, f"`{name}` cannot be made with `Instance.new`", hint)


@check("deprecated-class", API, WARNING)
def deprecated_class(unit: Unit) -> Iterator[Finding]:
    """A deprecated class still works, but is neither mended nor developed, and new features ignore it.

    Bad:
        local mover = Instance.new("BodyVelocity")
        mover.Parent = workspace.Car
    Good:
        local mover = Instance.new("LinearVelocity")
        mover.Parent = workspace.Car
    Source: Roblox API reference, tag Deprecated.
    """
    for node, name in [*_created(unit), *_fetched(unit)]:
        deprecation = table.class_deprecation(name) if name in table.classes() else None
        if deprecation is not None:
            hint = f"use {deprecation.replacement}" if deprecation.replacement else None
            yield at(node, f"the class `{name}` is deprecated", hint)


def _created(unit: Unit) -> Iterator[tuple[Expr, str]]:
    """The texts in `Instance.new("...")` and `pcall(Instance.new, "...")`."""
    if "Instance" in unit.global_writes:
        return
    given = [call.args[0] for call in unit.calls("Instance.new") if call.args]
    given += [call.args[1] for call in unit.calls("pcall") if len(call.args) > 1 and _is_maker(unit, call.args[0])]
    for value in given:
        name = text_of(unit, value)
        if name is not None:
            yield value, name


def _is_maker(unit: Unit, function: Expr) -> bool:
    return global_path(unit, function) == "Instance.new"


def _fetched(unit: Unit) -> Iterator[tuple[Expr, str]]:
    for call in unit.methods(*GETTERS):
        name = text_of(unit, call.args[0]) if call.args else None
        if name is not None and class_of(unit, call.object) == "DataModel":
            yield call.args[0], name


def _searched(unit: Unit) -> Iterator[tuple[Expr, str]]:
    """The class names that instances are asked about. Other objects may have an `IsA` and classes of their own."""
    for call in unit.methods(*_SEARCHES):
        name = text_of(unit, call.args[0]) if call.args else None
        if name is None or name in table.classes():
            continue
        receiver = receiver_of(unit, call.object)
        if receiver is not None and receiver.name in table.classes():
            yield call.args[0], name


def _descendant(name: str) -> str | None:
    """Classes of the kind that can be made."""
    able = sorted(found for found in table.classes() if table.inherits(found, name) and table.class_flags(found) == "C")
    return f"make one of its kinds: {', '.join(able[:3])}" if able else None
