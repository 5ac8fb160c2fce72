"""Comparisons of values of different kinds: of the name of a type that does not exist, of an enum item with a text."""

from collections.abc import Iterator
from functools import cache

from scorers.checks.check import API, BUGS, ERROR, Finding, at, check
from scorers.language.expressions import Call, Expr, Index, Name, String
from scorers.language.operators import operations, ungrouped
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.inference import literal, type_of

_TYPES = ("nil", "boolean", "number", "string", "table", "function", "thread", "userdata", "buffer", "vector")


@check("unknown-type-name", API, ERROR)
def unknown_type_name(unit: Unit) -> Iterator[Finding]:
    """`type` and `typeof` give the names of types: that of every instance is `Instance`, and case counts.

    Bad:
        if typeof(workspace.Door) == "Part" then print("a part") end
    Good:
        if workspace.Door:IsA("Part") then print("a part") end
    Source: Luau lint UnknownType.
    """
    if "type" not in unit.global_calls and "typeof" not in unit.global_calls:
        return
    for node in operations(unit, "==", "~="):
        for one, other in ((ungrouped(node.left), ungrouped(node.right)), (ungrouped(node.right), ungrouped(node.left))):
            function = one.function if isinstance(one, Call) and len(one.args) == 1 else None
            if isinstance(function, Name) and function.name in ("type", "typeof") and function not in unit.variable_of:
                if (hint := _correction(unit, function.name, one, other)) is not None:
                    yield at(other, f"`{function.name}` never gives {unit.text(other)}", hint)
                break


def _correction(unit: Unit, function: str, call: Expr, other: Expr) -> str | None:
    """What to write instead; None where the comparison is right, or compares with something of unknown value."""
    if isinstance(other, Name):
        is_library = other not in unit.variable_of and other.name not in unit.global_writes and other.name in _libraries()
        return f'write "{other.name}": the result is a text' if is_library else None
    named = literal(other)
    if named is None or named in _TYPES or (function == "typeof" and named in _values()):
        return None
    subject = unit.text(call.args[0]) if isinstance(call, Call) else ""
    if named in table.classes() and named != "Object":
        return f'write `typeof({subject}) == "Instance"`' if named == "Instance" else f'write `{subject}:IsA("{named}")`'
    if named in _values():
        return f'write `typeof({subject}) == "{named}"`'
    same = next((name for name in (*_TYPES, *sorted(_values())) if name.lower() == named.lower()), None)
    return f'write "{same}"' if same is not None else None


@cache
def _values() -> frozenset[str]:
    """What `typeof` tells of values of Roblox."""
    return frozenset({*table.datatypes(), "Instance", "EnumItem", "Enum", "Enums", "RBXScriptSignal", "RBXScriptConnection"})


@cache
def _libraries() -> frozenset[str]:
    """Globals that are named as types are."""
    return frozenset({*table.libraries().keys() & _TYPES, *table.datatypes()})


@check("enum-comparison", BUGS, ERROR)
def enum_comparison(unit: Unit) -> Iterator[Finding]:
    """An enum item is equal to no text, and to no item of another enum.

    Bad:
        game:GetService("UserInputService").InputBegan:Connect(function(input)
            if input.KeyCode == "E" then print("open") end
        end)
    Good:
        game:GetService("UserInputService").InputBegan:Connect(function(input)
            if input.KeyCode == Enum.KeyCode.E then print("open") end
        end)
    Source: Roblox documentation, Enums; Luau type checker.
    """
    for node in operations(unit, "==", "~="):
        for one, other in ((ungrouped(node.left), ungrouped(node.right)), (ungrouped(node.right), ungrouped(node.left))):
            if not isinstance(one, Index) or not isinstance(other, String | Index):
                continue
            kind = _enum(unit, one)
            given = _enum(unit, other) if kind is not None else None
            is_known = kind in table.enums() and (given in table.enums() or isinstance(other, String))
            if not is_known or given == kind:
                continue
            item = literal(other) or (other.name if isinstance(other, Index) else "")
            item = item if item in (table.enum_items(kind) or ()) else "..."
            message = f"`{unit.text(one)}` is an item of `Enum.{kind}`, and never equal to {unit.text(other)}"
            yield at(node, message, f"compare with `Enum.{kind}.{item}`")
            break


def _enum(unit: Unit, node: Expr) -> str | None:
    """The enum that a value is an item of."""
    found = type_of(unit, node)
    return found.name[5:] if found is not None and found.name.startswith("Enum.") else None
