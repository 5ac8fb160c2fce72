"""TypeScript types in the table's notation, which is Luau's where Luau has one.

`Model?` may be nil, `{Player}` is an array, `Enum.Material` an item of that enum, `table` a table of no simpler kind,
`nil` no result, `self` the receiver's own class, `$1` the class that the first argument names; "" is unknown. Parameters of
an event stand between commas; `...` at the end says that any others follow.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scripts.roblox_declarations import Declaration
from scripts.roblox_types import Parameter, Type

_PRIMITIVES = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "true": "boolean",
    "false": "boolean",
    "undefined": "nil",
    "void": "nil",
    "thread": "thread",
    "object": "table",
    "Callback": "function",
    "RBXObject": "Object",
}
_TABLES = frozenset({"Map", "Set", "Record", "ReadonlyMap", "ReadonlySet"})
_ARRAYS = frozenset({"Array", "ReadonlyArray"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in a type stand for."""

    classes: frozenset[str]
    datatypes: frozenset[str]
    aliases: Mapping[str, Type]
    tables: frozenset[str]


def names_of(declarations: Iterable[Declaration], classes: frozenset[str], datatypes: frozenset[str]) -> Names:
    """The names that the declarations give to types; an interface that is no class and no data type describes a table."""
    aliases: dict[str, Type] = {}
    tables: set[str] = set()
    for declaration in declarations:
        if declaration.kind == "type":
            aliases[declaration.name] = declaration.type
        elif declaration.kind == "interface":
            tables.add(declaration.name)
    return Names(classes, datatypes, aliases, frozenset(tables - classes - datatypes))


def luau_type(found: Type, names: Names) -> str:
    """A type in the table's notation."""
    if found.kind == "name":
        return _named(found, names)
    if found.kind == "union":
        return _united({luau_type(part, names) for part in found.parts})
    if found.kind in ("string", "number", "function"):
        return found.kind
    return "table" if found.kind == "tuple" or found.name == "table" else ""


def result_type(signature: Type, names: Names) -> str:
    """The first result of a method."""
    result = signature.parts[0]
    optional = result.kind == "union" and any(part.name == "undefined" for part in result.parts)
    for part in result.parts if result.kind == "union" else (result,):
        generic = "" if part.name in names.classes | names.datatypes else _generic(part, signature.parameters)
        if generic:
            return generic + "?" * optional
    return luau_type(result, names)


def event_parameters(handler: Type | None, names: Names) -> str:
    """Parameter types of a handler, `...` where nothing is known of them."""
    if handler is None or handler.kind != "function":
        return "..."
    return ",".join(_parameter(parameter, names) for parameter in handler.parameters)


def _named(found: Type, names: Names) -> str:
    name = found.name.removeprefix("globalThis.")
    if name.startswith("Enum."):
        return ".".join(name.split(".")[:2])
    if name in _PRIMITIVES:
        return _PRIMITIVES[name]
    if name in names.classes or name in names.datatypes:
        return name
    if name in _ARRAYS:
        element = luau_type(found.parts[0], names) if found.parts else ""
        return f"{{{element}}}" if element and "{" not in element else "table"
    if name == "LuaTuple":
        return _first(found.parts[0], names)
    if name in names.aliases:
        return luau_type(names.aliases[name], names)
    return "table" if name in _TABLES or name in names.tables else ""


def _first(results: Type, names: Names) -> str:
    """The first of several results."""
    return luau_type(results.parts[0], names) if results.kind == "tuple" and results.parts else ""


def _united(parts: set[str]) -> str:
    optional = "nil" in parts or any(part.endswith("?") for part in parts)
    rest = {part.removesuffix("?") for part in parts} - {"nil"}
    if len(rest) != 1 or "" in rest:
        return ""
    return rest.pop() + "?" * optional


def _generic(result: Type, parameters: tuple[Parameter, ...]) -> str:
    """`self` for `(this: T) => T`, `$1` for `(this: ..., className: T) => Instances[T]`."""
    owner = parameters[0].type if parameters and parameters[0].name == "this" else None
    if result.kind == "name" and result == owner and not result.parts:
        return "self"
    first = parameters[1].type if len(parameters) > 1 else None
    return "$1" if result.kind == "index" and result.parts[0] == first else ""


def _parameter(parameter: Parameter, names: Names) -> str:
    if parameter.rest:
        return "..."
    found = luau_type(parameter.type, names)
    return found + "?" if found and parameter.optional and not found.endswith("?") else found
