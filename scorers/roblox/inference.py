"""What a value is, where the source tells: a class, a data type, or a simple type of Luau.

Forward only and without control flow: what a variable is annotated with, or what it begins with where everything that it
is given later is the same. An unknown value is None, and checks stay silent on it. `Instance` is unknown to `type_of`: it
stands for some class that the source does not name. `receiver_of` tells it, for checks of what no class has.
"""

from collections.abc import Callable, Iterable
from typing import Any

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
    Subscript,
    Table,
    Unary,
)
from scorers.language.paths import global_path
from scorers.language.statements import Assign, GenericFor
from scorers.language.unit import Unit, Variable
from scorers.roblox import table
from scorers.roblox.annotations import Inferred, annotated, declared
from scorers.roblox.conventions import EVENTS, GLOBALS, INSTANCE_EVENTS, METHOD_RESULTS, RESULTS, child, operation
from scorers.roblox.families import family, member_of, result_of, static_of
from scorers.roblox.handlers import CONNECTS, handler_of, handlers_of
from scorers.roblox.sources import field_values, returns
from scorers.roblox.texts import literal, text_of

__all__ = [
    "CONNECTS", "Inferred", "annotated", "class_of", "handler_of", "is_a", "literal", "receiver_of", "service_of", "type_of",
    "variable_type",
]  # fmt: skip

_SEARCHES = {
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
}
_MAX_HOPS = 60
"""Variables that are followed from one to the next; real code needs a handful, and each takes Python frames."""

_MAX_TARGETS = 20
"""Targets of one assignment that are looked at: each is searched for among the others."""

_UNKNOWN = object()


def type_of(unit: Unit, node: Expr) -> Inferred | None:
    """What `node` evaluates to, None where the source does not tell."""
    return _public(receiver_of(unit, node))


def receiver_of(unit: Unit, node: Expr) -> Inferred | None:
    """As `type_of`, and `Instance` for an instance of which no more is known."""
    memo = unit.memo.get("types")
    if memo is None:
        memo = unit.memo["types"] = {}
    found = memo.get(node, _UNKNOWN)
    if found is _UNKNOWN:
        memo[node] = None  # a value that is defined by itself is unknown
        rule = _RULES.get(type(node))
        found = memo[node] = None if rule is None else rule(unit, node)
    result: Inferred | None = found
    return result


def class_of(unit: Unit, node: Expr) -> str | None:
    """The Roblox class of a value, None for other values and unknown ones."""
    inferred = type_of(unit, node)
    return inferred.name if inferred is not None and inferred.name in table.classes() else None


def is_a(unit: Unit, node: Expr, ancestor: str) -> bool:
    """Whether a value is known to be of a class or one that inherits from it."""
    name = class_of(unit, node)
    return name is not None and table.inherits(name, ancestor)


def service_of(unit: Unit, node: Expr) -> str | None:
    """The service that a value is, however it was fetched."""
    name = class_of(unit, node)
    return name if name in table.services() else None


def variable_type(unit: Unit, variable: Variable) -> Inferred | None:
    """What a variable holds from its declaration to its end."""
    return _public(_variable(unit, variable))


def _public(found: Inferred | None) -> Inferred | None:
    return None if found is None or found.name == "Instance" else found


# --- variables


def _variable(unit: Unit, variable: Variable) -> Inferred | None:
    memo = unit.memo.setdefault("variable types", {})
    if variable not in memo:
        memo[variable] = None
        hops = unit.memo.get("hops", 0)
        if hops < _MAX_HOPS:
            unit.memo["hops"] = hops + 1
            memo[variable] = _held(unit, variable)
            unit.memo["hops"] = hops
        else:
            del memo[variable]  # too far from here, but not from where it stands
            return None
    found: Inferred | None = memo[variable]
    return found


def _held(unit: Unit, variable: Variable) -> Inferred | None:
    if variable.annotation is not None:
        return declared(unit, variable.annotation)
    if variable.kind in ("parameter", "loop", "self"):
        if variable.writes:
            return None
        return _parameter(unit, variable) if variable.kind == "parameter" else _loop_variable(unit, variable)
    if not variable.writes and not variable.position:
        return receiver_of(unit, variable.value) if variable.value is not None else None
    values = [] if variable.value is None or isinstance(variable.value, Nil) else [variable.value]
    if variable.position:
        return None
    for write in variable.writes:
        written = _written(unit, write)
        if written is None:
            return None
        if not isinstance(written, Nil):
            values.append(written)
    is_optional = len(values) < len(variable.writes) + 1
    same = _agreed(receiver_of(unit, value) for value in values)
    return Inferred(same.name, same.is_optional or is_optional) if same is not None else None


