"""A function that should be handed over, and is called instead."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, Finding, at, check
from scorers.checks.events import named_function, short
from scorers.language.expressions import Call, Expr, MethodCall, Name
from scorers.language.unit import Unit
from scorers.roblox.inference import type_of
from scorers.roblox.sources import returns

_CONNECTS = ("Connect", "Once", "ConnectParallel", "BindToClose")
_RUNNERS = {
    "pcall": 0,
    "xpcall": 0,
    "spawn": 0,
    "task.spawn": 0,
    "task.defer": 0,
    "task.delay": 1,
    "delay": 1,
    "coroutine.wrap": 0,
    "coroutine.create": 0,
}
"""Functions that run the function they are handed, with its place among the arguments."""
_MAY_BE_CALLED = frozenset(("function", "thread", "table"))
_ACTIONS = frozenset(
    ("Destroy", "Kick", "Play", "Stop", "FireServer", "FireClient", "FireAllClients", "TakeDamage", "LoadCharacter")
)
"""Methods that return nothing."""


@check("called-instead-of-passed", BUGS, ERROR)
def called_instead_of_passed(unit: Unit) -> Iterator[Finding]:
    """`Connect(f())` calls `f` at once and connects what it returns: nothing, so the event is never handled.

    A call that may return a function is left alone.

    Bad:
        local function onTouched() print("touched") end
        script.Parent.Touched:Connect(onTouched())
    Good:
        local function onTouched() print("touched") end
        script.Parent.Touched:Connect(onTouched)
    Source: a mistake of beginners and language models; error "Attempt to connect failed: Passed value is not a function".
    """
    for call, value in _handed(unit):
        if isinstance(value, Call | MethodCall) and _gives_no_function(unit, value):
            message = f"`{short(unit, value)}` is called here, and its result is handed to `{call}`"
            is_plain = isinstance(value, Call) and not value.args
            name = unit.text(value.function) if isinstance(value, Call) else ""
            yield at(value, message, f"hand over `{name}` itself" if is_plain else "write `function() ... end` around it")


def _handed(unit: Unit) -> Iterator[tuple[str, Expr]]:
    """The arguments that should be functions, with the name of what is handed them."""
    for method in unit.methods(*_CONNECTS):
        if len(method.args) == 1:
            yield method.name, method.args[0]
    for path, place in _RUNNERS.items():
        for call in unit.calls(path):
            if len(call.args) > place:
                yield path, call.args[place]


def _gives_no_function(unit: Unit, value: Call | MethodCall) -> bool:
    if isinstance(value, MethodCall):
        if value.name in _ACTIONS or value.name.endswith("Async"):
            return True
    elif isinstance(value.function, Name) and value.function not in unit.variable_of and value.function.name in ("print", "warn"):
        return True
    elif (function := named_function(unit, value.function)) is not None:
        return not any(one.values for one in returns(unit).get(function, ()))
    found = type_of(unit, value)
    return found is not None and found.name not in _MAY_BE_CALLED
