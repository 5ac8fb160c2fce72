"""Checks of a client's arguments: tested before they change the game, and tested for NaN."""

import re
from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.events import Handler, handlers, mentions, short
from scorers.checks.flow import Argument, follow
from scorers.language.expressions import Binary, Function, Group
from scorers.language.node import Node
from scorers.language.statements import Break, Continue, If, Return
from scorers.language.unit import Unit

REMOTE_EVENTS = ("OnServerEvent", "OnServerInvoke")
_PRIVILEGE = re.compile(
    r"admin|owner|moderator|whitelist|permission|authori[sz]|allowed|GetRankInGroup|GetRoleInGroup", re.IGNORECASE
)

_MAX_PARAMETERS = 50
"""Parameters of one handler that are followed: each takes a walk over what is made of it."""


@check("remote-trusts-client", BUGS, ERROR)
def remote_trusts_client(unit: Unit) -> Iterator[Finding]:
    """A client can send anything through a remote: what it sends must be tested before it changes the game.

    Bad:
        script.Parent.OnServerEvent:Connect(function(player, amount)
            player.leaderstats.Coins.Value += amount
        end)
    Good:
        local REWARDS = { quest = 10, chest = 25 }
        script.Parent.OnServerEvent:Connect(function(player, source)
            local reward = REWARDS[source]
            if reward then
                player.leaderstats.Coins.Value += reward
            end
        end)
    Source: Roblox documentation, "Secure the client-server boundary".
    """
    for handler in remote_handlers(unit):
        for argument in arguments(unit, handler):
            reach = argument.untested()
            if reach is None or mentions(unit, handler.function, _PRIVILEGE, reach.node.start):
                continue
            message = f"`{argument.variable.name}` comes from the client and is not tested before `{short(unit, reach.node)}`"
            hint = "test its type and range, or look the value up on the server"
            yield at(reach.node, message, hint, severity=WARNING if reach.is_mild else None)


@check("remote-nan-unchecked", BUGS, WARNING)
def remote_nan_unchecked(unit: Unit) -> Iterator[Finding]:
    """A client can send NaN, which is neither below nor above any number: it passes `if x < 0 or x > 9 then return end`.

    Bad:
        script.Parent.OnServerEvent:Connect(function(player, amount)
            if type(amount) ~= "number" or amount < 0 or amount > 100 then
                return
            end
            player.leaderstats.Coins.Value -= amount
        end)
    Good:
        script.Parent.OnServerEvent:Connect(function(player, amount)
            if type(amount) ~= "number" or amount ~= amount or amount < 0 or amount > 100 then
                return
            end
            player.leaderstats.Coins.Value -= amount
        end)
    Source: Roblox documentation, "Secure the client-server boundary", NaN.
    """
    for handler in remote_handlers(unit):
        for argument in arguments(unit, handler):
            reach = next((one for one in argument.reaches if one.is_number), None)
            if reach is None or not _passes_nan(unit, argument, reach.node.start):
                continue
            message = f"NaN passes the tests of `{argument.variable.name}` and reaches `{short(unit, reach.node)}`"
            yield at(reach.node, message, f"refuse it: `{argument.variable.name} ~= {argument.variable.name}`")


def remote_handlers(unit: Unit) -> list[Handler]:
    """The functions that clients call through remotes, with the player as first parameter."""
    found: list[Handler] | None = unit.memo.get("remote handlers")
    if found is None:
        found = unit.memo["remote handlers"] = list(handlers(unit, *REMOTE_EVENTS))
    return found


def arguments(unit: Unit, handler: Handler) -> list[Argument]:
    """What happens to each of a client's arguments in a handler."""
    memo: dict[Function, list[Argument]] = unit.memo.setdefault("client arguments", {})
    if handler.function not in memo:
        memo[handler.function] = [
            follow(unit, handler.function, unit.variable_at[binding]) for binding in handler.function.params[1:_MAX_PARAMETERS]
        ]
    return memo[handler.function]


def _passes_nan(unit: Unit, argument: Argument, before: int) -> bool:
    """Whether an argument is tested by orderings that leave, and by nothing that NaN fails."""
    tests = [test for test in argument.tests if test.node.start < before]
    if not any(test.kind == "order" for test in tests):
        return False
    return all(test.kind in ("type", "table") or (test.kind == "order" and _rejects(unit, test.node)) for test in tests)


def _rejects(unit: Unit, comparison: Node) -> bool:
    """Whether a comparison that holds makes the handler leave: `if x < 0 or x > 9 then return end`."""
    child, parent = comparison, unit.parents.get(comparison)
    while isinstance(parent, Group) or (isinstance(parent, Binary) and parent.op in ("and", "or")):
        child, parent = parent, unit.parents.get(parent)
    if not isinstance(parent, If) or parent.conditions[0] is not child:
        return False
    last = parent.blocks[0].statements[-1:]
    return bool(last) and isinstance(last[0], Return | Break | Continue)
