"""Checks of connections and of tables that outlive the players and instances they were made for."""

import re
from collections.abc import Iterator

from scorers.checks.check import BUGS, INFO, WARNING, Finding, at, check
from scorers.checks.events import Handler, handlers, named_function, short
from scorers.language.expressions import Call, Expr, Function, Index, MethodCall, Name, Nil, Subscript
from scorers.language.node import Node
from scorers.language.statements import Assign, CallStatement, FunctionDeclaration, Local
from scorers.language.unit import Unit, Variable, place_in
from scorers.roblox.inference import class_of
from scorers.roblox.table import services

_OF_ONE = frozenset(
    (
        "PlayerAdded", "CharacterAdded", "CharacterAppearanceLoaded", "CharacterRemoving", "PlayerRemoving", "Touched",
        "TouchEnded", "ChildAdded", "ChildRemoved", "DescendantAdded", "Equipped", "Unequipped", "Activated", "Died",
        "OnServerEvent", "Triggered", "InputBegan", "InputEnded", "MouseButton1Click", "MouseClick", "Chatted",
    )
)  # fmt: skip
"""Events that are raised again and again, for one player or instance at a time."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_TAG_SIGNALS = ("GetInstanceAddedSignal", "GetInstanceRemovedSignal")


@check("connection-leak", BUGS, WARNING)
def connection_leak(unit: Unit) -> Iterator[Finding]:
    """A connection to an event of a service made for each player or instance stays when that one is gone, and they add up.

    Bad:
        local RunService = game:GetService("RunService")
        game:GetService("Players").PlayerAdded:Connect(function(player)
            RunService.Heartbeat:Connect(function()
                print(player.Name)
            end)
        end)
    Good:
        local RunService = game:GetService("RunService")
        game:GetService("Players").PlayerAdded:Connect(function(player)
            local connection = RunService.Heartbeat:Connect(function()
                print(player.Name)
            end)
            player.Destroying:Once(function()
                connection:Disconnect()
            end)
        end)
    Source: Roblox documentation, memory usage.
    """
    if unit.errors:
        return  # a missing `end` makes the whole rest of the source look nested
    for call in unit.methods("Connect", "ConnectParallel"):
        if not _is_dropped(unit, call) or (outer := unit.function_of(call)) is None:
            continue
        handled = _repeated_event(unit, outer)
        if handled is None:
            continue
        service = _service_of_signal(unit, call.object)
        if service is not None:
            message = f"each `{handled}` adds a connection to `{short(unit, call.object)}` that is never disconnected"
            yield Finding(
                call.start, call.name_start + len(call.name), message, "keep the connection and disconnect it at the end"
            )


@check("player-table-leak", BUGS, WARNING)
def player_table_leak(unit: Unit) -> Iterator[Finding]:
    """An entry for each player that joins, and none removed when players leave, fills the server's memory.

    Bad:
        local joined = {}
        game:GetService("Players").PlayerAdded:Connect(function(player)
            joined[player] = os.clock()
        end)
    Good:
        local joined = {}
        local Players = game:GetService("Players")
        Players.PlayerAdded:Connect(function(player)
            joined[player] = os.clock()
        end)
        Players.PlayerRemoving:Connect(function(player)
            joined[player] = nil
        end)
    Source: Roblox documentation, memory usage.
    """
    reported = set()
    for handler in _joins(unit):
        for function, player in _with_player(unit, handler):
            for entry in _entries(unit, function, player):
                name = _last_name(entry.object)
                if name not in reported and _is_kept(unit, entry.object, function) and not _is_cleared(unit, entry.object):
                    reported.add(name)
                    message = f"`{unit.text(entry)}` stays when the player leaves"
                    yield at(entry, message, f"set `{unit.text(entry)} = nil` in `Players.PlayerRemoving`")


@check("players-existing-missed", BUGS, INFO)
def players_existing_missed(unit: Unit) -> Iterator[Finding]:
    """Players who joined before the script connected raise no PlayerAdded; in Studio that is the usual case.

    Bad:
        game:GetService("Players").PlayerAdded:Connect(function(player)
            print(player.Name)
        end)
    Good:
        local Players = game:GetService("Players")
        local function greet(player)
            print(player.Name)
        end
        Players.PlayerAdded:Connect(greet)
        for _, player in Players:GetPlayers() do
            greet(player)
        end
    Source: Roblox developer forum, PlayerAdded and players who are there already.
    """
    for handler in _joins(unit):
        if handler.method and not any(True for _ in unit.methods("GetPlayers", "getPlayers", "GetChildren")):
            hint = "also call the handler for each of `Players:GetPlayers()`"
            yield Finding(handler.signal.name_start, handler.signal.end, "players who are there already are missed", hint)
            return


def _joins(unit: Unit) -> Iterator[Handler]:
    """The handlers of PlayerAdded of the service; teams and other tables have an event of that name too."""
    for handler in handlers(unit, "PlayerAdded"):
        service = handler.signal.object
        if class_of(unit, service) == "Players" or (isinstance(service, Name | Index) and service.name == "Players"):
            yield handler


def _is_dropped(unit: Unit, call: MethodCall) -> bool:
    """Whether nothing keeps what a call returns."""
    parent = unit.parents.get(call)
    if isinstance(parent, Local) and len(parent.values) == len(parent.bindings) == 1:
        variable = unit.variable_at[parent.bindings[0]]
        return not variable.reads
    return isinstance(parent, CallStatement)


def _repeated_event(unit: Unit, function: Function | None) -> str | None:
    """The event of one player or instance that runs a function or one around it."""
    by_function: dict[Function, str] | None = unit.memo.get("repeated events")
    if by_function is None:
        by_function = unit.memo["repeated events"] = dict(_repeated(unit))
    while function is not None:
        if function in by_function:
            return by_function[function]
        function = unit.function_of(function)
    return None


def _repeated(unit: Unit) -> Iterator[tuple[Function, str]]:
    for call in unit.methods("Connect", "ConnectParallel"):
        signal = call.object
        if not call.args or not isinstance(signal, Index | MethodCall):
            continue
        is_tag = isinstance(signal, MethodCall) and signal.name in _TAG_SIGNALS
        if (is_tag or signal.name in _OF_ONE) and (function := named_function(unit, call.args[0])) is not None:
            yield function, signal.name
            for statement in function.body.statements:
                run = statement.call if isinstance(statement, CallStatement) else None
                if isinstance(run, Call) and (called := named_function(unit, run.function)) is not None:
                    yield called, signal.name


def _service_of_signal(unit: Unit, signal: Expr) -> str | None:
    """The service whose event a signal is; a signal of an instance goes with it."""
    if isinstance(signal, MethodCall) and signal.name not in (
        *_TAG_SIGNALS,
        "GetPropertyChangedSignal",
        "GetAttributeChangedSignal",
    ):
        return None
    if not isinstance(signal, Index | MethodCall):
        return None
    name = class_of(unit, signal.object)
    return name if name in services() else None


def _with_player(unit: Unit, handler: Handler) -> Iterator[tuple[Function, Variable]]:
    """The handler and the functions of this source that it hands the player to, each with its player."""
    function = handler.function
    if not function.params:
        return
    player = unit.variable_at[function.params[0]]
    yield function, player
    for read in player.reads:
        call = unit.parents.get(read)
        called = _called(unit, call)
        if called is None or called is function or not isinstance(call, Call | MethodCall):
            continue
        index = place_in(call.args, read)
        if index is not None and index < len(called.params):
            yield called, unit.variable_at[called.params[index]]


def _called(unit: Unit, call: Node | None) -> Function | None:
    if isinstance(call, Call):
        return named_function(unit, call.function)
    return _methods(unit).get(call.name) if isinstance(call, MethodCall) else None


def _methods(unit: Unit) -> dict[str, Function | None]:
    """The function that is declared as `x:name`; None for a name of several."""
    found: dict[str, Function | None] | None = unit.memo.get("declared methods")
    if found is None:
        found = unit.memo["declared methods"] = {}
        for one in unit.all(FunctionDeclaration):
            if one.method and isinstance(one.target, Index):
                found[one.target.name] = None if one.target.name in found else one.function
    return found


def _entries(unit: Unit, function: Function, player: Variable) -> Iterator[Subscript]:
    """Entries under a player, or its UserId, that a function sets to something."""
    for statement in unit.within(Assign, function):
        for target, value in zip(statement.targets, statement.values, strict=False):
            if isinstance(target, Subscript) and not isinstance(value, Nil) and _is_key(unit, target.key, player):
                yield target


def _is_key(unit: Unit, key: Expr, player: Variable) -> bool:
    if isinstance(key, Call) and len(key.args) == 1 and unit.text(key.function) == "tostring":
        key = key.args[0]
    if isinstance(key, Index) and key.name in ("UserId", "Name"):
        key = key.object
    elif isinstance(key, Name) and (variable := unit.variable_of.get(key)) is not None and variable.value is not None:
        value = variable.value
        return not variable.writes and isinstance(value, Index) and value.name == "UserId" and _is_key(unit, value, player)
    return isinstance(key, Name) and unit.variable_of.get(key) is player


def _is_kept(unit: Unit, table: Expr, function: Function) -> bool:
    """Whether a table outlives the function: `self.data`, or a variable from outside."""
    root = table
    while isinstance(root, Index):
        root = root.object
    if not isinstance(root, Name):
        return False
    variable = unit.variable_of.get(root)
    if variable is None:
        return True
    is_outer = not function.start <= variable.start < function.end
    return (is_outer or variable.kind == "self") and not _is_weak(unit, variable.value)


def _is_weak(unit: Unit, value: Expr | None) -> bool:
    """`setmetatable({}, { __mode = "k" })`."""
    if not isinstance(value, Call) or len(value.args) < 2 or unit.text(value.function) != "setmetatable":
        return False
    return "__mode" in unit.text(value.args[1]) or isinstance(value.args[1], Name)


def _last_name(table: Expr) -> str:
    return table.name if isinstance(table, Name | Index) else ""


def _is_cleared(unit: Unit, table: Expr) -> bool:
    """Whether anything in the source removes entries of a table of this name, or replaces it."""
    cleared: set[str] | None = unit.memo.get("cleared tables")
    if cleared is None:
        cleared = unit.memo["cleared tables"] = set(_cleared(unit))
        cleared |= {
            _last_name(variable.value) for variable in unit.variables if variable.value is not None and variable.name in cleared
        }
    return _last_name(table) in cleared


def _cleared(unit: Unit) -> Iterator[str]:
    for statement in unit.all(Assign):
        for target, value in zip(statement.targets, statement.values, strict=False):
            if isinstance(target, Subscript) and isinstance(value, Nil):
                yield _last_name(target.object)
    for path in ("table.clear", "table.remove", "rawset"):
        yield from (_last_name(call.args[0]) for call in unit.calls(path) if call.args)
    for call in unit.calls("setmetatable"):
        if "__mode" in (text := unit.text(call)):
            yield from _WORD.findall(text)
