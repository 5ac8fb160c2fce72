"""Handlers of events: which function handles what, what it does to a player, and checks of two events."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from scorers.checks.check import BUGS, ERROR, INFO, Finding, at, check
from scorers.language.expressions import Binary, Call, Expr, Function, Index, MethodCall, Name, Subscript
from scorers.language.node import Node
from scorers.language.statements import Assign, CompoundAssign, FunctionDeclaration
from scorers.language.unit import Unit, first_inside
from scorers.roblox.inference import CONNECTS

STORE_WRITES = ("SetAsync", "UpdateAsync", "IncrementAsync")
"""Methods that write to a data store."""
_CURRENCY = re.compile(r"coin|cash|gold|gem|money|balance|credit|currenc|point|score|\bxp\b|experience", re.IGNORECASE)
_GIVES = re.compile(
    r"^(?:give|grant|award|reward|damage)(?-i:(?![a-z]))|^(?:deal|apply|take|inflict)_?damage|^add_?(?:coin|cash|gold|gem|money|point)",
    re.IGNORECASE,
)
_ARITHMETIC = ("+", "-", "*", "/")
_FLAGS = re.compile(
    r"debounce|cool_?down|lastt|last_?(hit|use|fire|time)|^last[A-Z]|\bdb\b|^can[A-Z]|busy|already|is_?(active|used)|collected|claimed",
    re.IGNORECASE,
)
_MAX_SHOWN = 60
"""Characters of code in a message."""
_MAX_READ = 1000
"""Characters that are read for them: a statement may be as long as the file."""
_START = attrgetter("start")
_ENDS_TOUCH = ("Destroy", "Disconnect", "AddItem", "Remove")
_CLOCKS = ("tick", "time", "os.clock", "os.time", "workspace.DistributedGameTime", "DateTime.now")


class Handler(NamedTuple):
    """A function that is called for an event: `signal:method(function)`, or a callback that is assigned (`method` is "")."""

    signal: Index
    function: Function
    method: str


@check("touched-no-debounce", BUGS, INFO)
def touched_no_debounce(unit: Unit) -> Iterator[Finding]:
    """Touched fires many times while two parts touch, once for each limb, so a reward or damage is given many times.

    Bad:
        script.Parent.Touched:Connect(function(hit)
            local humanoid = hit.Parent:FindFirstChildOfClass("Humanoid")
            if humanoid then
                humanoid:TakeDamage(10)
            end
        end)
    Good:
        local lastHit = {}
        script.Parent.Touched:Connect(function(hit)
            local humanoid = hit.Parent:FindFirstChildOfClass("Humanoid")
            if humanoid and os.clock() - (lastHit[humanoid] or 0) > 1 then
                lastHit[humanoid] = os.clock()
                humanoid:TakeDamage(10)
            end
        end)
    Source: Roblox documentation, debounce patterns.
    """
    functions = {handler.function for handler in handlers(unit, "Touched") if handler.method != "Once"}
    for function in functions:
        done = first_gift(unit, function)
        if done is not None and not _is_debounced(unit, function):
            message = f"`{short(unit, done)}` happens on every touch: many times in one second"
            yield at(done, message, "keep the time of the last touch for each player, or a flag, or destroy the part")


@check("purchase-prompt-grants", BUGS, ERROR)
def purchase_prompt_grants(unit: Unit) -> Iterator[Finding]:
    """The event that a prompt of a developer product was closed proves no payment: a client can fire it.

    Only `MarketplaceService.ProcessReceipt` tells of a payment, and Roblox calls it again until it is granted.

    Bad:
        local MarketplaceService = game:GetService("MarketplaceService")
        MarketplaceService.PromptProductPurchaseFinished:Connect(function(userId, productId, isPurchased)
            local player = game:GetService("Players"):GetPlayerByUserId(userId)
            if isPurchased and player then
                player.leaderstats.Coins.Value += 100
            end
        end)
    Good:
        local MarketplaceService = game:GetService("MarketplaceService")
        MarketplaceService.ProcessReceipt = function(receipt)
            local player = game:GetService("Players"):GetPlayerByUserId(receipt.PlayerId)
            if not player then
                return Enum.ProductPurchaseDecision.NotProcessedYet
            end
            player.leaderstats.Coins.Value += 100
            return Enum.ProductPurchaseDecision.PurchaseGranted
        end
    Source: Roblox documentation, MarketplaceService.PromptProductPurchaseFinished.
    """
    for function in {handler.function for handler in handlers(unit, "PromptProductPurchaseFinished")}:
        stored = first_method(unit, function, "SetAttribute", *STORE_WRITES)
        if (done := earliest(first_gift(unit, function), stored)) is not None:
            message = f"`{short(unit, done)}` grants a product when its prompt closes, which proves no payment"
            yield at(done, message, "grant it in `MarketplaceService.ProcessReceipt`")


def handlers(unit: Unit, *events: str) -> Iterator[Handler]:
    """The functions of this source that handle any of these events or callbacks, also those handed over by name."""
    for name in events:
        for signal in unit.members(name):
            parent = unit.parents.get(signal)
            function = None
            method = ""
            if isinstance(parent, MethodCall) and parent.name in CONNECTS and parent.object is signal and parent.args:
                function, method = named_function(unit, parent.args[0]), parent.name
            elif isinstance(parent, Assign) and parent.targets[0] is signal and parent.values:
                function = named_function(unit, parent.values[0])
            elif isinstance(parent, FunctionDeclaration) and parent.target is signal and not parent.method:
                function = parent.function
            if function is not None:
                yield Handler(signal, function, method)


def named_function(unit: Unit, node: Expr) -> Function | None:
    """The function that an expression is: written there, or declared once in this source under that name."""
    if isinstance(node, Function):
        return node
    if isinstance(node, Name) and (variable := unit.variable_of.get(node)) is not None:
        return variable.value if isinstance(variable.value, Function) and not variable.writes else None
    if not isinstance(node, Name | Index):
        return None
    return _declared(unit).get(unit.text(node))


def _declared(unit: Unit) -> dict[str, Function | None]:
    """The function that is declared under a name `a.b`; None for a name of several."""
    found: dict[str, Function | None] | None = unit.memo.get("declared functions")
    if found is None:
        found = unit.memo["declared functions"] = {}
        for one in unit.all(FunctionDeclaration):
            name = unit.text(one.target)
            found[name] = None if name in found else one.function
    return found


def mentions(unit: Unit, function: Node, pattern: re.Pattern[str], before: int | None = None) -> bool:
    """Whether a name of a variable, a member or a method in a function matches, before a place if one is given."""
    places: list[int] | None = unit.memo.get(pattern)
    if places is None:
        places = unit.memo[pattern] = sorted(_mentions(unit, pattern))
    first = bisect_left(places, function.start)
    return first < len(places) and places[first] < (function.end if before is None else before)


def _mentions(unit: Unit, pattern: re.Pattern[str]) -> Iterator[int]:
    """By name and not by node: the same few names stand all over a source."""
    for variable in unit.variables:
        if variable.reads and pattern.search(variable.name):
            yield from map(_START, variable.reads)
    for nodes in (unit.global_reads, unit.indexes, unit.method_calls):
        for name, found in nodes.items():
            if pattern.search(name):
                yield from map(_START, found)


def reads_clock(unit: Unit, function: Function) -> bool:
    """Whether a function asks for the time."""
    if first_method(unit, function, "GetServerTimeNow") is not None:
        return True
    return any(first_inside(unit.calls(path), function) is not None for path in _CLOCKS)


def first_gift(unit: Unit, function: Function) -> Node | None:
    """What a function gives or takes first: damage, changes of values and currencies, copies handed out."""
    gifts: list[Node] | None = unit.memo.get("gifts")
    if gifts is None:
        gifts = unit.memo["gifts"] = sorted(_gifts(unit), key=_START)
    copied = first_method(unit, function, "Clone")
    is_handed_out = copied is not None and _names_backpack(unit, function)
    return earliest(first_inside(gifts, function), copied if is_handed_out else None)


def earliest(*nodes: Node | None) -> Node | None:
    """The one that begins first."""
    return min((node for node in nodes if node is not None), key=_START, default=None)


def first_method(unit: Unit, function: Function, *names: str) -> Node | None:
    """The first call of a method of any of these names in a function, also in one inside it."""
    return earliest(*(first_inside(unit.method_calls.get(name, ()), function) for name in names))


def _gifts(unit: Unit) -> Iterator[Node]:
    yield from unit.methods("TakeDamage", "AwardBadge", "AwardBadgeAsync")
    for compound in unit.all(CompoundAssign):
        if compound.op[:-1] in _ARITHMETIC and _is_balance(compound.target):
            yield compound
    for statement in unit.all(Assign):
        if _is_balance(statement.targets[0]) and adds_to_itself(unit, statement):
            yield statement
    known: dict[str, bool] = {}
    for call in unit.all(Call):
        name = call.function.name if isinstance(call.function, Name | Index) else ""
        if name not in known:
            known[name] = _GIVES.search(name) is not None
        if known[name]:
            yield call
    for name, methods in unit.method_calls.items():
        if _GIVES.search(name):
            yield from methods


def _is_balance(target: Expr) -> bool:
    return isinstance(target, Index) and (target.name in ("Value", "Health") or _CURRENCY.search(target.name) is not None)


def _names_backpack(unit: Unit, function: Function) -> bool:
    places: list[int] | None = unit.memo.get("backpacks")
    if places is None:
        places = unit.memo["backpacks"] = [found.start() for found in re.finditer(r"\bBackpack\b", unit.source)]
    first = bisect_left(places, unit.offset(function.start)) if places else 0
    return first < len(places) and places[first] < unit.offset(function.end)


def adds_to_itself(unit: Unit, statement: Assign) -> bool:
    """`target = target + x`."""
    value = statement.values[0] if statement.values else None
    if not isinstance(value, Binary) or value.op not in _ARITHMETIC:
        return False
    target = unit.text(statement.targets[0])
    return target in (unit.text(value.left), unit.text(value.right))


def short(unit: Unit, node: Node) -> str:
    """The source of a node in one line of a message."""
    start = unit.offset(node.start)
    end = min(unit.offset(node.end), start + _MAX_READ)
    text = " ".join(unit.source[start:end].split())
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def _is_debounced(unit: Unit, function: Function) -> bool:
    """Whether something keeps a handler of touches from doing its work again at once."""
    if reads_clock(unit, function) or first_method(unit, function, *_ENDS_TOUCH) is not None:
        return True
    if any(first_inside(unit.members(name), function) is not None for name in ("CanTouch", "Enabled")):
        return True
    return mentions(unit, function, _FLAGS) or _keeps_state(unit, function)


def _keeps_state(unit: Unit, function: Function) -> bool:
    """Whether a function writes a variable, or an entry of a table, from outside of it."""
    if first_method(unit, function, "SetAttribute", "AddTag") is not None:
        return True
    for statement in unit.within(Assign, function):
        for target in statement.targets:
            if isinstance(target, Index):
                continue
            root: Expr = target
            while isinstance(root, Index | Subscript | MethodCall):
                root = root.object
            variable = unit.variable_of.get(root) if isinstance(root, Name) else None
            if variable is None or not function.start <= variable.start < function.end:
                return True
    return False
