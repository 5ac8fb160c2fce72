"""Handlers of events: which function handles what, what it does to a player, and checks of two events."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from scorers.checks.check import BUGS, ERROR, INFO, Finding, at, check
from scorers.language.expressions import Binary, Call, Expr, Function, Index, MethodCall, Name
from scorers.language.node import Node
from scorers.language.statements import Assign, CompoundAssign, FunctionDeclaration
from scorers.language.unit import Unit
from scorers.roblox.inference import CONNECTS

N = TypeVar("N", bound=Node)

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
    for handler in handlers(unit, "Touched"):
        if handler.method == "Once" or _is_debounced(unit, handler.function):
            continue
        done = next(iter(sorted(gifts(unit, handler.function), key=lambda node: node.start)), None)
        if done is not None:
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
    for handler in handlers(unit, "PromptProductPurchaseFinished"):
        granted = [
            *gifts(unit, handler.function),
            *inside(handler.function, [*unit.methods("SetAttribute", *STORE_WRITES)]),
        ]
        for done in sorted(granted, key=lambda node: node.start)[:1]:
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
    text = unit.text(node)
    found = [one.function for one in unit.all(FunctionDeclaration) if unit.text(one.target) == text]
    return found[0] if len(found) == 1 else None


def inside(function: Node, nodes: Sequence[N]) -> Iterator[N]:
    """Those of the nodes that stand in a function, also in one inside it."""
    return (node for node in nodes if function.start <= node.start < function.end)


def mentions(unit: Unit, function: Node, pattern: re.Pattern[str], before: int | None = None) -> bool:
    """Whether a name of a variable, a member or a method in a function matches, before a place if one is given."""
    end = function.end if before is None else before
    return any(
        function.start <= node.start < end and pattern.search(node.name)
        for nodes in (unit.all(Name), unit.all(Index), unit.all(MethodCall))
        for node in nodes
    )


def reads_clock(unit: Unit, function: Function) -> bool:
    """Whether a function asks for the time."""
    return any(True for path in _CLOCKS for _ in inside(function, unit.calls(path))) or any(
        True for _ in inside(function, [*unit.methods("GetServerTimeNow")])
    )


def gifts(unit: Unit, function: Function) -> Iterator[Node]:
    """What a function gives or takes at once: damage, changes of values and currencies, copies handed out."""
    yield from inside(function, [*unit.methods("TakeDamage", "AwardBadge", "AwardBadgeAsync")])
    for statement, target in changes(unit, function):
        if isinstance(target, Index) and (target.name in ("Value", "Health") or _CURRENCY.search(target.name)):
            yield statement
    for call in inside(function, [*unit.methods("Clone")]):
        if re.search(r"\bBackpack\b", unit.text(function)):
            yield call
    for one in inside(function, unit.all(Call)):
        if isinstance(one.function, Name | Index) and _GIVES.search(one.function.name):
            yield one
    for method in inside(function, unit.all(MethodCall)):
        if _GIVES.search(method.name):
            yield method


def changes(unit: Unit, function: Function) -> Iterator[tuple[Assign | CompoundAssign, Expr]]:
    """(statement, target) for `target += x` and `target = target + x`."""
    for compound in inside(function, unit.all(CompoundAssign)):
        if compound.op[:-1] in _ARITHMETIC:
            yield compound, compound.target
    for statement in inside(function, unit.all(Assign)):
        if adds_to_itself(unit, statement):
            yield statement, statement.targets[0]


def adds_to_itself(unit: Unit, statement: Assign) -> bool:
    """`target = target + x`."""
    value = statement.values[0] if statement.values else None
    if not isinstance(value, Binary) or value.op not in _ARITHMETIC:
        return False
    target = unit.text(statement.targets[0])
    return target in (unit.text(value.left), unit.text(value.right))


def short(unit: Unit, node: Node) -> str:
    """The source of a node in one line of a message."""
    text = " ".join(unit.text(node).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _is_debounced(unit: Unit, function: Function) -> bool:
    """Whether something keeps a handler of touches from doing its work again at once."""
    if reads_clock(unit, function) or any(True for _ in inside(function, [*unit.methods(*_ENDS_TOUCH)])):
        return True
    if any(True for name in ("CanTouch", "Enabled") for _ in inside(function, unit.members(name))):
        return True
    return _keeps_state(unit, function) or mentions(unit, function, _FLAGS)


def _keeps_state(unit: Unit, function: Function) -> bool:
    """Whether a function writes a variable, or an entry of a table, from outside of it."""
    for statement in inside(function, unit.all(Assign)):
        for target in statement.targets:
            root = target
            while not isinstance(root, Name) and hasattr(root, "object"):
                root = root.object
            variable = unit.variable_of.get(root) if isinstance(root, Name) else None
            is_outer = variable is None or not function.start <= variable.start < function.end
            if is_outer and not isinstance(target, Index):
                return True
    return any(True for _ in inside(function, [*unit.methods("SetAttribute", "AddTag")]))
