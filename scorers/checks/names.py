"""Checks of global names: those that nothing defines, and those that should have been local."""

from collections.abc import Iterator
from itertools import islice

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.foreign_names import foreign_words
from scorers.checks.undefined import explain, is_excerpt, undefined
from scorers.language.expressions import Call, Function, Name
from scorers.language.node import Node
from scorers.language.statements import Assign, Block, FunctionDeclaration
from scorers.language.types import TypeofType
from scorers.language.unit import Unit
from scorers.roblox import table

MOST = 20
"""Names that are explained: as many findings of one check as a score keeps."""


@check("undefined-global", BUGS, ERROR)
def undefined_global(unit: Unit) -> Iterator[Finding]:
    """A name that nothing defines is nil: using it raises an error at run time, or silently does nothing.

    Each name is reported once, at its first use. In an excerpt (40 lines at most, or a first line that is indented) a
    name that nothing in the source explains may come from the code around it: there it is a warning.

    Bad:
        Players.PlayerAdded:Connect(function(player)
            print(player.Name)
        end)
    Good:
        local Players = game:GetService("Players")
        Players.PlayerAdded:Connect(function(player)
            print(player.Name)
        end)
    Source: luau-analyze, UnknownGlobal.
    """
    names = undefined(unit)
    if not names:
        return
    weaker = WARNING if is_excerpt(unit) else None
    for read in islice(_first_uses(unit, names - foreign_words(unit)), MOST):
        message, hint, is_certain = explain(unit, read)
        yield at(read, message, hint, severity=None if is_certain else weaker)


@check("global-variable", BUGS, WARNING)
def global_variable(unit: Unit) -> Iterator[Finding]:
    """Every function of a script shares its globals, they are slower than locals, and a misspelt one is no error.

    Bad:
        score = 0
        function addScore(amount)
            score += amount
        end
    Good:
        local score = 0
        local function addScore(amount)
            score += amount
        end
    Source: selene, unscoped_variables; luau-analyze, BuiltinGlobalWrite.
    """
    for name, writes in unit.global_writes.items():
        if name in ("", "_") or _is_doubtful(unit, writes[0]) or _home(unit, name) is not None:
            continue
        parent = unit.parents[writes[0]]
        if name in table.globals_known():
            yield at(writes[0], f"this replaces the global `{name}` of Luau or Roblox", "use a local of another name")
        elif isinstance(parent, FunctionDeclaration):
            yield at(writes[0], f"the function `{name}` is global", f"write `local function {name}`")
        else:
            yield at(writes[0], f"`{name}` is a global variable", f"declare it with `local {name}` where it begins")


@check("global-used-as-local", BUGS, WARNING)
def global_used_as_local(unit: Unit) -> Iterator[Finding]:
    """A global that one function sets and reads is shared by all calls of it: two that overlap overwrite each other's value.

    Bad:
        local function area(part)
            size = part.Size
            return size.X * size.Z
        end
        return area
    Good:
        local function area(part)
            local size = part.Size
            return size.X * size.Z
        end
        return area
    Source: luau-analyze, GlobalUsedAsLocal.
    """
    for name in unit.global_writes:
        if (first := _home(unit, name)) is not None and not _is_doubtful(unit, first):
            function = "function " if isinstance(unit.parents[first], FunctionDeclaration) else ""
            message = f"the global `{name}` is used in this function only"
            yield at(first, message, f"write `local {function}{name}`")


def _first_uses(unit: Unit, names: set[str]) -> Iterator[Name]:
    """The first read of each name, in the order of the source, that needs a value."""
    for name in [name for name in unit.global_reads if name in names]:
        for read in unit.global_reads[name]:
            if not _is_doubtful(unit, read) and not _is_probe(unit, read) and not _in_self_function(unit, read):
                yield read
                break


def _home(unit: Unit, name: str) -> Name | None:
    """The first write of a global, where all its uses stand in the block of that write and that is inside a function."""
    writes, reads = unit.global_writes[name], unit.global_reads.get(name)
    if not reads or not name or name == "_" or name in table.globals_known():
        return None
    first = min(writes, key=lambda write: write.start)
    statement = unit.parents[first]
    if not isinstance(statement, Assign | FunctionDeclaration):
        return None
    block = unit.parents[statement]
    if not isinstance(block, Block) or unit.function_of(first) is None:
        return None
    is_function = isinstance(statement, FunctionDeclaration)
    begins = statement.start if is_function else statement.end
    is_inside = all(begins <= read.start < block.end for read in reads)
    return first if is_inside and all(write is first or begins <= write.start < block.end for write in writes) else None


def _is_doubtful(unit: Unit, node: Node) -> bool:
    """Whether a name stands on or after the first line that does not parse: its declaration may be what was skipped."""
    if not unit.errors:
        return False
    first: int | None = unit.memo.get("first broken line")
    if first is None:
        first = unit.memo["first broken line"] = min(error.line for error in unit.errors)
    return node.line >= first


def _is_probe(unit: Unit, read: Name) -> bool:
    """Whether a use asks only if the name exists, `type(name)`, or stands in a type, where it is not run."""
    call = unit.parents[read]
    if isinstance(call, Call) and call.function is not read and isinstance(call.function, Name):
        return call.function.name in ("type", "typeof")
    return bool(unit.all(TypeofType)) and any(isinstance(around, TypeofType) for around in unit.ancestors(read))


def _in_self_function(unit: Unit, read: Name) -> bool:
    """Whether `missing-self` reports this use."""
    return read.name == "self" and unit.function_of(read) is not None and dotted_function(unit, read) is not None


def dotted_function(unit: Unit, read: Node) -> Function | None:
    """The nearest function around a node that is declared as `function T.f()`."""
    for around in unit.ancestors(read):
        if isinstance(around, Function):
            parent = unit.parents.get(around)
            if isinstance(parent, FunctionDeclaration) and not parent.method and not isinstance(parent.target, Name):
                return around
    return None
