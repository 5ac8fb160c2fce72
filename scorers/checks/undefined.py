"""Which global names nothing defines, and what each was probably meant to be."""

from functools import cache
from typing import NamedTuple

from scorers.language.expressions import Name
from scorers.language.position import COLUMN_BITS, COLUMN_MASK
from scorers.language.statements import Local, TypeFunction
from scorers.language.unit import Unit, Variable
from scorers.roblox import table

_EXCERPT_LINES = 40
"""Sources up to this length may be cut out of a longer one: documentation seldom shows more, whole scripts are longer."""

_SERVICES = frozenset(
    (
        "Players", "Lighting", "ReplicatedStorage", "ReplicatedFirst", "ServerStorage", "StarterGui", "StarterPack",
        "StarterPlayer", "Teams", "Chat", "Debris",
    )
)  # fmt: skip
"""Services without `Service` in their name that are fetched by it. Others may be names of modules (`GameSettings`)."""

_TEST_NAMES = frozenset(
    (
        "describe", "it", "test", "expect", "beforeEach", "afterEach", "beforeAll", "afterAll", "jest", "fit", "xit", "step",
        "fdescribe", "xdescribe", "describeFOCUS", "describeSKIP", "itFOCUS", "itSKIP", "itFIXME", "FOCUS", "SKIP", "FIXME",
        "HACK_NO_XPCALL", "context",
    )
)  # fmt: skip
"""Globals that TestEZ and Jest give to the files that they run."""

_ENVIRONMENTS = frozenset(("getfenv", "setfenv"))


class Explanation(NamedTuple):
    """`is_certain` where the source itself shows that the name is wrong."""

    message: str
    hint: str
    is_certain: bool


def undefined(unit: Unit) -> set[str]:
    """Globals that are read, and neither known nor assigned anywhere in the source.

    None where the source handles environments (`setfenv`): they may hold any name.
    """
    names = unit.global_reads.keys() - _known()
    if not names or not unit.global_reads.keys().isdisjoint(_ENVIRONMENTS):
        return set()
    names -= unit.global_writes.keys()
    if "describe" in unit.global_calls or "it" in unit.global_calls:
        names -= _TEST_NAMES
    if unit.all(TypeFunction):
        names.discard("types")
    return names


def is_excerpt(unit: Unit) -> bool:
    """Whether a source looks cut out of a longer one: it is short, or its first statement is indented."""
    statements = unit.tree.statements
    return unit.tree.end >> COLUMN_BITS <= _EXCERPT_LINES or (bool(statements) and statements[0].start & COLUMN_MASK > 1)


def explain(unit: Unit, read: Name) -> Explanation:
    """Why a name is nil at its use, and what to write instead."""
    name = read.name
    if declared := [variable for variable in unit.variables if variable.name == name]:
        return _out_of_scope(unit, read, declared)
    message = f"`{name}` is not defined"
    if name in _SERVICES or (name.endswith("Service") and name in table.services()):
        return Explanation(f"the service `{name}` is never fetched", f'write `local {name} = game:GetService("{name}")`', True)
    if name in unit.declared_types:
        return Explanation(f"`{name}` is a type and no value", f"declare a table: `local {name} = {{}}`", True)
    if name == "self":
        return Explanation("`self` is not defined here", "write a method, `function T:f()`, or a parameter `self`", True)
    if "C" in table.class_flags(name):
        return Explanation(message, f'an instance is made with `Instance.new("{name}")`', False)
    if meant := _slip_of(unit, read):
        return Explanation(message, f"did you mean `{meant}`?", True)
    return Explanation(message, f"declare it: `local {name} = ...`, or require the module that has it", False)


def _out_of_scope(unit: Unit, read: Name, declared: list[Variable]) -> Explanation:
    """A name that is local elsewhere in the source."""
    name, around = read.name, set(unit.ancestors(read))
    for variable in declared:
        if variable.declaration in around and isinstance(variable.declaration, Local):
            message = f"`{name}` does not exist yet in the value that it begins with, so it is nil here"
            return Explanation(message, f"write `local {name}` first, and assign the value in a second statement", True)
        if variable.start > read.start and variable.scope in around:
            message = f"`{name}` is used before its declaration on line {variable.line}, so it is nil here"
            return Explanation(message, f"move the declaration up, or write `local {name}` above this use", True)
    message = f"`{name}` is local to another block (line {declared[0].line}) and nil here"
    return Explanation(message, f"declare `{name}` in a block that holds both places, or pass it on", True)


@cache
def _known() -> frozenset[str]:
    """All names that need no definition, with those that the checks of libraries report."""
    return table.globals_known() | {name for name in table.unavailable() if "." not in name} | {""}


def _slip_of(unit: Unit, read: Name) -> str | None:
    """The global or the local in scope that a name is a slip of the keyboard away from."""
    around = set(unit.ancestors(read))
    names = {variable.name for variable in unit.variables if variable.start < read.start and variable.scope in around}
    length = len(read.name)
    near = [known for known in names | table.globals_known() if -2 < len(known) - length < 2]
    meant = [known for known in near if _is_slip(read.name, known)]
    return table.nearest(read.name, sorted(meant)) if meant else None


def _is_slip(name: str, meant: str) -> bool:
    """Whether two names differ by case, by one letter, or by two that changed places. A plural is a name of its own."""
    if len(name) < 3 or len(meant) < 3 or name[0].lower() != meant[0].lower():
        return False
    if name.lower() == meant.lower():
        return True
    longer, shorter = (name, meant) if len(name) >= len(meant) else (meant, name)
    at = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    if len(longer) > len(shorter):
        return longer[at] not in "sS0123456789_" and longer[at + 1 :] == shorter[at:]
    swapped = longer[at:] == shorter[at + 1 : at + 2] + shorter[at : at + 1] + shorter[at + 2 :]
    replaced = len(name) > 4 and longer[at].isalpha() and shorter[at].isalpha() and longer[at + 1 :] == shorter[at + 1 :]
    return swapped or replaced
