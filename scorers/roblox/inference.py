"""What a value is, where the source tells: a class, a data type, or a simple type of Luau.

Forward only and without control flow: what a variable is annotated with, or begins with and is never given again. An
unknown value is None, and checks stay silent on it. `Instance` as the result of a search by name is unknown on purpose: it
stands for some class that the source does not name.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from scorers.language.escapes import string_value
from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Cast,
    Expr,
    Function,
    Group,
    IfElse,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Nil,
    Number,
    String,
    Table,
    Unary,
)
from scorers.language.node import Node
from scorers.language.statements import Assign, FunctionDeclaration, GenericFor, LocalFunction
from scorers.language.types import GroupType, NamedType, OptionalType, Type, UnionType
from scorers.language.unit import Unit, Variable
from scorers.roblox import table

CONNECTS = frozenset(("Connect", "Once", "ConnectParallel", "connect"))
"""Methods of a signal that take the function to call."""
_SEARCHES = {
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
}
_PRIMITIVES = frozenset(("string", "number", "boolean", "table", "function", "thread", "buffer"))
_GLOBALS = {
    "game": "DataModel",
    "workspace": "Workspace",
    "Workspace": "Workspace",
    "script": "LuaSourceContainer",
    "plugin": "Plugin",
}
_KNOWN_EVENTS = {
    "OnServerEvent": ("Player",),
    "OnServerInvoke": ("Player",),
    "PlayerAdded": ("Player",),
    "PlayerRemoving": ("Player",),
}
"""Events whose first parameter is known whatever the receiver: the names are unmistakable."""


class Inferred(NamedTuple):
    """A name of a class, a data type or a simple type; `is_optional` where it may be nil."""

    name: str
    is_optional: bool = False


_UNKNOWN = object()


def type_of(unit: Unit, node: Expr) -> Inferred | None:
    """What `node` evaluates to, None where the source does not tell."""
    memo = unit.memo.setdefault("types", {})
    found = memo.get(node, _UNKNOWN)
    if found is _UNKNOWN:
        memo[node] = None  # a variable that is defined by itself is unknown
        found = memo[node] = _infer(unit, node)
    return found  # type: ignore[no-any-return]  # the memo holds what this function returns


def class_of(unit: Unit, node: Expr) -> str | None:
    """The Roblox class of a value, None for other values and unknown ones."""
    inferred = type_of(unit, node)
    return inferred.name if inferred is not None and inferred.name in table.classes() else None


def is_a(unit: Unit, node: Expr, ancestor: str) -> bool:
    """Whether a value is known to be of a class or one that inherits from it."""
    name = class_of(unit, node)
    return name is not None and table.inherits(name, ancestor)


def literal(node: Expr | None) -> str | None:
    """The text of a string literal, None for other expressions."""
    while isinstance(node, Group):
        node = node.value
    return string_value(node.text) if isinstance(node, String) else None


def service_of(unit: Unit, node: Expr) -> str | None:
    """The service that a value is, however it was fetched."""
    name = class_of(unit, node)
    return name if name in table.services() else None


def variable_type(unit: Unit, variable: Variable) -> Inferred | None:
    """What a variable holds from its declaration to its end."""
    if variable.annotation is not None:
        return annotated(unit, variable.annotation)
    if variable.writes:
        return None
    if variable.kind == "parameter":
        return _parameter(unit, variable)
    if variable.kind == "loop":
        return _loop_variable(unit, variable)
    if variable.value is None or variable.position:
        return None
    return type_of(unit, variable.value)


def annotated(unit: Unit, annotation: Type) -> Inferred | None:
    """The type that an annotation names, where it is one of Roblox's or a simple one and the source does not redefine it."""
    if isinstance(annotation, GroupType):
        return annotated(unit, annotation.type)
    if isinstance(annotation, OptionalType):
        inner = annotated(unit, annotation.type)
        return inner and Inferred(inner.name, is_optional=True)
    if isinstance(annotation, UnionType) and len(annotation.parts) == 2:
        named = [part for part in annotation.parts if not (isinstance(part, NamedType) and part.name == "nil")]
        inner = annotated(unit, named[0]) if len(named) == 1 else None
        return inner and Inferred(inner.name, is_optional=True)
    if isinstance(annotation, NamedType) and annotation.prefix is None and annotation.name not in unit.declared_types:
        name = annotation.name
        if name in _PRIMITIVES or name in table.datatypes() or (name in table.classes() and name != "Instance"):
            return Inferred(name)
    return None


