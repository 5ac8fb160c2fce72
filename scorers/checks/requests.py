"""Checks of calls over the network other than data stores, and of what pcall says about them."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.protection import is_protected
from scorers.language.exits import ends
from scorers.language.expressions import Boolean, Call, Expr, Function, Name, Nil
from scorers.language.statements import Assign, CallStatement, Local, Return
from scorers.language.unit import Unit, Variable, place_in
from scorers.roblox.inference import class_of

_SERVICES = frozenset(
    (
        "HttpService", "MarketplaceService", "TeleportService", "TextService", "BadgeService", "MessagingService", "GroupService",
        "MemoryStoreService", "MemoryStoreSortedMap", "MemoryStoreQueue", "MemoryStoreHashMap", "Players", "PolicyService",
        "LocalizationService", "AvatarEditorService", "UserService", "AssetService", "InsertService",
    )
)  # fmt: skip
_MOST_STATEMENTS = 50
"""Assignments of one function that are looked at, so that nested ones take linear time."""
_WITHOUT_SUFFIX = ("GetProductInfo", "AwardBadge", "LoadAsset", "ReserveServer")
_QUIET = frozenset(("WaitForChildAsync", "LoadCharacterAsync"))


@check("async-call-no-pcall", BUGS, WARNING)
def async_call_no_pcall(unit: Unit) -> Iterator[Finding]:
    """Calls of web services raise when the service fails or is throttled; without a pcall the script stops there.

    Bad:
        local HttpService = game:GetService("HttpService")
        local body = HttpService:GetAsync("https://example.com")
    Good:
        local HttpService = game:GetService("HttpService")
        local ok, body = pcall(function()
            return HttpService:GetAsync("https://example.com")
        end)
    Source: Roblox documentation, pcall and asynchronous functions.
    """
    names = [name for name in unit.method_calls if name.endswith("Async") and name not in _QUIET]
    names += [name for name in _WITHOUT_SUFFIX if name in unit.method_calls]
    for call in unit.methods(*names):
        if class_of(unit, call.object) in _SERVICES and not is_protected(unit, call):
            yield Finding(
                call.name_start, call.end, f"`{call.name}` outside pcall: it raises when the service fails", "wrap it in pcall"
            )


@check("ignored-pcall-result", BUGS, WARNING, weight=0.12)  # often deliberate: cleaning up must not fail
def ignored_pcall_result(unit: Unit) -> Iterator[Finding]:
    """pcall tells whether the call failed; a statement that drops the answer hides every error.

    Bad:
        pcall(function()
            workspace.Map:Destroy()
        end)
    Good:
        local ok, message = pcall(function()
            workspace.Map:Destroy()
        end)
        if not ok then
            warn(message)
        end
    Source: practice; Luau's own pcall returns success and error.
    """
    for call in unit.calls("pcall"):
        if isinstance(unit.parents[call], CallStatement) and not _leaves_a_result(unit, call):
            yield at(
                call.function, "the result of pcall is dropped: errors stay unseen", "write `local ok, message = pcall(...)`"
            )
        elif (status := _unread_status(unit, call)) is not None:
            message = f"`{status.name}` is never read: after an error the next value is its message"
            yield Finding(status.start, status.end, message, f"test `{status.name}` first")


def _unread_status(unit: Unit, call: Call) -> Variable | None:
    """The first of the locals that are given the results of a pcall, where the others are used and it is not."""
    status = unit.holder_of.get(call)
    if status is None or status.reads or status.writes or status.name.startswith("_") or unit.errors:
        return None
    bindings = status.declaration.bindings if isinstance(status.declaration, Local) else []
    others = (unit.variable_at[binding] for binding in bindings)
    return status if any(other.value is call and other.position and other.reads for other in others) else None


def _leaves_a_result(unit: Unit, call: Call) -> bool:
    """Whether the function sets a variable of the code around, which tells whether it came that far."""
    function = call.args[0] if call.args else None
    return isinstance(function, Function) and any(
        isinstance(target, Name) and target in unit.variable_of and unit.variable_of[target].start < function.start
        for statement in unit.within(Assign, function)[:_MOST_STATEMENTS]
        for target in statement.targets[:1]
    )


@check("process-receipt-no-decision", BUGS, ERROR)
def process_receipt_no_decision(unit: Unit) -> Iterator[Finding]:
    """ProcessReceipt must say on every path whether the purchase was granted; else the player pays again and again for nothing.

    Bad:
        local MarketplaceService = game:GetService("MarketplaceService")
        MarketplaceService.ProcessReceipt = function(info)
            print(info.ProductId)
        end
    Good:
        local MarketplaceService = game:GetService("MarketplaceService")
        MarketplaceService.ProcessReceipt = function(info)
            print(info.ProductId)
            return Enum.ProductPurchaseDecision.PurchaseGranted
        end
    Source: Roblox documentation, MarketplaceService.ProcessReceipt.
    """
    for target in unit.members("ProcessReceipt"):
        parent = unit.parents[target]
        if not isinstance(parent, Assign) or place_in(parent.targets, target) is None:
            continue
        function = _function(unit, parent.values[0])
        if function is None:
            continue
        for statement in unit.within(Return, function):
            if unit.function_of(statement) is function and not _decides(statement):
                yield at(statement, "this path of ProcessReceipt gives no decision", "return an `Enum.ProductPurchaseDecision`")
        if not ends(unit, function.body):
            message = "ProcessReceipt may end without a decision"
            yield Finding(function.start, function.body.start, message, "return an `Enum.ProductPurchaseDecision` on every path")


def _decides(statement: Return) -> bool:
    value = statement.values[0] if statement.values else None
    return value is not None and not isinstance(value, Nil | Boolean)


def _function(unit: Unit, value: Expr) -> Function | None:
    if isinstance(value, Name) and (variable := unit.variable_of.get(value)) is not None and not variable.writes:
        value = variable.value or value
    return value if isinstance(value, Function) else None
