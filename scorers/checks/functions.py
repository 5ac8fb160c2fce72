"""Functions and modules that do not hand back what they should."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, WARNING, Finding, check
from scorers.language.exits import ends
from scorers.language.expressions import Boolean, Call, Expr, Function, Index, MethodCall, Name, Nil, Table
from scorers.language.paths import global_path
from scorers.language.statements import (
    Assign,
    FunctionDeclaration,
    Local,
    LocalFunction,
    Return,
    Stat,
    TypeAlias,
    TypeFunction,
)
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import handler_of

_NO_RESULT = frozenset(("print", "warn", "task.wait", "wait", "task.cancel"))
_EFFECTS = frozenset(
    (
        "Kick",
        "Destroy",
        "Disconnect",
        "FireServer",
        "FireClient",
        "FireAllClients",
        "Fire",
        "TakeDamage",
        "Play",
        "Stop",
        "Cancel",
    )
)
"""Functions and methods without a result, which some call in a `return` to leave at once."""


@check("missing-return-path", BUGS, WARNING)
def missing_return_path(unit: Unit) -> Iterator[Finding]:
    """A function that returns a value on some paths and falls off its end on others gives nil there without saying so.

    A path that ends in `error()` or a loop without end is no such path; `return` or `return nil` says that nothing is meant.
    Handlers of events are left alone, because nobody looks at what they return.

    Bad:
        local function reward(rank)
            if rank == 1 then
                return 100
            elseif rank == 2 then
                return 50
            end
        end
        print(reward(3))
    Good:
        local function reward(rank)
            if rank == 1 then
                return 100
            elseif rank == 2 then
                return 50
            end
            return 0
        end
        print(reward(3))
    Source: Luau lint ImplicitReturn.
    """
    for function, value in _returned_values(unit).items():
        if not ends(unit, function.body) and not _is_result_unused(unit, function):
            name = _name(unit, function)
            message = f"{name} returns a value on line {value.line} and falls off its end on another path"
            start = function.end - 3 if function.end_column > 3 else function.start  # the word `end`, where it is there
            yield Finding(start, function.end, message, "return a value there too, or write `return nil`")


def _returned_values(unit: Unit) -> dict[Function, Return]:
    """The first `return` of each function with a value that is missed on other paths."""
    returns = [(function, node) for node in unit.all(Return) if node.values and (function := unit.function_of(node))]
    with_result = {function for function, _ in returns}
    found: dict[Function, Return] = {}
    for function, node in returns:
        if function not in found and not _is_no_value(unit, node.values[0], with_result):
            found[function] = node
    return found


def _is_no_value(unit: Unit, value: Expr, with_result: set[Function]) -> bool:
    """`return warn(...)` only leaves; beside `true` and `nil`, the nil of a path without a value says what is meant."""
    if isinstance(value, Boolean | Nil):
        return not isinstance(value, Boolean) or value.value
    if isinstance(value, MethodCall):
        return value.name in _EFFECTS
    if not isinstance(value, Call):
        return False
    function = value.function
    if isinstance(function, Name) and (variable := unit.variable_of.get(function)) is not None:
        return isinstance(variable.value, Function) and not variable.writes and variable.value not in with_result
    return global_path(unit, function) in _NO_RESULT


def _is_result_unused(unit: Unit, function: Function) -> bool:
    """Whether nobody looks at what a function returns: a handler of an event, the body of a new thread."""
    around = unit.parents.get(function)
    if isinstance(around, Call) and global_path(unit, around.function).startswith("task."):
        return True
    if isinstance(around, MethodCall) and around.name in ("BindAction", "BindActionAtPriority", "BindToClose"):
        return True
    return handler_of(unit, function) is not None


def _name(unit: Unit, function: Function) -> str:
    owner = unit.parents.get(function)
    if isinstance(owner, LocalFunction):
        return f"`{owner.binding.name}`"
    return f"`{unit.text(owner.target)}`" if isinstance(owner, FunctionDeclaration) else "this function"


@check("module-no-return", BUGS, WARNING)
def module_no_return(unit: Unit) -> Iterator[Finding]:
    """A ModuleScript must return one value, or `require` raises an error.

    Only for a source that is nothing but a module: a local table with functions in it, which nothing else uses.

    Bad:
        local Inventory = {}
        function Inventory.add(item) print(item) end
    Good:
        local Inventory = {}
        function Inventory.add(item) print(item) end
        return Inventory
    Source: docs, scripting/module (ModuleScripts).
    """
    statements = unit.tree.statements
    if not unit.all(FunctionDeclaration) or isinstance(statements[-1], Return):
        return
    modules = [variable for variable in unit.variables if variable.scope is unit.tree and _is_module(unit, variable)]
    if len(modules) == 1 and all(_only_declares(unit, statement, modules[0]) for statement in statements):
        name = modules[0].name
        message = f"the module `{name}` is not returned, so that `require` of it fails"
        yield Finding(modules[0].start, modules[0].end, message, f"end the script with `return {name}`")


def _is_module(unit: Unit, variable: Variable) -> bool:
    """A table with at least one function that is declared on it at the top level."""
    if variable.writes or not isinstance(variable.value, Table):
        return False
    for read in variable.reads:
        target = unit.parents.get(read)
        declaration = unit.parents.get(target) if isinstance(target, Index) else None
        if isinstance(declaration, FunctionDeclaration) and unit.parents.get(declaration) is unit.tree:
            return True
    return False


def _only_declares(unit: Unit, statement: Stat, module: Variable) -> bool:
    if isinstance(statement, FunctionDeclaration):
        return isinstance(statement.target, Index)
    if isinstance(statement, Assign):
        return all(_is_on(unit, target, module) for target in statement.targets)
    return isinstance(statement, Local | LocalFunction | TypeAlias | TypeFunction)


def _is_on(unit: Unit, target: Expr, module: Variable) -> bool:
    while isinstance(target, Index):
        target = target.object
    return isinstance(target, Name) and unit.variable_of.get(target) is module