def handler_of(unit: Unit, function: Function) -> tuple[Expr, str] | None:
    """(receiver, event) of the signal or callback that a function handles: `receiver.event:Connect(function)`.

    Also for a named function that is handed over by its name, where it is handed over once.
    """
    direct = _handed_to(unit, function)
    if direct is not None:
        return direct
    parent = unit.parents.get(function)
    variable = None
    if isinstance(parent, LocalFunction):
        variable = next((found for found in unit.variables if found.declaration is parent), None)
    elif parent is not None and not isinstance(parent, FunctionDeclaration):
        variable = next((found for found in unit.variables if found.value is function), None)
    if variable is None:
        return None
    found_places = [place for read in variable.reads if (place := _handed_to(unit, read)) is not None]
    return found_places[0] if len(found_places) == 1 else None


def _handed_to(unit: Unit, node: Node) -> tuple[Expr, str] | None:
    parent = unit.parents.get(node)
    if isinstance(parent, MethodCall) and parent.name in CONNECTS and parent.args and parent.args[0] is node:
        signal = parent.object
        return (signal.object, signal.name) if isinstance(signal, Index) else None
    if isinstance(parent, Assign) and len(parent.targets) == 1 and parent.values[0] is node:
        target = parent.targets[0]
        return (target.object, target.name) if isinstance(target, Index) else None
    return None


def _infer(unit: Unit, node: Expr) -> Inferred | None:
    rule = _RULES.get(type(node))
    return None if rule is None else rule(unit, node)


def _name(unit: Unit, node: Name) -> Inferred | None:
    variable = unit.variable_of.get(node)
    if variable is not None:
        return variable_type(unit, variable)
    if node.name in unit.global_writes:
        return None
    known = _GLOBALS.get(node.name)
    return Inferred(known) if known else None


def _index(unit: Unit, node: Index) -> Inferred | None:
    owner = type_of(unit, node.object)
    if owner is None:
        is_enum = isinstance(node.object, Index) and isinstance(node.object.object, Name) and node.object.object.name == "Enum"
        return Inferred(f"Enum.{node.object.name}") if is_enum and isinstance(node.object, Index) else None
    known = table.property_type(owner.name, node.name)
    if known is not None:
        return _read(known, owner.name, None)
    if owner.name == "DataModel" and node.name in table.services():
        return Inferred(node.name)
    return None


def _read(known: str, owner: str, first_argument: str | None) -> Inferred | None:
    """A type as the table writes it (`scorers.roblox.table`)."""
    name = known.rstrip("?")
    if name == "self":
        name = owner
    elif name == "$1":
        name = first_argument if first_argument in table.classes() else "Instance"
    return None if name == "Instance" else Inferred(name, known.endswith("?"))


def _method(unit: Unit, node: MethodCall) -> Inferred | None:
    named = literal(node.args[0]) if node.args else None
    if named is not None and node.name in ("GetService", "FindService") and named in table.classes():
        return Inferred(named)
    if named is not None and node.name in _SEARCHES and named in table.classes():
        return Inferred(named, is_optional=True)
    owner = type_of(unit, node.object)
    known = None if owner is None else table.method_returns(owner.name, node.name)
    return None if owner is None or known is None else _read(known, owner.name, named)


