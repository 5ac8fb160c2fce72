"""Checks of the ways between client and server, and of code that stands on the wrong side."""

import re
from collections.abc import Iterator
from itertools import chain

from scorers.checks.check import API, BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.events import short
from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Expr,
    Group,
    IfElse,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Number,
    String,
    Table,
    Unary,
)
from scorers.language.node import Node
from scorers.language.statements import If, Local, Return
from scorers.language.unit import Unit
from scorers.roblox.inference import class_of, literal, type_of
from scorers.roblox.table import classes

_LITERALS = (String, Interpolated, Number, Table, Boolean)

_CLIENT_SERVICES = ("UserInputService", "ContextActionService")
_SERVER_SERVICES = ("DataStoreService", "ServerStorage", "ServerScriptService", "MemoryStoreService")
_SERVER_SIGNALS = ("OnServerEvent", "OnServerInvoke", "ProcessReceipt")
_SIDES = ("IsServer", "IsClient", "IsStudio", "IsRunMode", "IsEdit")
_CLIENT_HEADER = re.compile(r"^-*\[*=*\[*\W*(?:on )?(?:the )?(?:client|local ?script|starter)", re.IGNORECASE)
_SERVER_HEADER = re.compile(r"^-*\[*=*\[*\W*(?:on )?(?:the )?(?:server|script\b)", re.IGNORECASE)


@check("fire-client-missing-player", BUGS, ERROR)
def fire_client_missing_player(unit: Unit) -> Iterator[Finding]:
    """FireClient takes the player to send to before the values to send.

    Bad:
        local remote = Instance.new("RemoteEvent")
        remote:FireClient("hello")
    Good:
        local remote = Instance.new("RemoteEvent")
        remote:FireAllClients("hello")
    Source: Roblox documentation, RemoteEvent:FireClient.
    """
    for call in unit.methods("FireClient", "InvokeClient"):
        first = call.args[0] if call.args else None
        is_wrong = first is None or isinstance(first, _LITERALS) or (isinstance(first, Binary) and first.op == "..")
        if is_wrong and _may_be_remote(unit, call) and not any(_is_named_player(arg) for arg in call.args[1:]):
            given = f"got `{short(unit, first)}`" if first is not None else "got nothing"
            hint = "pass the player first, or use `FireAllClients`" if call.name == "FireClient" else "pass the player first"
            yield at(first or call, f"`{call.name}` takes the player first, {given}", hint)


@check("fire-server-with-player", BUGS, WARNING)
def fire_server_with_player(unit: Unit) -> Iterator[Finding]:
    """The engine tells the server who fired; a player passed by hand arrives as a second one, and a client can lie about it.

    Bad:
        local player = game:GetService("Players").LocalPlayer
        script.Parent:FireServer(player, "jump")
    Good:
        script.Parent:FireServer("jump")
    Source: Roblox documentation, RemoteEvent:FireServer.
    """
    for call in unit.methods("FireServer", "InvokeServer"):
        if call.args and _is_local_player(unit, call.args[0]) and _may_be_remote(unit, call):
            message = f"`{call.name}` already sends the player: the server gets `{short(unit, call.args[0])}` twice"
            yield at(call.args[0], message, "leave it out, and use the first parameter of the server's handler")


@check("invoke-client", BUGS, WARNING)
def invoke_client(unit: Unit) -> Iterator[Finding]:
    """InvokeClient waits for an answer that a client may never give, and raises when the client leaves.

    Bad:
        local remote = Instance.new("RemoteFunction")
        game:GetService("Players").PlayerAdded:Connect(function(player)
            print(remote:InvokeClient(player))
        end)
    Good:
        local remote = Instance.new("RemoteEvent")
        game:GetService("Players").PlayerAdded:Connect(function(player)
            remote:FireClient(player)
        end)
    Source: Roblox documentation, remote events and callbacks.
    """
    for call in unit.methods("InvokeClient"):
        if _may_be_remote(unit, call):
            message = "`InvokeClient` stops this thread for as long as the client likes"
            yield Finding(
                call.name_start, call.end, message, "send with `FireClient`, and let the client answer by a RemoteEvent"
            )


@check("wrong-side-api", API, WARNING)
def wrong_side_api(unit: Unit) -> Iterator[Finding]:
    """What only clients have and what only servers have cannot work in one script, except in a module that asks where it runs.

    Bad:
        local player = game:GetService("Players").LocalPlayer
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        print(player, store)
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Coins")
        game:GetService("Players").PlayerAdded:Connect(function(player)
            print(player, store)
        end)
    Source: Roblox documentation, client-server runtime.
    """
    client = min(_client_places(unit), key=lambda place: place[1].start, default=None)
    if client is None:
        return
    server = min(_server_places(unit), key=lambda place: place[1].start, default=None)
    if server is None or any(True for _ in unit.methods(*_SIDES)) or any(unit.members("RunContext")):
        return
    if _shows_both_sides(unit) or _asks_for_player(unit) or _is_shared(unit, client[1], server[1]):
        return
    message = f"`{client[0]}` is for clients, but this script uses `{server[0]}`, which is for servers"
    yield at(client[1], message, "split it into a LocalScript and a server script that talk through a RemoteEvent")