def _written(unit: Unit, write: Name) -> Expr | None:
    """What an assignment gives to a variable."""
    parent = unit.parents.get(write)
    if not isinstance(parent, Assign) or len(parent.targets) > _MAX_TARGETS:
        return None
    place = next(place for place, target in enumerate(parent.targets) if target is write)
    return parent.values[place] if place < len(parent.values) else None


def _agreed(found: Iterable[Inferred | None]) -> Inferred | None:
    """The type that all have, optional where one is."""
    all_found = set(found)
    names = {one.name if one is not None else "" for one in all_found}
    if len(names) != 1 or "" in names:
        return None
    return Inferred(names.pop(), any(one is not None and one.is_optional for one in all_found))


def _parameter(unit: Unit, variable: Variable) -> Inferred | None:
    """A parameter of a function that handles events, where all of them pass the same."""
    function = variable.declaration
    if not isinstance(function, Function):
        return None
    return _agreed(_passed(unit, receiver, event, variable.position) for receiver, event in handlers_of(unit, function))


def _passed(unit: Unit, receiver: Expr, event: str, position: int) -> Inferred | None:
    """What an event or a callback passes."""
    owner = receiver_of(unit, receiver)
    parameters: tuple[str | None, ...] = ()
    if owner is not None and event in table.member_names(owner.name):
        parameters = table.event_parameters(owner.name, event)
    if owner is None or (owner.name == "Instance" and not parameters):
        parameters = EVENTS.get(event, ()) or (INSTANCE_EVENTS.get(event, ()) if owner is not None else ())
    known = parameters[position] if position < len(parameters) else None
    return None if known is None or known == "..." else _read(known, "", None)


def _loop_variable(unit: Unit, variable: Variable) -> Inferred | None:
    """A variable of a numeric loop or of one over a list."""
    loop = variable.declaration
    if not isinstance(loop, GenericFor):
        return Inferred("number") if variable.kind == "loop" else None
    values = loop.values[0] if loop.values else None
    if isinstance(values, Call) and isinstance(values.function, Name) and values.args:
        values = values.args[0] if values.function.name in ("ipairs", "pairs") else None
    listed = receiver_of(unit, values) if values is not None else None
    if listed is None or not listed.name.startswith("{"):
        return None
    return Inferred(listed.name[1:-1]) if variable.position == 1 else Inferred("number")


# --- expressions


def _name(unit: Unit, node: Name) -> Inferred | None:
    variable = unit.variable_of.get(node)
    if variable is not None:
        return _variable(unit, variable)
    if node.name in unit.global_writes:
        return None
    known = GLOBALS.get(node.name)
    return Inferred(known) if known else None


def _index(unit: Unit, node: Index) -> Inferred | None:
    inner = node.object
    if isinstance(inner, Name) and inner not in unit.variable_of:
        static = static_of(inner.name, node.name) if inner.name not in unit.global_writes else None
        if static is not None:
            return Inferred("function" if static.counts else static.type)
    if isinstance(inner, Index) and isinstance(inner.object, Name) and inner.object.name == "Enum":
        return Inferred(f"Enum.{inner.name}") if inner.object not in unit.variable_of else None
    owner = receiver_of(unit, inner)
    if isinstance(inner, Name) and inner.name == "self" and (owner is None or owner.name == "table"):
        return _field(unit, node.name)
    return None if owner is None else _member(owner.name, node.name)


def _field(unit: Unit, name: str) -> Inferred | None:
    """A field of an object of the source's own, where all that it is given is the same."""
    memo = unit.memo.setdefault("field types", {})
    hops = unit.memo.get("hops", 0)
    if name not in memo and hops < _MAX_HOPS:
        memo[name] = None
        unit.memo["hops"] = hops + 1
        memo[name] = _agreed(receiver_of(unit, value) for value in field_values(unit, name))
        unit.memo["hops"] = hops
    found: Inferred | None = memo.get(name)
    return found


def _member(owner: str, name: str) -> Inferred | None:
    """What follows a dot: a property, an event, or a child, where no class that it may be has such a member."""
    member = member_of(owner, name)
    if member is not None:
        if member.kind == "p":
            return _read(member.type, owner, None) if member.type else None
        return Inferred("RBXScriptSignal") if member.kind == "e" else None
    if owner not in table.classes():
        return None
    if owner == "DataModel" and name in table.services():
        return Inferred(name)
    found = child(owner, name)
    return Inferred(found) if found != "Instance" or name not in family(owner) else None


def _read(known: str, owner: str, first_argument: str | None) -> Inferred | None:
    """A type as the table writes it (`scorers.roblox.table`)."""
    name = known.rstrip("?")
    if name == "self":
        name = owner
    elif name == "$1":
        name = first_argument if first_argument in table.classes() else "Instance"
    return Inferred(name, known.endswith("?")) if name and name not in ("nil", "...") else None


