"""Checks of the handlers of remotes: their parameters, and how often a client may run them."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from scorers.checks.check import BUGS, ERROR, INFO, Finding, check
from scorers.checks.events import STORE_WRITES, earliest, first_gift, first_method, mentions, named_function, reads_clock, short
from scorers.checks.trust import remote_handlers
from scorers.language.expressions import (
    Binary,
    Call,
    Function,
    Index,
    MethodCall,
    Name,
    Number,
    String,
    Unary,
)
from scorers.language.node import Node
from scorers.language.unit import Unit, Variable, first_inside
from scorers.roblox.inference import variable_type
from scorers.roblox.table import classes, inherits

_MOST_CALLS = 50
"""Calls of one handler that are followed, so that a long one takes linear time."""
_LIMITS = re.compile(
    r"cool_?down|debounce|rate|limit|throttle|lastt|last_?\w*(time|use|fire|request|shot|hit)|^last[A-Z]|busy|timestamp",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"^(damage|dmg|amount|item(_?(name|id))?|message|msg|text|data|payload|action|price|cost|quantity|position|pos|cframe|"
    r"direction|target_?pos(ition)?|mouse_?pos(ition)?|value|count|number)$",
    re.IGNORECASE,
)
_PLAYER = re.compile(r"player|plr|client|user|sender|^p$", re.IGNORECASE)
_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "^", "..", "<", "<=", ">", ">="))
_PLAYER_MEMBERS = frozenset(
    ("Name", "UserId", "Character", "DisplayName", "leaderstats", "Backpack", "PlayerGui", "Team", "Parent")
)


@check("remote-handler-missing-player", BUGS, ERROR)
def remote_handler_missing_player(unit: Unit) -> Iterator[Finding]:
    """The engine passes the player who fired a remote as the first parameter; what the client sent comes after it.

    Bad:
        script.Parent.OnServerEvent:Connect(function(message)
            print("message: " .. message)
        end)
    Good:
        script.Parent.OnServerEvent:Connect(function(player, message)
            print(player.Name .. ": " .. message)
        end)
    Source: Roblox documentation, RemoteEvent.OnServerEvent.
    """
    for handler in remote_handlers(unit):
        function = handler.function
        if not function.params or function.has_self:
            continue
        first = unit.variable_at[function.params[0]]
        if _is_no_player(unit, first):
            message = f"the first parameter of `{handler.signal.name}` is the player, not `{first.name}`"
            yield Finding(first.start, first.end, message, f"write `(player, {first.name})`")


@check("remote-no-rate-limit", BUGS, INFO)
def remote_no_rate_limit(unit: Unit) -> Iterator[Finding]:
    """A client can fire a remote hundreds of times a second; work with an effect needs a limit for each player.

    Bad:
        script.Parent.OnServerEvent:Connect(function(player)
            player.leaderstats.Coins.Value += 1
        end)
    Good:
        local lastTime = {}
        script.Parent.OnServerEvent:Connect(function(player)
            if os.clock() - (lastTime[player] or 0) < 1 then
                return
            end
            lastTime[player] = os.clock()
            player.leaderstats.Coins.Value += 1
        end)
    Source: Roblox documentation, "Secure the client-server boundary", rate limits.
    """
    for handler in remote_handlers(unit):
        effect = _effect(unit, handler.function)
        if effect is None or _is_limited(unit, handler.function):
            continue
        message = f"a client can run `{short(unit, effect)}` as often as it fires this remote"
        yield Finding(handler.signal.name_start, handler.signal.end, message, "keep the time of each player's last request")


def _is_limited(unit: Unit, handler: Function) -> bool:
    """Whether a handler, or a function of this source that it calls, asks for the time or names a limit."""
    calls = islice(unit.within(Call, handler), _MOST_CALLS)
    helpers = (named_function(unit, call.function) for call in calls)
    functions = chain((handler,), (helper for helper in helpers if helper is not None))
    return any(reads_clock(unit, function) or mentions(unit, function, _LIMITS) for function in functions)


def _is_no_player(unit: Unit, first: Variable) -> bool:
    known = variable_type(unit, first) if first.annotation is not None else None
    if first.annotation is not None:
        return known is not None and not (known.name in classes() and inherits("Player", known.name))
    if _PLAYER.search(first.name) or any(_is_used_as_player(unit, read) for read in first.reads):
        return False
    if _DATA.match(first.name) and first.reads:
        return True
    return any(_is_used_as_data(unit, read) for read in first.reads)


def _is_used_as_player(unit: Unit, read: Name) -> bool:
    parent = unit.parents.get(read)
    if isinstance(parent, Index):
        return parent.name in _PLAYER_MEMBERS
    if isinstance(parent, MethodCall):
        return parent.object is read and parent.name in ("Kick", "IsA", "GetAttribute", "SetAttribute", "LoadCharacter")
    if not isinstance(parent, Call) or len(parent.args) < 2 or parent.args[0] is not read:
        return False
    return not (isinstance(parent.function, Name) and parent.function.name in ("print", "warn"))


def _is_used_as_data(unit: Unit, read: Name) -> bool:
    parent = unit.parents.get(read)
    if isinstance(parent, Binary):
        if parent.op in _ARITHMETIC:
            return True
        other = parent.right if parent.left is read else parent.left
        return parent.op in ("==", "~=") and isinstance(other, String | Number)
    if isinstance(parent, Unary):
        return parent.op in ("-", "#")
    if isinstance(parent, MethodCall) and parent.object is read:
        return parent.name in ("lower", "upper", "sub", "match", "gsub", "split", "len")
    is_call = isinstance(parent, Call) and isinstance(parent.function, Name) and parent.function not in unit.variable_of
    return is_call and isinstance(parent, Call) and unit.text(parent.function) == "tonumber"


def _effect(unit: Unit, function: Function) -> Node | None:
    stored = first_method(unit, function, *STORE_WRITES, "Clone")
    return first_gift(unit, function) or earliest(stored, first_inside(unit.calls("Instance.new"), function))
