"""Checks of searches that may find nothing."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.language.expressions import Binary, Call, Cast, Expr, Group, Index, MethodCall, Name, Subscript
from scorers.language.guards import Subject, is_guarded
from scorers.language.node import Node
from scorers.language.statements import Assign, Local
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import class_of, handler_of, type_of
from scorers.roblox.table import classes, inherits

_FINDERS = (
    "FindFirstChild",
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestor",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
    "FindFirstDescendant",
)


@check("unchecked-find-first-child", BUGS, ERROR)
def unchecked_find_first_child(unit: Unit) -> Iterator[Finding]:
    """FindFirstChild and its relatives return nil when nothing is found, and indexing nil stops the script.

    Bad:
        local humanoid = workspace:FindFirstChild("Humanoid")
        humanoid.Health = 0
    Good:
        local humanoid = workspace:FindFirstChild("Humanoid")
        if humanoid then
            humanoid.Health = 0
        end
    Source: Roblox documentation, Instance:FindFirstChild.
    """
    for call in unit.methods(*_FINDERS):
        if _is_custom(unit, call):
            continue
        use, cast = _unguarded_use(unit, call)
        if use is not None:
            name = call.args[0] if call.args else None
            shown = unit.text(name) if name is not None else ""
            message = f"`{call.name}({shown})` may be nil here"
            yield at(use, message, "test the result first, or use WaitForChild", severity=WARNING if cast else None)


@check("character-nil", BUGS, WARNING)
def character_nil(unit: Unit) -> Iterator[Finding]:
    """A player has no character before it spawns and after it left, so `player.Character` may be nil.

    Bad:
        game:GetService("Players").PlayerAdded:Connect(function(player)
            player.Character.Humanoid.WalkSpeed = 20
        end)
    Good:
        game:GetService("Players").PlayerAdded:Connect(function(player)
            local character = player.Character or player.CharacterAdded:Wait()
            character.Humanoid.WalkSpeed = 20
        end)
    Source: Roblox documentation, Player.Character.
    """
    for node in unit.members("Character"):
        if not _is_player(unit, node.object) or not _is_read(unit, node):
            continue
        if _in_character_handler(unit, node):
            continue
        use, _ = _unguarded_use(unit, node)
        if use is not None:
            hint = "test it, or write `player.Character or player.CharacterAdded:Wait()`"
            yield at(use, f"`{unit.text(node)}` may be nil here", hint)


def _unguarded_use(unit: Unit, value: Expr) -> tuple[Node | None, bool]:
    """Where a value that may be nil is reached into without a guard, and whether a cast stands between."""
    outer, cast = _wrapped(unit, value)
    key = _canonical(unit, value)
    if is_guarded(unit, outer, lambda node: _canonical(unit, node) == key):
        return None, cast
    parent = unit.parents.get(outer)
    if _reaches_into(parent, outer):
        return outer, cast
    variable = _held_by(unit, outer, parent)
    if variable is None or variable.writes:
        return None, cast
    is_variable = _is_variable(unit, variable)
    for read in variable.reads:
        if _reaches_into(unit.parents.get(read), read) and not is_guarded(unit, read, is_variable, since=variable.start):
            return read, cast
    return None, cast


def _wrapped(unit: Unit, value: Expr) -> tuple[Expr, bool]:
    """The value with the brackets and casts around it."""
    cast = False
    parent = unit.parents.get(value)
    while isinstance(parent, Group | Cast):
        cast = cast or isinstance(parent, Cast)
        value, parent = parent, unit.parents.get(parent)
    return value, cast


def _held_by(unit: Unit, value: Expr, parent: Node | None) -> Variable | None:
    """The local that holds the value, also where it stands behind `and`."""
    while isinstance(parent, Binary) and parent.op == "and" and value is parent.right:
        value, parent = parent, unit.parents.get(parent)
    if not isinstance(parent, Local) or value not in parent.values:
        return None
    at_index = parent.values.index(value)
    if at_index >= len(parent.bindings):
        return None
    return unit.variable_at[parent.bindings[at_index]]


def _reaches_into(parent: Node | None, child: Node) -> bool:
    """Whether a parent needs its child to be there: indexes or calls it."""
    if isinstance(parent, Index | Subscript | MethodCall):
        return parent.object is child
    return isinstance(parent, Call) and parent.function is child


def _is_variable(unit: Unit, variable: Variable) -> Subject:
    return lambda node: isinstance(node, Name) and unit.variable_of.get(node) is variable


def _canonical(unit: Unit, node: Expr) -> str:
    return "".join(unit.text(node).split())


def _is_custom(unit: Unit, call: MethodCall) -> bool:
    """A receiver that is known to be no Instance has a method of the same name of its own."""
    inferred = type_of(unit, call.object)
    return inferred is not None and inferred.name not in classes()


def _is_player(unit: Unit, node: Expr) -> bool:
    name = class_of(unit, node)
    if name is not None:
        return inherits(name, "Player")
    spelt = node.name if isinstance(node, Name | Index) else ""
    return spelt.lower() in ("player", "plr", "localplayer")


def _is_read(unit: Unit, node: Expr) -> bool:
    parent = unit.parents.get(node)
    return not (isinstance(parent, Assign) and node in parent.targets)


def _in_character_handler(unit: Unit, node: Node) -> bool:
    """Inside a handler of CharacterAdded the character is there."""
    function = unit.function_of(node)
    while function is not None:
        handled = handler_of(unit, function)
        if handled is not None and handled[1] in ("CharacterAdded", "CharacterAppearanceLoaded"):
            return True
        function = unit.function_of(function)
    return False