def _subscript(unit: Unit, node: Subscript) -> Inferred | None:
    owner = receiver_of(unit, node.object)
    if owner is None:
        return None
    if owner.name.startswith("{"):
        return Inferred(owner.name[1:-1])
    named = text_of(unit, node.key)
    return None if named is None or owner.name not in table.classes() else _member(owner.name, named)


def _method(unit: Unit, node: MethodCall) -> Inferred | None:
    named = text_of(unit, node.args[0]) if node.args else None
    owner = receiver_of(unit, node.object)
    if owner is not None and owner.name not in table.classes():
        return _datatype_method(unit, owner, node)
    if named is not None and node.name in ("GetService", "FindService") and named in table.classes():
        return Inferred(named)
    if named is not None and node.name in _SEARCHES and named in table.classes():
        return Inferred(named, is_optional=True)
    if named is not None and node.name in ("WaitForChild", "FindFirstChild"):
        is_optional = node.name != "WaitForChild"
        found = child(owner.name if owner is not None else "Instance", named)
        return Inferred(found, is_optional) if owner is not None or found != "Instance" else None
    if owner is None:
        return _waited(unit, node)
    known = result_of(owner.name, node.name)
    return None if known is None else _read(known, owner.name, named)


def _datatype_method(unit: Unit, owner: Inferred, node: MethodCall) -> Inferred | None:
    if owner.name == "string":
        known: str | None = METHOD_RESULTS.get(node.name)
    elif owner.name == "RBXScriptSignal" and node.name in ("Wait", "wait"):
        return _waited(unit, node)
    else:
        known = result_of(owner.name, node.name)
    return None if known is None else _read(known, owner.name, None)


def _waited(unit: Unit, node: MethodCall) -> Inferred | None:
    """The first result of `receiver.event:Wait()`."""
    if node.name not in ("Wait", "wait") or not isinstance(node.object, Index):
        return None
    return _passed(unit, node.object.object, node.object.name, 0)


def _call(unit: Unit, node: Call) -> Inferred | None:
    library, _, name = global_path(unit, node.function).partition(".")
    if not library:
        variable = unit.variable_of.get(node.function) if isinstance(node.function, Name) else None
        return _returned(unit, variable) if variable is not None else None
    if not name:
        if library == "assert" and node.args:
            found = receiver_of(unit, node.args[0])
            return found and Inferred(found.name)
        known = RESULTS.get(library)
        return Inferred(known) if known and library not in unit.global_writes else None
    if library == "Instance" and name in ("new", "fromExisting"):
        created = text_of(unit, node.args[0]) if node.args else None
        return Inferred(created) if created in table.classes() else None
    static = static_of(library, name)
    if static is not None and static.counts:
        return _read(static.type, library, None) if static.type else None
    known = RESULTS.get(f"{library}.{name}")
    return _read(known, "", None) if known else None


def _returned(unit: Unit, variable: Variable) -> Inferred | None:
    """What a local function returns: what it says, or what all of its `return` give."""
    function = variable.value
    if variable.writes or not isinstance(function, Function):
        return None
    if function.returns is not None:
        return declared(unit, function.returns)
    found = returns(unit).get(function, [])
    if any(not one.values for one in found):
        return None
    return _agreed(receiver_of(unit, one.values[0]) for one in found)


def _binary(unit: Unit, node: Binary) -> Inferred | None:
    if node.op in ("==", "~=", "<", "<=", ">", ">="):
        return Inferred("boolean")
    if node.op == "..":
        return Inferred("string")
    left, right = receiver_of(unit, node.left), receiver_of(unit, node.right)
    if node.op == "and":
        return right and Inferred(right.name, is_optional=True)
    if left is None or right is None:
        return None
    if node.op == "or":
        return Inferred(left.name, right.is_optional) if left.name == right.name else None
    result = operation(node.op, left.name, right.name)
    return Inferred(result) if result else None


def _unary(unit: Unit, node: Unary) -> Inferred | None:
    if node.op == "-":
        return receiver_of(unit, node.operand)
    return Inferred("boolean" if node.op == "not" else "number")


_RULES: dict[type[Expr], Callable[[Unit, Any], Inferred | None]] = {
    Name: _name,
    Index: _index,
    Subscript: _subscript,
    MethodCall: _method,
    Call: _call,
    Binary: _binary,
    Unary: _unary,
    IfElse: lambda unit, node: _agreed((receiver_of(unit, node.then), receiver_of(unit, node.otherwise))),
    Cast: lambda unit, node: declared(unit, node.type),
    Group: lambda unit, node: receiver_of(unit, node.value),
    String: lambda _unit, _node: Inferred("string"),
    Interpolated: lambda _unit, _node: Inferred("string"),
    Number: lambda _unit, _node: Inferred("number"),
    Boolean: lambda _unit, _node: Inferred("boolean"),
    Nil: lambda _unit, _node: Inferred("nil"),
    Table: lambda _unit, _node: Inferred("table"),
    Function: lambda _unit, _node: Inferred("function"),
}
