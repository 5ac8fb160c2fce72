"""Checks of searches that may find nothing."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TypeGuard

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.searches import PLAYERS, is_search, searches
from scorers.language.equality import canonical, tokens_in
from scorers.language.expressions import Binary, Call, Cast, Expr, Group, Index, MethodCall, Name, Subscript
from scorers.language.guards import Subject, is_guarded
from scorers.language.node import Node
from scorers.language.operators import ungrouped
from scorers.language.statements import Assign, Local
from scorers.language.unit import Unit, Variable, inside, place_in
from scorers.roblox.inference import class_of, handler_of
from scorers.roblox.table import inherits

_MAX_PLACES = 50
"""Places after an assignment that are looked at, so that a long block takes linear time."""
_MAX_TOKENS = 100
"""Tokens of a value that guards are searched for: each is compared with the conditions before it."""


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
    for call, name, args in searches(unit):
        if name in PLAYERS and _in_character_handler(unit, call):
            continue
        use, cast = _unguarded_use(unit, call)
        if use is not None:
            shown = f"{name}({unit.text(args[0]) if args else ''})"
            hint = "test the result first, or use WaitForChild" if name.startswith("FindFirstChild") else "test the result first"
            is_mild = cast or name == "GetPlayerByUserId"  # ids often come from a player who is there
            yield at(use, f"`{shown}` may be nil here", hint, severity=WARNING if is_mild else None)


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
    if tokens_in(unit, value) > _MAX_TOKENS or is_guarded(unit, outer, _is_written_like(unit, value)):
        return None, cast
    parent = unit.parents.get(outer)
    if _reaches_into(parent, outer):
        return outer, cast
    if isinstance(parent, Assign):
        return _unguarded_after(unit, outer, parent), cast
    variable = _held_by(unit, outer, parent)
    if variable is None or variable.writes:
        return None, cast
    return _unguarded_read(unit, variable), cast


def _unguarded_read(unit: Unit, variable: Variable) -> Node | None:
    """Where the value that a local holds is reached into, by that local or by one that is given it as it is."""
    names = {variable}
    pending = [variable]

    def is_held(node: Expr) -> bool:
        return isinstance(node, Name) and unit.variable_of.get(node) in names

    reads: list[Name] = []
    while pending:
        for read in pending.pop().reads:
            reads.append(read)
            other = unit.holder_of.get(read)
            if other is not None and not other.writes and not is_guarded(unit, read, is_held, since=variable.start):
                names.add(other)
                pending.append(other)
    uses = (read for read in reads if _reaches_into(unit.parents.get(read), read))
    return next((use for use in uses if not is_guarded(unit, use, is_held, since=variable.start)), None)


def _unguarded_after(unit: Unit, value: Expr, given: Assign) -> Node | None:
    """Where a variable or a field is reached into after it was given the value, in the same function and block."""
    target = given.targets[0]
    if len(given.targets) > 1 or given.values[0] is not value or tokens_in(unit, target) > _MAX_TOKENS:
        return None
    variable = unit.variable_of.get(target) if isinstance(target, Name) else None
    places: Sequence[Expr] = ()
    if variable is not None:
        places = _places_of(unit, variable)
    elif isinstance(target, Index):
        places = unit.members(target.name)
    is_target, function = _is_written_like(unit, target), unit.function_of(given)
    after = bisect_right(places, given.end, key=attrgetter("start"))
    for place in inside(places[after : after + _MAX_PLACES], unit.parents[given]):
        parent = unit.parents[place]
        if isinstance(parent, Assign) and place_in(parent.targets, place) is not None and is_target(place):
            return None
        is_use = _reaches_into(parent, place) and is_target(place) and unit.function_of(place) is function
        if is_use and not is_guarded(unit, place, is_target, since=given.start):
            return place
    return None


def _places_of(unit: Unit, variable: Variable) -> Sequence[Name]:
    """Where a variable is read or written, in the order of the source."""
    memo: dict[Variable, list[Name]] = unit.memo.setdefault("places of variables", {})
    if variable not in memo:
        memo[variable] = sorted([*variable.reads, *variable.writes], key=attrgetter("start"))
    return memo[variable]


def _wrapped(unit: Unit, value: Expr) -> tuple[Expr, bool]:
    """The value with the brackets and casts around it, and the searches that stand in for it when it is nil."""
    cast = False
    parent = unit.parents.get(value)
    while isinstance(parent, Group | Cast) or _is_second_search(parent, value):
        cast = cast or isinstance(parent, Cast)
        value, parent = parent, unit.parents.get(parent)
    return value, cast


def _is_second_search(parent: Node | None, value: Expr) -> TypeGuard[Binary]:
    """`a:FindFirstChild(x) or b:FindFirstChild(x)` may still be nil."""
    if not isinstance(parent, Binary) or parent.op != "or" or value is not parent.right:
        return False
    first = ungrouped(parent.left)
    return is_search(first.right if isinstance(first, Binary) and first.op == "or" else first)


def _held_by(unit: Unit, value: Expr, parent: Node | None) -> Variable | None:
    """The local that holds the value, also where it stands behind `and`."""
    while isinstance(parent, Binary) and parent.op == "and" and value is parent.right:
        value, parent = parent, unit.parents.get(parent)
    return unit.holder_of.get(value) if isinstance(parent, Local) else None


def _reaches_into(parent: Node | None, child: Node) -> bool:
    """Whether a parent needs its child to be there: indexes or calls it."""
    if isinstance(parent, Index | Subscript | MethodCall):
        return parent.object is child
    return isinstance(parent, Call) and parent.function is child


def _is_written_like(unit: Unit, value: Expr) -> Subject:
    kind, length, key = type(value), tokens_in(unit, value), canonical(unit, value)
    return lambda node: type(node) is kind and tokens_in(unit, node) == length and canonical(unit, node) == key


def _is_player(unit: Unit, node: Expr) -> bool:
    name = class_of(unit, node)
    if name is not None:
        return inherits(name, "Player")
    spelt = node.name if isinstance(node, Name | Index) else ""
    return spelt.lower() in ("player", "plr", "localplayer")


def _is_read(unit: Unit, node: Expr) -> bool:
    parent = unit.parents.get(node)
    return not (isinstance(parent, Assign) and place_in(parent.targets, node) is not None)


def _in_character_handler(unit: Unit, node: Node) -> bool:
    """Inside a handler of CharacterAdded the character is there."""
    function = unit.function_of(node)
    while function is not None:
        handled = handler_of(unit, function)
        if handled is not None and handled[1] in ("CharacterAdded", "CharacterAppearanceLoaded"):
            return True
        function = unit.function_of(function)
    return False
