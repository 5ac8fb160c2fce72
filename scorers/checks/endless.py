"""Checks of loops that neither end nor wait, and of loops that wait by polling."""

from bisect import bisect_left
from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, INFO, WARNING, Finding, check
from scorers.checks.frozen import is_frozen
from scorers.language.exits import has_break, is_always, is_never
from scorers.language.expressions import Call, Expr, Function, Group, Index, MethodCall, Name, Unary
from scorers.language.node import Node
from scorers.language.operators import ungrouped
from scorers.language.statements import CallStatement, FunctionDeclaration, If, Repeat, Return, While
from scorers.language.unit import Unit, Variable
from scorers.roblox.table import datatypes, libraries, quiet_methods

_QUIET_GLOBALS = frozenset(
    (
        "print", "warn", "tostring", "tonumber", "type", "typeof", "ipairs", "pairs", "next", "select", "rawget", "rawset",
        "rawequal", "rawlen", "setmetatable", "getmetatable", "unpack", "tick", "time", "gcinfo", "elapsedTime", "newproxy",
    )
)  # fmt: skip
_QUIET_TASKS = frozenset(("spawn", "defer", "delay", "cancel"))
_WAITS = ("wait", "task.wait")


@check("infinite-loop-no-yield", BUGS, ERROR)
def infinite_loop_no_yield(unit: Unit) -> Iterator[Finding]:
    """A loop without an end and without a wait never gives control back: the engine stops the script after seconds.

    Bad:
        while true do
            print("tick")
        end
    Good:
        while true do
            print("tick")
            task.wait(1)
        end
    Source: Roblox documentation, script execution time limit.
    """
    for loop in _conditional_loops(unit):
        if _never_stops(unit, loop) if _is_endless(unit, loop) else not unit.errors and is_frozen(unit, loop):
            word = "while" if isinstance(loop, While) else "repeat"
            message = f"this `{word}` loop neither ends nor waits"
            yield Finding(loop.start, loop.start + len(word), message, "add `task.wait()`, or a condition that ends it")


@check("polling-loop", BUGS, INFO)
def polling_loop(unit: Unit) -> Iterator[Finding]:
    """Asking again and again for what an event tells wakes the script many times for nothing.

    Bad:
        local ready = false
        repeat
            task.wait()
        until ready
    Good:
        game.Loaded:Wait()
    Source: Roblox documentation, events.
    """
    for loop in _conditional_loops(unit):
        endless = _has_no_end(loop) or (isinstance(loop, While) and _is_wait(unit, loop.condition))
        only = loop.body.statements[0] if len(loop.body.statements) == 1 else None
        if endless or not isinstance(only, CallStatement) or not _is_wait(unit, only.call):
            continue
        first = bisect_left(unit.comments, (loop.start,))
        if first < len(unit.comments) and unit.comments[first].start < loop.end:
            continue  # an example of a loop whose work is left out
        word = "while" if isinstance(loop, While) else "repeat"
        message = "this loop only waits for a condition"
        yield Finding(
            loop.start, loop.start + len(word), message, "wait for an event: `:Wait()`, WaitForChild, GetPropertyChangedSignal"
        )


@check("while-wait-condition", BUGS, WARNING)
def while_wait_condition(unit: Unit) -> Iterator[Finding]:
    """`while wait() do` uses the result of a wait as a condition: it works by accident and hides what the loop is for.

    Bad:
        while wait(1) do print("tick") end
    Good:
        while true do
            print("tick")
            task.wait(1)
        end
    Source: Roblox developer forum, "Avoid while wait() do".
    """
    for loop in unit.all(While):
        if _is_wait(unit, loop.condition):
            yield Finding(
                loop.condition.start,
                loop.condition.end,
                "a wait as the condition of a loop",
                "write `while true do` and wait inside",
                INFO if "task" in unit.text(loop.condition) else None,  # it waits as long as it says: style alone
            )


def _conditional_loops(unit: Unit) -> list[While | Repeat]:
    return [*unit.all(While), *unit.all(Repeat)]


