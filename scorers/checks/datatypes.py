"""Checks of the constructors and constants of data types, and of what is given to them."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, INFO, WARNING, Finding, at, check
from scorers.checks.receivers import accesses, is_target, suggestion
from scorers.language.expressions import Call, Expr, Group, MethodCall, Number, Unary, Vararg
from scorers.language.paths import reads_of
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.inference import type_of


@check("unknown-datatype-member", API, ERROR)
def unknown_datatype_member(unit: Unit) -> Iterator[Finding]:
    """A constructor that a data type does not have is nil, and calling it raises an error.

    Bad:
        print(Vector3.New(1, 2, 3))
    Good:
        print(Vector3.new(1, 2, 3))
    Source: Roblox API reference, data types.
    """
    for name in _named(unit):
        statics = table.datatypes()[name] | frozenset(table.libraries().get(name, ()))
        for root in unit.global_reads[name]:
            for read in reads_of(unit, root):
                parent = unit.parents.get(read)
                if isinstance(parent, Call) and parent.function is read:
                    yield at(read, f"`{name}` cannot be called", f"write `{name}.new(...)`" if "new" in statics else None)
            for member in accesses(unit, root):
                if member.name not in statics and not is_target(unit.parents.get(member.node), member.node):
                    hint = suggestion(unit, member.name, statics)
                    yield Finding(member.start, member.end, f"`{name}` has no `{member.name}`", hint)


@check("udim2-arguments", API, WARNING)
def udim2_arguments(unit: Unit) -> Iterator[Finding]:
    """`UDim2.new` takes four numbers, scale and offset of each axis, or two UDims. Two numbers are neither.

    Bad:
        script.Parent.Size = UDim2.new(200, 50)
    Good:
        script.Parent.Size = UDim2.fromOffset(200, 50)
    Source: selene, lint roblox_suspicious_udim2_new.
    """
    for call in _calls(unit, "UDim2", "new"):
        count = _count(call)
        if count == 2 and all(_is_number(unit, arg) for arg in call.args):
            hint = "write `UDim2.fromScale(x, y)` or `UDim2.fromOffset(x, y)`"
            yield at(call, "`UDim2.new` with two numbers", hint)
        elif count is not None and not table.accepts_arguments("UDim2", "new", count):
            yield at(call, f"`UDim2.new` with {_arguments(count)}", "give scale and offset of both axes: four numbers")


@check("constructor-arguments", API, WARNING)
def constructor_arguments(unit: Unit) -> Iterator[Finding]:
    """A constructor with the wrong number of arguments raises an error, or leaves some of them out without a word.

    Bad:
        print(Vector2.new(1, 2, 3))
    Good:
        print(Vector3.new(1, 2, 3))
    Source: Roblox API reference, constructors of data types.
    """
    for name in _named(unit):
        for member, static in table.statics(name).items():
            if not static.counts or (name, member) == ("UDim2", "new"):
                continue
            for call in unit.calls(f"{name}.{member}"):
                count = _count(call)
                if count is not None and not table.accepts_arguments(name, member, count):
                    yield at(call, f"`{name}.{member}` with {_arguments(count)}", f"it takes {_takes(static.counts)}")


@check("udim2-from-scale", API, INFO)
def udim2_from_scale(unit: Unit) -> Iterator[Finding]:
    """`fromScale` and `fromOffset` say which of the two numbers of an axis is meant.

    Bad:
        script.Parent.Size = UDim2.new(0.5, 0, 0.5, 0)
    Good:
        script.Parent.Size = UDim2.fromScale(0.5, 0.5)
    Source: selene, lint roblox_manual_fromscale_or_fromoffset.
    """
    for call in _calls(unit, "UDim2", "new"):
        if len(call.args) != 4 or _count(call) != 4:
            continue
        scales, offsets = call.args[::2], call.args[1::2]
        no_scale, no_offset = all(map(_is_zero, scales)), all(map(_is_zero, offsets))
        if no_scale == no_offset:
            continue
        name, kept = ("fromScale", scales) if no_offset else ("fromOffset", offsets)
        text = ", ".join(unit.text(arg) for arg in kept)
        yield at(call, f"all {'offsets' if no_offset else 'scales'} are 0", f"write `UDim2.{name}({text})`")


@check("color3-out-of-range", API, WARNING)
def color3_out_of_range(unit: Unit) -> Iterator[Finding]:
    """`Color3.new` takes numbers from 0 to 1 and `Color3.fromRGB` from 0 to 255: the other range gives white or black.

    Bad:
        workspace.Part.Color = Color3.new(255, 0, 0)
    Good:
        workspace.Part.Color = Color3.fromRGB(255, 0, 0)
    Source: selene, lint roblox_incorrect_color3_new_bounds.
    """
    for member, highest, other in (("new", 1, "fromRGB"), ("fromHSV", 1, "fromRGB"), ("fromRGB", 255, "new")):
        for call in _calls(unit, "Color3", member):
            numbers = [_number(arg) for arg in call.args]
            known = [number for number in numbers if number is not None]
            if any(not 0 <= number <= highest for number in known):
                message = f"`Color3.{member}` takes numbers from 0 to {highest}"
                yield at(call, message, f"write `Color3.{other}(...)` for other numbers")
            elif member == "fromRGB" and any(0 < number < 1 for number in known):
                yield at(call, "`Color3.fromRGB` takes numbers from 0 to 255", "write `Color3.new(...)` for numbers up to 1")


def _named(unit: Unit) -> list[str]:
    """Data types of which the source names the global."""
    found: list[str] | None = unit.memo.get("named data types")
    if found is None:
        names = unit.global_reads.keys() & table.datatypes().keys() - unit.global_writes.keys()
        found = unit.memo["named data types"] = sorted(name for name in names if table.datatypes()[name])
    return found


def _calls(unit: Unit, name: str, member: str) -> list[Call]:
    return [] if name in unit.global_writes else list(unit.calls(f"{name}.{member}"))


def _count(call: Call) -> int | None:
    """How many arguments a call passes, None where a last call or `...` may pass any number."""
    if call.args and isinstance(call.args[-1], Call | MethodCall | Vararg):
        return None
    return len(call.args)


def _takes(counts: str) -> str:
    """`0-3,7` in words."""
    return " or ".join(part.replace("-", " to ").replace(" to *", " or more") for part in counts.split(","))


def _arguments(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments" if count else "no argument"


def _is_number(unit: Unit, node: Expr) -> bool:
    found = type_of(unit, node)
    return found is not None and found.name == "number"


def _number(node: Expr) -> float | None:
    """The value of a number literal, with its sign."""
    if isinstance(node, Group):
        return _number(node.value)
    if isinstance(node, Unary) and node.op == "-":
        inner = _number(node.operand)
        return None if inner is None else -inner
    if not isinstance(node, Number):
        return None
    try:
        return float(node.text.replace("_", ""))
    except ValueError:  # hexadecimal, binary, or a suffix: rare in colours
        return None


def _is_zero(node: Expr) -> bool:
    return _number(node) == 0
