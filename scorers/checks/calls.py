"""Checks of the dot and the colon: methods called without their receiver, functions called with one."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, check
from scorers.checks.receivers import DOT_CALL, Use, named, odd_uses, place
from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Expr,
    Function,
    Index,
    MethodCall,
    Name,
    Number,
    String,
    Table,
    Unary,
    Vararg,
)
from scorers.language.paths import reads_of
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.families import kinds_in_family
from scorers.roblox.inference import receiver_of

_OF_INSTANCES = frozenset(
    (
        "FindFirstAncestor", "FindFirstAncestorOfClass", "FindFirstChild", "FindFirstChildOfClass", "FindFirstChildWhichIsA",
        "GetAttribute", "GetChildren", "GetDescendants", "GetPivot", "GetPlayingAnimationTracks", "GetPropertyChangedSignal",
        "IsA", "IsDescendantOf", "LoadCharacter", "SetAttribute", "TakeDamage", "WaitForChild",
    )
)  # fmt: skip
"""Methods by whose names an instance is known."""
_LITERALS = (Boolean, Function, Number, String, Table)


@check("method-call-with-dot", API, ERROR)
def method_call_with_dot(unit: Unit) -> Iterator[Finding]:
    """A method called with a dot does not get the object that it works on, and raises an error.

    Bad:
        local part = Instance.new("Part")
        part.Destroy()
    Good:
        local part = Instance.new("Part")
        part:Destroy()
    Source: Luau documentation, methods; error "Expected ':' not '.' calling member function".
    """
    for use in odd_uses(unit):
        call = unit.parents.get(use.node)
        if use.how != DOT_CALL or not isinstance(call, Call) or not _is_method(use) or _gets_receiver(unit, use, call):
            continue
        message = f"the method `{use.name}` of {named(use.owner)} is called with a dot"
        yield Finding(*use.place, message, f"write `:{use.name}(...)`")
    for name in unit.indexes.keys() & _OF_INSTANCES:
        for index in unit.indexes[name]:
            if _is_dot_call_of_instance(unit, index):
                message = f"the method `{name}` of instances is called with a dot"
                yield Finding(*place(index), message, f"write `:{name}(...)`")


@check("colon-on-function", API, ERROR)
def colon_on_function(unit: Unit) -> Iterator[Finding]:
    """A library function called with a colon gets the library as its first argument.

    Bad:
        print(math:floor(1.5))
    Good:
        print(math.floor(1.5))
    Source: Luau documentation, methods.
    """
    for name in unit.global_reads.keys() & _owners():
        if name in unit.global_writes:
            continue
        for read in (read for root in unit.global_reads[name] for read in reads_of(unit, root)):
            call = unit.parents.get(read)
            if isinstance(call, MethodCall) and call.object is read:
                message = f"`{name}.{call.name}` is a function, and is called with a colon"
                yield Finding(*place(call), message, f"write `{name}.{call.name}(...)`")


def _owners() -> frozenset[str]:
    """Libraries, and data types whose names are globals."""
    return frozenset({*table.libraries(), *(name for name, statics in table.datatypes().items() if statics)})


def _is_dot_call_of_instance(unit: Unit, index: Index) -> bool:
    """A call of a method that instances have, on a value of unknown class that is handed over or found, as instances are."""
    call, receiver = unit.parents.get(index), index.object
    if not isinstance(call, Call) or call.function is not index or not isinstance(receiver, Name):
        return False
    variable = unit.variable_of.get(receiver)
    if variable is None or receiver.name[:1].isupper() or receiver_of(unit, receiver) is not None:
        return False
    is_handed = variable.kind in ("parameter", "loop") or isinstance(variable.value, Index | MethodCall | Binary)
    return is_handed and (not call.args or isinstance(call.args[0], (*_LITERALS, Unary)))


def _is_method(use: Use) -> bool:
    return use.member.kind == "m" if use.member is not None else kinds_in_family(use.owner, use.name) == {"m"}


def _gets_receiver(unit: Unit, use: Use, call: Call) -> bool:
    """Whether the first argument may be the object: `game.IsA(part, "Part")` and `part.Destroy(part)` work."""
    first = call.args[0] if call.args else None
    if first is None or isinstance(first, _LITERALS):
        return False
    if isinstance(first, Vararg) or unit.text(first) == unit.text(use.node.object):
        return True
    given = receiver_of(unit, first)
    if given is None:
        return _root(use.node.object) in ("game", "workspace", "script") or not use.is_class
    return given.name == "Instance" or given.name == use.owner or "m" in kinds_in_family(given.name, use.name)


def _root(node: Expr) -> str:
    while isinstance(node, Index | MethodCall):
        node = node.object
    return node.name if isinstance(node, Name) else ""
