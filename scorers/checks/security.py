"""Checks of code that runs foreign code, gives secrets away, or runs on the wrong side."""

import re
from collections.abc import Iterator
from itertools import chain

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.language.escapes import string_value
from scorers.language.expressions import Call, Expr, Group, Index, Name, Number, String, Subscript
from scorers.language.node import Node
from scorers.language.statements import Assign, Local
from scorers.language.unit import Unit
from scorers.roblox.inference import literal

_SECRETS = (
    ("Discord webhook", re.compile(r"discord(?:app)?\.com/api/webhooks/\d{5,}/[\w-]{20,}")),
    ("Roblox cookie", re.compile(r"_\|WARNING:-DO-NOT-SHARE-THIS")),
    ("Google API key", re.compile(r"\bAIza[\w-]{35}")),
    ("GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{40,}")),
    ("secret API key", re.compile(r"\bsk[-_](?:[a-z]+[-_])?[A-Za-z0-9_-]{20,}")),
    ("Slack token", re.compile(r"\bxox[abprs]-[\w-]{15,}|hooks\.slack\.com/services/T\w+/B\w+/\w{15,}")),
    ("AWS access key", re.compile(r"\bAKIA[A-Z0-9]{16}\b")),
    ("bearer token", re.compile(r"^Bearer [\w.~+/-]{20,}=*$")),
    ("bot token", re.compile(r"\b[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,}")),
)
_SECRET_NAME = re.compile(r"api_?key|secret|token|passw(or)?d|private_?key|auth_?key", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"your|x{4,}|example|placeholder|insert|here|change_?me|\.\.\.|<|dummy|sample|test|1234567|abcdef|0{6,}", re.IGNORECASE
)
_SHORTEST_SECRET = 22


@check("require-asset-id", BUGS, WARNING)
def require_asset_id(unit: Unit) -> Iterator[Finding]:
    """`require` of a number loads a module that its owner may change at any time: a common way for back doors.

    Bad:
        local admin = require(4853910123)
        print(admin)
    Good:
        local admin = require(game:GetService("ServerStorage").Admin)
        print(admin)
    Source: Roblox documentation, third-party code.
    """
    for call in unit.calls("require"):
        given = _ungrouped(call.args[0]) if call.args else None
        if isinstance(given, Name) and (variable := unit.variable_of.get(given)) is not None and not variable.writes:
            given = variable.value
        if isinstance(given, Number):
            message = f"`require({given.text})` runs code that somebody else may change at any time"
            yield at(call, message, "put a copy of the module into the game and require that")


@check("loadstring-use", BUGS, WARNING)
def loadstring_use(unit: Unit) -> Iterator[Finding]:
    """`loadstring` runs text as code. It is off by default, and where it is on, whoever writes the text owns the server.

    Bad:
        local run = loadstring(script.Code.Value)
        run()
    Good:
        local commands = { hello = function() print("hello") end }
        commands.hello()
    Source: Roblox documentation, ServerScriptService.LoadStringEnabled.
    """
    for call in unit.calls("loadstring"):
        yield at(call.function, "`loadstring` runs text as code", "call functions from a table, or keep the data as a table")


@check("getfenv-use", BUGS, WARNING)
def getfenv_use(unit: Unit) -> Iterator[Finding]:
    """`getfenv` and `setfenv` turn the compiler's optimisations off; `getfenv()["name"]` hides what back doors call.

    Bad:
        getfenv()["require"](script.Id.Value)
    Good:
        require(script.Module)
    Source: Luau documentation, performance; Roblox documentation, third-party code.
    """
    for call in chain(unit.calls("getfenv"), unit.calls("setfenv")):
        if _is_of_a_parameter(unit, call):
            continue  # what frameworks do with the functions that they are given
        name = unit.text(call.function)
        outer = _outermost(unit, call)
        parent = unit.parents.get(outer)
        if isinstance(parent, Subscript) and parent.object is outer:
            yield at(parent, f"`{name}()[...]` hides which function is called", "name the function", severity=ERROR)
        else:
            yield at(call.function, f"`{name}` turns optimisations off", "pass a table, or return one from a module")


@check("hard-coded-secret", BUGS, WARNING)
def hard_coded_secret(unit: Unit) -> Iterator[Finding]:
    """A key in the source is known to all who see the place or its history, and in a client script to every player.

    Bad:
        local API_KEY = "q7Rk29vWm4Zt81LpXc05Ns3H"
        print(API_KEY)
    Good:
        local key = game:GetService("HttpService"):GetSecret("api_key")
        print(key)
    Source: Roblox documentation, secrets stores.
    """
    for node in unit.all(String):
        if len(node.text) < _SHORTEST_SECRET or (node.end_line == node.line and " " in node.text and "Bearer" not in node.text):
            continue
        kind = _secret_kind(unit, node)
        if kind is not None:
            hint = "keep it in a secrets store (`HttpService:GetSecret`), and replace it: it is known now"
            yield at(node, f"a {kind} in the source", hint)


def _ungrouped(node: Expr) -> Expr:
    while isinstance(node, Group):
        node = node.value
    return node


def _outermost(unit: Unit, node: Node) -> Node:
    while isinstance(parent := unit.parents.get(node), Group):
        node = parent
    return node


def _is_of_a_parameter(unit: Unit, call: Call) -> bool:
    first = call.args[0] if call.args else None
    variable = unit.variable_of.get(first) if isinstance(first, Name) else None
    return variable is not None and variable.kind in ("parameter", "loop")


def _secret_kind(unit: Unit, node: String) -> str | None:
    text = string_value(node.text) or ""
    for kind, pattern in _SECRETS:
        if pattern.search(text):
            return None if _PLACEHOLDER.search(text) and kind != "Roblox cookie" else kind
    is_dense = text.isascii() and re.fullmatch(r"[\w+/=.-]+", text) is not None and len(set(text)) >= 12
    is_mixed = sum(letter.isdigit() for letter in text) >= 3 and any(letter.isalpha() for letter in text)
    if is_dense and is_mixed and not _PLACEHOLDER.search(text) and _SECRET_NAME.search(_name_of(unit, node)):
        return "key or password"
    return None


def _name_of(unit: Unit, value: String) -> str:
    """What a value is given to: the variable or field that holds it."""
    parent = unit.parents.get(value)
    if isinstance(parent, Local):
        variable = unit.holder_of.get(value)
        return variable.name if variable is not None else ""
    if isinstance(parent, Assign) and len(parent.targets) == 1:
        target = parent.targets[0]
        return (
            target.name
            if isinstance(target, Name | Index)
            else (literal(target.key) or "" if isinstance(target, Subscript) else "")
        )
    return getattr(parent, "name", None) or literal(getattr(parent, "key", None)) or ""