def _call(unit: Unit, node: Call) -> Inferred | None:
    function = node.function
    if isinstance(function, Name) and function not in unit.variable_of:
        return {
            "tostring": Inferred("string"),
            "typeof": Inferred("string"),
            "type": Inferred("string"),
            "tick": Inferred("number"),
        }.get(function.name)
    if not (isinstance(function, Index) and isinstance(function.object, Name)) or function.object in unit.variable_of:
        return None
    library, name = function.object.name, function.name
    if library == "Instance" and name in ("new", "fromExisting"):
        created = literal(node.args[0]) if node.args else None
        return Inferred(created) if created in table.classes() else None
    if library == "math":
        return Inferred("number")
    if table.constructor_arity(library, name) is not None:
        return Inferred(library)
    return None


def _binary(unit: Unit, node: Binary) -> Inferred | None:
    if node.op in ("==", "~=", "<", "<=", ">", ">="):
        return Inferred("boolean")
    if node.op == "..":
        return Inferred("string")
    left, right = type_of(unit, node.left), type_of(unit, node.right)
    if node.op in ("+", "-", "*", "/", "//", "%", "^"):
        return Inferred("number") if left is not None and right is not None and left[0] == right[0] == "number" else None
    if node.op == "or" and left is not None and right is not None and left.name == right.name:
        return Inferred(left.name, right.is_optional)
    return None


def _unary(unit: Unit, node: Unary) -> Inferred | None:
    if node.op == "-":
        return type_of(unit, node.operand)
    return Inferred("boolean" if node.op == "not" else "number")


def _if_else(unit: Unit, node: IfElse) -> Inferred | None:
    one, other = type_of(unit, node.then), type_of(unit, node.otherwise)
    return Inferred(one.name, one.is_optional or other.is_optional) if one and other and one.name == other.name else None


def _parameter(unit: Unit, variable: Variable) -> Inferred | None:
    function = variable.declaration
    if not isinstance(function, Function):
        return None
    handled = handler_of(unit, function)
    if handled is None:
        return None
    receiver, event = handled
    owner = class_of(unit, receiver)
    parameters = table.event_parameters(owner, event) if owner is not None else _KNOWN_EVENTS.get(event, ())
    known = parameters[variable.position] if variable.position < len(parameters) else None
    return None if known is None or (owner is None and known == "Instance") else _read(known, owner or "", None)


def _loop_variable(unit: Unit, variable: Variable) -> Inferred | None:
    """The second variable of a loop over a list."""
    loop = variable.declaration
    if not isinstance(loop, GenericFor):
        return Inferred("number")
    values = loop.values[0] if loop.values else None
    if (
        isinstance(values, Call)
        and isinstance(values.function, Name)
        and values.function.name in ("ipairs", "pairs")
        and values.args
    ):
        values = values.args[0]
    if isinstance(values, Name) and (held := unit.variable_of.get(values)) and not held.writes and held.value is not None:
        values = held.value
    listed = type_of(unit, values) if variable.position == 1 and values is not None else None
    return _read(listed.name[1:-1], "", None) if listed is not None and listed.name.startswith("{") else None


_RULES: dict[type[Expr], Callable[[Unit, Any], Inferred | None]] = {
    Name: _name,
    Index: _index,
    MethodCall: _method,
    Call: _call,
    Binary: _binary,
    Unary: _unary,
    IfElse: _if_else,
    Cast: lambda unit, node: annotated(unit, node.type),
    Group: lambda unit, node: type_of(unit, node.value),
    String: lambda _unit, _node: Inferred("string"),
    Interpolated: lambda _unit, _node: Inferred("string"),
    Number: lambda _unit, _node: Inferred("number"),
    Boolean: lambda _unit, _node: Inferred("boolean"),
    Nil: lambda _unit, _node: Inferred("nil"),
    Table: lambda _unit, _node: Inferred("table"),
    Function: lambda _unit, _node: Inferred("function"),
}
