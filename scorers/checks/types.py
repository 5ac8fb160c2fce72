"""Checks of type annotations."""

from collections.abc import Iterator
from functools import cache

from scorers.checks.check import API, WARNING, Finding, at, check
from scorers.checks.receivers import suggestion
from scorers.checks.undefined import is_excerpt
from scorers.language.expressions import Function
from scorers.language.statements import TypeAlias, TypeFunction
from scorers.language.types import FunctionType, NamedType
from scorers.language.unit import Unit
from scorers.roblox import table

_NAMES = (
    "nil boolean number string thread buffer vector any unknown never userdata type keyof rawkeyof index rawget setmetatable "
    "getmetatable union intersect refine singleton negate weakoptional len unm add sub mul div idiv pow mod concat and or not lt "
    "le eq user EnumItem Enum Enums RBXScriptSignal RBXScriptConnection RBXObject Object"
)
_BUILT_IN = frozenset(_NAMES.split())
"""Types and type functions of Luau, and the types of Roblox that the API table does not list."""
_INSTEAD = {
    **dict.fromkeys(("int", "integer", "float", "double", "Int", "Float", "Number"), "write `number`"),
    **dict.fromkeys(("bool", "Boolean", "Bool"), "write `boolean`"),
    **dict.fromkeys(("str", "String"), "write `string`"),
    **dict.fromkeys(("table", "Table", "dict", "Dict", "Dictionary", "object"), "write `{ [any]: any }`, or name its fields"),
    **dict.fromkeys(("array", "Array", "list", "List"), "write `{ any }`, with the type of what is in it"),
    **dict.fromkeys(("function", "Function", "func", "Callable"), "write `(...any) -> ...any`, with its parameters"),
    **dict.fromkeys(("void", "None", "null", "undefined"), "write `()` as what a function returns, `nil` for a value"),
}
"""What to write for the types of other languages."""


@check("unknown-type", API, WARNING)
def unknown_type(unit: Unit) -> Iterator[Finding]:
    """A type that nothing declares is an error of the type checker, which then knows nothing of the value.

    Bad:
        local function paint(part: BasPart)
            part.Color = Color3.new(1, 0, 0)
        end
        paint(workspace.Door)
    Good:
        local function paint(part: BasePart)
            part.Color = Color3.new(1, 0, 0)
        end
        paint(workspace.Door)
    Source: Luau type checker, error "Unknown type".
    """
    named = unit.all(NamedType)
    if not named or unit.errors:
        return
    known = {*_known(), *unit.declared_types}
    for node in named:
        if node.prefix == "Enum" and node.name not in table.enums():
            yield at(node, f"there is no enum `{node.name}`", suggestion(unit, node.name, table.enums()))
        elif node.prefix is None and node.name not in known and not _is_generic(unit, node):
            known.add(node.name)  # once is enough
            yield from _unknown(unit, node)


def _unknown(unit: Unit, node: NamedType) -> Iterator[Finding]:
    hint = _INSTEAD.get(node.name) or suggestion(unit, node.name, _known() | unit.declared_types)
    if hint is not None or not is_excerpt(unit):  # what an excerpt leaves out may declare it
        yield at(node, f"there is no type `{node.name}`", hint)


def _is_generic(unit: Unit, node: NamedType) -> bool:
    """Whether a name is a type parameter here, or stands in a type function, where other names are known."""
    for around in unit.ancestors(node):
        if isinstance(around, TypeFunction):
            return True
        generics = around.generics if isinstance(around, Function | FunctionType | TypeAlias) else ()
        if any(generic.name == node.name for generic in generics):
            return True
    return False


@cache
def _known() -> frozenset[str]:
    enums = (f"Enum{name}" for name in table.enums())
    return frozenset({*_BUILT_IN, *table.classes(), *table.datatypes(), *enums})
