"""Checks of data stores."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, INFO, WARNING, Finding, at, check
from scorers.checks.protection import is_protected
from scorers.checks.store_calls import WRITES, StoreCall, store_calls
from scorers.language.exits import has_break
from scorers.language.expressions import Call, Expr, Function, MethodCall, Table
from scorers.language.node import Node
from scorers.language.statements import GenericFor, NumericFor, Repeat, Return, While
from scorers.language.unit import Unit, inside
from scorers.roblox.inference import handler_of, type_of
from scorers.roblox.table import classes, datatypes

_LOOPS = (While, Repeat, NumericFor, GenericFor)
_WAITS = ("wait", "task.wait")
_CHANGES = ("Changed", "GetPropertyChangedSignal", "GetAttributeChangedSignal", "AttributeChanged")


@check("datastore-no-pcall", BUGS, ERROR)
def datastore_no_pcall(unit: Unit) -> Iterator[Finding]:
    """Calls of a data store go over the network and raise when it fails; without a pcall the player's data is lost.

    Bad:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        local coins = store:GetAsync("player")
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        local ok, coins = pcall(function()
            return store:GetAsync("player")
        end)
    Source: Roblox documentation, data stores.
    """
    for call in store_calls(unit):
        if not call.is_caught and isinstance(call.node, MethodCall) and not is_protected(unit, call.node):
            message = f"`{call.method}` outside pcall: an outage stops this script"
            yield Finding(
                call.node.name_start, call.node.end, message, f"write `pcall(function() return store:{call.method}(...) end)`"
            )


@check("get-then-set-race", BUGS, WARNING)
def get_then_set_race(unit: Unit) -> Iterator[Finding]:
    """Between GetAsync and SetAsync another server may write: its change is lost.

    Bad:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        pcall(function()
            local coins = store:GetAsync("total")
            store:SetAsync("total", coins + 1)
        end)
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        pcall(function()
            store:UpdateAsync("total", function(coins)
                return (coins or 0) + 1
            end)
        end)
    Source: Roblox documentation, data stores: "UpdateAsync".
    """
    seen: dict[tuple[Function | None, str, str], StoreCall] = {}
    for call in store_calls(unit):
        if call.method not in ("GetAsync", "SetAsync") or not call.args:
            continue
        place = (_named_function(unit, call.node), unit.text(call.store), unit.text(call.args[0]))
        if call.method == "GetAsync":
            seen[place] = call
        elif place in seen:
            message = f"the key was read on line {seen[place].node.line}: what others wrote since is lost"
            yield at(call.node, message, "change it with `UpdateAsync`")


@check("datastore-write-in-loop", BUGS, WARNING)
def datastore_write_in_loop(unit: Unit) -> Iterator[Finding]:
    """A data store takes a few writes a minute for each key: a loop without a wait, or a write at each change, is too much.

    Bad:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        local data = { a = 1, b = 2 }
        for key, value in data do
            pcall(store.SetAsync, store, key, value)
        end
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        local data = { a = 1, b = 2 }
        pcall(store.SetAsync, store, "data", data)
    Source: Roblox documentation, data store limits.
    """
    for call in store_calls(unit):
        if call.method not in WRITES or (call.args and "UserId" in unit.text(call.args[0])):
            continue  # one write for each player is what the limits are made for
        loop = _loop_around(unit, call.node)
        if loop is not None and not _is_paced(unit, loop):
            yield at(call.node, f"`{call.method}` at every turn of a loop", "write once, with all values in one table")
        elif _in_change_handler(unit, call.node):
            yield at(
                call.node,
                f"`{call.method}` at every change",
                "keep the value and save it when the player leaves and every few minutes",
            )


@check("missing-bind-to-close", BUGS, INFO)
def missing_bind_to_close(unit: Unit) -> Iterator[Finding]:
    """When a server shuts down, PlayerRemoving may not have the time to save: BindToClose holds the shutdown back.

    Bad:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        game:GetService("Players").PlayerRemoving:Connect(function(player)
            pcall(store.SetAsync, store, player.UserId, 1)
        end)
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        local function save(player)
            pcall(store.SetAsync, store, player.UserId, 1)
        end
        game:GetService("Players").PlayerRemoving:Connect(save)
        game:BindToClose(function()
            for _, player in game:GetService("Players"):GetPlayers() do
                save(player)
            end
        end)
    Source: Roblox documentation, DataModel:BindToClose.
    """
    if "BindToClose" in unit.method_calls or "PlayerRemoving" not in unit.indexes:
        return
    for call in store_calls(unit):
        if call.method in WRITES and _saves_at_leaving(unit, call.node):
            yield at(call.node, "saved when a player leaves, not when the server shuts down", "save in `game:BindToClose` too")
            return


@check("datastore-instance-value", BUGS, ERROR)
def datastore_instance_value(unit: Unit) -> Iterator[Finding]:
    """A data store holds numbers, strings, booleans and tables of them; an Instance or a Vector3 raises an error.

    Bad:
        local store = game:GetService("DataStoreService"):GetDataStore("Homes")
        pcall(store.SetAsync, store, "home", Vector3.new(1, 2, 3))
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Homes")
        pcall(store.SetAsync, store, "home", { x = 1, y = 2, z = 3 })
    Source: Roblox documentation, data stores: "Can't store type".
    """
    for call in store_calls(unit):
        if call.method == "SetAsync" and len(call.args) > 1:
            for value in _stored(call.args[1]):
                inferred = type_of(unit, value)
                if inferred is not None and (inferred.name in classes() or inferred.name in datatypes()):
                    hint = "store its numbers, such as `{ x = v.X, y = v.Y, z = v.Z }`"
                    yield at(value, f"a data store cannot hold a value of type `{inferred.name}`", hint)


def _stored(value: Expr) -> Iterator[Expr]:
    """A value and what stands in its table constructor."""
    yield value
    if isinstance(value, Table):
        for field in value.fields:
            yield field.value


def _named_function(unit: Unit, node: Node) -> Function | None:
    """The function around a node, not counting one that is only handed to a call such as pcall."""
    function = unit.function_of(node)
    while function is not None and isinstance(unit.parents[function], Call):
        function = unit.function_of(function)
    return function


def _loop_around(unit: Unit, node: Node) -> Node | None:
    """The innermost loop that a node stands in, also through functions handed to pcall."""
    for around in unit.ancestors(node):
        if isinstance(around, _LOOPS):
            return around
        if isinstance(around, Function) and not isinstance(unit.parents[around], Call):
            return None
    return None


def _is_paced(unit: Unit, loop: Node) -> bool:
    """A loop that waits, that ends at success, or that goes over the players."""
    players = inside(unit.method_calls.get("GetPlayers", ()), loop)
    if isinstance(loop, GenericFor) and any(call.end < loop.body.start for call in players):
        return True
    if isinstance(loop, _LOOPS) and has_break(unit, loop):
        return True
    if any(inside(unit.calls(path), loop) for path in _WAITS):
        return True
    return any(unit.function_of(leave) is unit.function_of(loop) for leave in unit.within(Return, loop))


def _in_change_handler(unit: Unit, node: Node) -> bool:
    function = _named_function(unit, node)
    if function is None:
        return False
    handled = handler_of(unit, function)
    parent = unit.parents[function]
    if isinstance(parent, MethodCall) and isinstance(parent.object, MethodCall):
        return parent.object.name in _CHANGES
    return handled is not None and handled[1] in _CHANGES


def _saves_at_leaving(unit: Unit, node: Node) -> bool:
    """Whether a node runs in a handler of PlayerRemoving, directly or in a local function that the handler calls."""
    function = _named_function(unit, node)
    if function is None:
        return False
    if (handled := handler_of(unit, function)) is not None:
        return handled[1] == "PlayerRemoving"
    variable = unit.holder_of.get(function)
    callers = [] if variable is None else [caller for read in variable.reads if (caller := unit.function_of(read)) is not None]
    return any((handler_of(unit, caller) or (None, ""))[1] == "PlayerRemoving" for caller in callers)