def _may_be_remote(unit: Unit, call: MethodCall) -> bool:
    """Whether the receiver may be an instance: no table, no `self`, nothing that a module or a library of remotes gave."""
    known = type_of(unit, call.object)
    if known is not None:
        return known.name in classes()
    root = call.object
    while isinstance(root, Index | MethodCall | Group):
        root = root.value if isinstance(root, Group) else root.object
    if isinstance(root, Call):
        return False
    if not isinstance(root, Name):
        return True
    variable = unit.variable_of.get(root)
    if variable is None:
        return root is not call.object or root.name not in unit.global_writes
    if variable.kind == "self":
        return root is not call.object
    return not _is_custom(unit, variable.value)


def _is_custom(unit: Unit, value: Expr | None) -> bool:
    """Whether a value comes from a call of a function that is no instance's method: `require(x)`, `Net.event("a")`."""
    while isinstance(value, Index | MethodCall | Group):
        value = value.value if isinstance(value, Group) else value.object
    if isinstance(value, Name):
        variable = unit.variable_of.get(value)
        return variable is not None and variable.value is not value and isinstance(variable.value, Call)
    return isinstance(value, Call | Table) and class_of(unit, value) is None


def _is_named_player(node: Expr) -> bool:
    return isinstance(node, Name | Index) and re.search(r"(?i)player|plr|client", node.name) is not None


def _is_local_player(unit: Unit, node: Expr) -> bool:
    if isinstance(node, Name):
        variable = unit.variable_of.get(node)
        if variable is None or variable.writes or variable.value is None or variable.position:
            return False
        node = variable.value
    return isinstance(node, Index) and node.name == "LocalPlayer"


def _client_places(unit: Unit) -> Iterator[tuple[str, Node]]:
    """(name, place) of what only works on clients."""
    yield from _services(unit, _CLIENT_SERVICES)
    for node in unit.members("LocalPlayer"):
        if _is_players(node.object):
            yield "LocalPlayer", node
    for node in chain(unit.members("RenderStepped"), unit.members("PreRender")):
        if isinstance(unit.parents.get(node), MethodCall):
            yield node.name, node
    for call in unit.methods("BindToRenderStep"):
        yield call.name, call
    for node in chain(unit.members("OnClientEvent"), unit.members("OnClientInvoke")):
        yield node.name, node


def _server_places(unit: Unit) -> Iterator[tuple[str, Node]]:
    """(name, place) of what only works on servers."""
    yield from _services(unit, _SERVER_SERVICES)
    for call in unit.methods("FireClient", "FireAllClients", "BindToClose"):
        yield call.name, call
    for name in _SERVER_SIGNALS:
        for node in unit.members(name):
            yield node.name, node


def _services(unit: Unit, names: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """Services that are fetched and used; one that is fetched only harms nothing."""
    for call in unit.methods("GetService"):
        name = literal(call.args[0]) if call.args else None
        if name not in names:
            continue
        parent = unit.parents.get(call)
        variable = unit.holder_of.get(call)
        if isinstance(parent, Local) and variable is not None:
            yield from ((name, read) for read in variable.reads[:1])
        else:
            yield name, call


def _is_players(node: Expr) -> bool:
    if isinstance(node, MethodCall):
        return node.name == "GetService" and bool(node.args) and literal(node.args[0]) == "Players"
    return isinstance(node, Name | Index) and node.name.lower() in ("players", "playersservice")


def _asks_for_player(unit: Unit) -> bool:
    """`if Players.LocalPlayer then`: a common way to ask on which side a module runs."""
    return any(isinstance(unit.parents.get(node), Binary | If | Unary | IfElse) for node in unit.members("LocalPlayer"))


def _is_shared(unit: Unit, client: Node, server: Node) -> bool:
    """Whether a module has functions for either side."""
    last = unit.tree.statements[-1]
    return isinstance(last, Return) and unit.function_of(client) is not unit.function_of(server)


def _shows_both_sides(unit: Unit) -> bool:
    """Whether comments head parts for either side, as an example in a manual does."""
    texts = [comment.text for comment in unit.comments]
    return any(_CLIENT_HEADER.match(text) for text in texts) and any(_SERVER_HEADER.match(text) for text in texts)