def _has_no_end(loop: While | Repeat) -> bool:
    return is_always(loop.condition) if isinstance(loop, While) else is_never(loop.condition)


def _is_endless(unit: Unit, loop: While | Repeat) -> bool:
    """Whether the condition is a constant, or a local that is never written and holds one."""
    condition, goes_on = ungrouped(loop.condition), isinstance(loop, While)
    while isinstance(condition, Unary) and condition.op == "not":
        condition, goes_on = ungrouped(condition.operand), not goes_on
    variable = unit.variable_of.get(condition) if isinstance(condition, Name) else None
    if variable is not None and not variable.writes and variable.value is not None and not unit.errors:
        condition = variable.value
    return is_always(condition) if goes_on else is_never(condition)


def _never_stops(unit: Unit, loop: While | Repeat) -> bool:
    if has_break(unit, loop) or _returns(unit, loop):
        return False
    calls = _calls_in(unit, loop, unit.function_of(loop))
    return not any(_may_yield(unit, call) and not _is_dead(unit, call, loop) for call in calls)


def _is_dead(unit: Unit, call: Node, loop: Node) -> bool:
    """Whether a call stands behind `if false then`, inside the loop."""
    child = call
    for around in unit.ancestors(call):
        if around is loop:
            return False
        if isinstance(around, If) and child is around.blocks[0] and is_never(around.conditions[0]):
            return True
        child = around
    return False


def _is_wait(unit: Unit, node: Expr) -> bool:
    while isinstance(node, Group):
        node = node.value
    waits: set[Call] | None = unit.memo.get("plain waits")
    if waits is None:
        waits = unit.memo["plain waits"] = {call for path in _WAITS for call in unit.calls(path)}
    return node in waits


def _returns(unit: Unit, loop: Node) -> bool:
    return any(unit.function_of(node) is unit.function_of(loop) for node in unit.within(Return, loop))


def _calls_in(unit: Unit, around: Node, function: Function | None) -> Iterator[Call | MethodCall]:
    """The calls inside a node that the given function makes itself."""
    for call in (*unit.within(Call, around), *unit.within(MethodCall, around)):
        if isinstance(call, Call | MethodCall) and unit.function_of(call) is function:
            yield call


def _may_yield(unit: Unit, call: Call | MethodCall) -> bool:
    """Whether a call may yield or raise. What is not known to be quiet may."""
    if isinstance(call, MethodCall):
        return call.name not in quiet_methods()
    function = call.function
    if isinstance(function, Name):
        variable = unit.variable_of.get(function)
        if variable is not None:
            return _function_may_yield(unit, variable)
        if function.name in unit.global_writes:
            return _declared_may_yield(unit, function.name)
        return function.name not in _QUIET_GLOBALS
    if isinstance(function, Index) and isinstance(function.object, Name) and function.object not in unit.variable_of:
        library = function.object.name
        if library == "task":
            return function.name not in _QUIET_TASKS
        return library not in datatypes() and (library not in libraries() or library == "coroutine")
    return True


def _function_may_yield(unit: Unit, variable: Variable) -> bool:
    """A local function may yield when a call in it may. One that is being looked at is assumed not to, so that recursion ends."""
    if variable.writes or not isinstance(variable.value, Function):
        return True
    return _body_may_yield(unit, variable.value)


def _declared_may_yield(unit: Unit, name: str) -> bool:
    declared: dict[str, Function] | None = unit.memo.get("first global functions")
    if declared is None:
        named = ((one.target, one.function) for one in reversed(unit.all(FunctionDeclaration)))
        declared = {target.name: function for target, function in named if isinstance(target, Name)}
        unit.memo["first global functions"] = declared
    return name not in declared or _body_may_yield(unit, declared[name])


def _body_may_yield(unit: Unit, function: Function) -> bool:
    known: dict[Function, bool] = unit.memo.setdefault("may yield", {})
    if function not in known:
        known[function] = False
        known[function] = any(_may_yield(unit, call) for call in _calls_in(unit, function, function))
    return known[function]
