"""Checks of locals that nothing uses, and of locals that hide others."""

from collections.abc import Iterator

from scorers.checks.check import INFO, QUALITY, Finding, check
from scorers.language.expressions import Call, Cast, Expr, Function, MethodCall, Name
from scorers.language.statements import FunctionDeclaration, Local, LocalFunction, TypeAlias, TypeFunction
from scorers.language.unit import Unit, Variable

_DECLARATIONS = (Local, LocalFunction, FunctionDeclaration, TypeAlias, TypeFunction)


@check("unused-variable", QUALITY, INFO)
def unused_variable(unit: Unit) -> Iterator[Finding]:
    """A variable that is never read is either left over, or the place where it should be read has another name.

    Parameters and loop variables may stay unread, and so may a result that stands before one that is read. A name that
    begins with `_` says that it is left unread on purpose.

    Bad:
        local unused = 1
        print("ready")
    Good:
        local used = 1
        print(used)
    Source: luau-analyze, LocalUnused.
    """
    for variable in _unused(unit):
        if _kind(unit, variable) == "variable":
            verb = "assigned but never read" if variable.writes else "never used"
            yield _finding(variable, f"`{variable.name}` is {verb}", "remove it, or begin its name with `_`")


@check("unused-function", QUALITY, INFO)
def unused_function(unit: Unit) -> Iterator[Finding]:
    """A local function that nothing calls never runs: it is left over, or its call was forgotten.

    A source that only declares, and neither runs nor returns anything, shows its functions: they are for the reader.

    Bad:
        local function greet()
            print("hello")
        end
        print("ready")
    Good:
        local function greet()
            print("hello")
        end
        greet()
    Source: luau-analyze, FunctionUnused.
    """
    for variable in _unused(unit):
        if _kind(unit, variable) == "function" and not (variable.function is None and _only_declares(unit)):
            yield _finding(variable, f"the function `{variable.name}` is never used", "call it, or remove it")


@check("unused-import", QUALITY, INFO)
def unused_import(unit: Unit) -> Iterator[Finding]:
    """A module or a service that is fetched and not used hides which ones the script depends on.

    Bad:
        local Players = game:GetService("Players")
        local RunService = game:GetService("RunService")
        print(#Players:GetPlayers())
    Good:
        local Players = game:GetService("Players")
        print(#Players:GetPlayers())
    Source: luau-analyze, ImportUnused.
    """
    for variable in _unused(unit):
        if _kind(unit, variable) == "import":
            what = "module" if isinstance(_bare(variable.value), Call) else "service"
            yield _finding(variable, f"the {what} `{variable.name}` is never used", "remove this line")


@check("shadowed-variable", QUALITY, INFO)
def shadowed_variable(unit: Unit) -> Iterator[Finding]:
    """Two variables of one name in nested blocks are easily mixed up: an assignment meant for the outer one is lost.

    Parameters, which begin a function of their own, and `local x = x` are no mistakes.

    Bad:
        local total = 0
        for i = 1, 3 do
            local total = i * 2
            print(total)
        end
        print(total)
    Good:
        local total = 0
        for i = 1, 3 do
            local double = i * 2
            print(double)
        end
        print(total)
    Source: luau-analyze, LocalShadow.
    """
    if unit.errors:
        return  # the blocks may not be where they seem to be
    visible: dict[str, list[Variable]] = {}
    for variable in unit.variables:
        earlier = visible.get(variable.name)
        if earlier is None:
            visible[variable.name] = [variable]
            continue
        _leave(earlier, variable)
        if earlier and _may_shadow(variable):
            message = f"`{variable.name}` hides the variable of that name from line {earlier[-1].line}"
            yield _finding(variable, message, "give it another name")
        earlier.append(variable)


def _finding(variable: Variable, message: str, hint: str) -> Finding:
    end = variable.start + len(variable.name)
    return Finding(variable.start, end, message, hint)


def _unused(unit: Unit) -> list[Variable]:
    """Locals that nothing reads. None in a source that does not parse: the uses may be what was skipped.

    A result before one that is used takes its place: `local ok, result = pcall(f)`.
    """
    found: list[Variable] | None = unit.memo.get("unused")
    if found is None:
        found = [] if unit.errors else [variable for variable in unit.variables if not variable.reads or _is_recursive(variable)]
        found = [variable for variable in found if _should_be_used(variable)]
        if found:
            last = {one.declaration: one.start for one in unit.variables if one.reads or one.type_uses}
            found = [one for one in found if one.kind == "function" or last.get(one.declaration, 0) <= one.start]
        unit.memo["unused"] = found
    return found


def _is_recursive(variable: Variable) -> bool:
    """Whether only the function itself reads its name."""
    own = variable.value
    if type(own) is not Function or variable.writes:
        return False
    return all(own.start < read.start < own.end for read in variable.reads)


def _should_be_used(variable: Variable) -> bool:
    """Whether reading it is the point of declaring it: no parameter, no loop variable, no name with `_`."""
    if variable.kind not in ("local", "const", "function") or variable.type_uses or variable.is_exported:
        return False
    return not variable.name.startswith("_")


def _only_declares(unit: Unit) -> bool:
    """Whether no statement at the top level runs or returns anything."""
    return all(isinstance(statement, _DECLARATIONS) for statement in unit.tree.statements)


def _kind(unit: Unit, variable: Variable) -> str:
    """variable, function or import."""
    value = _bare(variable.value)
    if isinstance(variable.declaration, LocalFunction) or isinstance(value, Function):
        return "function"
    if variable.position == 0 and isinstance(value, Call) and isinstance(value.function, Name):
        is_import = value.function.name == "require" and value.function not in unit.variable_of
        return "import" if is_import else "variable"
    return "import" if isinstance(value, MethodCall) and value.name == "GetService" else "variable"


def _bare(value: Expr | None) -> Expr | None:
    """A value without its cast."""
    return value.value if isinstance(value, Cast) else value


def _may_shadow(variable: Variable) -> bool:
    """Whether hiding another variable by this one is a mistake."""
    if variable.kind in ("self", "parameter") or variable.name.startswith("_") or not variable.name:
        return False
    return not isinstance(variable.value, Name) or variable.value.name != variable.name


def _leave(earlier: list[Variable], variable: Variable) -> None:
    """Drop variables of the same name that are not of a block around this one: their block ended, or it is the same."""
    while earlier:
        last = earlier[-1]
        if last.scope is not variable.scope and last.start < variable.start < last.scope.end:
            return
        earlier.pop()
