"""Checks of members that do not exist, or that a script may not reach or change."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, at, check
from scorers.checks.receivers import DOT_CALL, METHOD, READ, WRITE, Use, made_instances, named, odd_uses, suggestion
from scorers.language.expressions import Expr, Index, MethodCall
from scorers.language.unit import Unit, Variable
from scorers.roblox import table
from scorers.roblox.families import current_names, family, in_other_case, kinds_in_family
from scorers.roblox.inference import receiver_of
from scorers.roblox.texts import text_of

_KINDS = {"p": "a property", "e": "an event", "c": "a callback", "m": "a method"}
_PLUGIN_CLASSES = frozenset(("ChangeHistoryService", "ScriptEditorService", "Selection", "StudioService", "PluginGuiService"))


@check("unknown-member", API, ERROR)
def unknown_member(unit: Unit) -> Iterator[Finding]:
    """A name that a class does not have raises an error where it is called, assigned or read.

    Bad:
        local part = Instance.new("Part")
        part.Colour = Color3.new(1, 0, 0)
    Good:
        local part = Instance.new("Part")
        part.Color = Color3.new(1, 0, 0)
    Source: Roblox API reference, members of classes and data types.
    """
    for use in odd_uses(unit):
        finding = _unknown_of_class(unit, use) if use.is_class else _unknown_of_datatype(unit, use)
        if finding is not None:
            yield finding
    for call in unit.methods("GetPropertyChangedSignal"):
        receiver = receiver_of(unit, call.object)
        name = text_of(unit, call.args[0]) if call.args else None
        if name is None or receiver is None or receiver.name not in table.classes() or name in family(receiver.name):
            continue
        message = f"{named(receiver.name)} has no property `{name}`"
        yield at(call.args[0], message, suggestion(unit, name, current_names(receiver.name)))


@check("read-only-property", API, ERROR)
def read_only_property(unit: Unit) -> Iterator[Finding]:
    """The engine sets these values; assigning to one raises an error. So does assigning to a method.

    Bad:
        local part = Instance.new("Part")
        part.Position.Y = 5
    Good:
        local part = Instance.new("Part")
        part.Position = Vector3.new(0, 5, 0)
    Source: Roblox API reference, tag ReadOnly.
    """
    for use in odd_uses(unit):
        if use.how != WRITE or use.member is None:
            continue
        if use.member.kind == "m":
            message = f"`{use.name}` is a method of {named(use.owner)} and cannot be assigned"
            yield Finding(*use.place, message, f"call it: `:{use.name}(...)`")
        elif use.member.kind == "p" and "R" in use.member.flags and not _is_closed(use):
            hint = None if use.is_class else f"make a new `{use.owner}` and assign that"
            yield Finding(*use.place, f"`{use.owner}.{use.name}` is read only", hint)


@check("restricted-member", API, ERROR)
def restricted_member(unit: Unit) -> Iterator[Finding]:
    """Some members are for plugins, for Studio's property window or for the engine: a script that uses one stops with an error.

    Bad:
        local mesh = Instance.new("MeshPart")
        mesh.MeshId = "rbxassetid://1"
    Good:
        local AssetService = game:GetService("AssetService")
        local mesh = AssetService:CreateMeshPartAsync(Content.fromUri("rbxassetid://1"))
        mesh.Parent = workspace
    Source: Roblox API reference, security of members.
    """
    odd = [use for use in odd_uses(unit) if use.member is not None and _is_restricted(use)]
    if not odd or _is_plugin(unit):
        return
    for use in odd:
        verb = "called" if use.how in (METHOD, DOT_CALL) else "assigned" if use.how == WRITE else "read"
        yield Finding(*use.place, f"`{use.owner}.{use.name}` cannot be {verb} by a script", "only plugins or Studio can")


def _unknown_of_class(unit: Unit, use: Use) -> Finding | None:
    if "S" in table.class_flags(use.owner) and not table.members(use.owner):
        return None  # an undocumented service, of which the table knows the name only
    kinds = kinds_in_family(use.owner, use.name)
    if use.how == METHOD:
        if "m" in kinds:
            return None
        if kinds:
            kind = _KINDS[min(kinds)]
            return Finding(*use.place, f"`{use.name}` is {kind} of {named(use.owner)}, not a method", _instead(use, kinds))
        return Finding(*use.place, f"{named(use.owner)} has no method `{use.name}`", _near(unit, use))
    if kinds:
        return None
    if use.how == WRITE:
        return Finding(*use.place, f"{named(use.owner)} has no property `{use.name}`", _near(unit, use))
    if use.how == DOT_CALL and use.name not in table.services():
        message = f"{named(use.owner)} has no function `{use.name}`"
        return Finding(*use.place, message, _near(unit, use) or "a child cannot be called; `require` a ModuleScript first")
    return _misread(unit, use)


def _misread(unit: Unit, use: Use) -> Finding | None:
    """A read may reach a child, unless the name is a member's but for its case, or nothing can be in the instance yet."""
    message = f"{named(use.owner)} has no member `{use.name}`"
    if near := in_other_case(use.owner, use.name):
        return Finding(*use.place, message, f"did you mean `{near}`?")
    if use.node.object in _empty_receivers(unit) and (hint := _near(unit, use)):
        return Finding(*use.place, message, hint)
    return None


def _empty_receivers(unit: Unit) -> frozenset[Expr]:
    """Reads of locals that hold a new instance which is never handed on, so that nothing can be parented to it."""
    found: frozenset[Expr] | None = unit.memo.get("empty receivers")
    if found is None:
        made = made_instances(unit)
        held = [one for one in unit.variables if not one.writes and one.value in made and _is_only_indexed(unit, one)]
        found = unit.memo["empty receivers"] = frozenset(read for variable in held for read in variable.reads)
    return found


def _is_only_indexed(unit: Unit, variable: Variable) -> bool:
    parents = ((read, unit.parents.get(read)) for read in variable.reads)
    return all(isinstance(parent, Index | MethodCall) and parent.object is read for read, parent in parents)


def _unknown_of_datatype(unit: Unit, use: Use) -> Finding | None:
    if use.owner == "string":
        return None  # for unknown-library-member
    if use.member is None:
        what = "method" if use.how == METHOD else "member"
        return Finding(*use.place, f"`{use.owner}` has no {what} `{use.name}`", _near(unit, use))
    if use.how == METHOD and use.member.kind != "m":
        return Finding(*use.place, f"`{use.name}` is a property of `{use.owner}`, not a method", f"write `.{use.name}`")
    return None


def _instead(use: Use, kinds: frozenset[str]) -> str:
    return f"connect to it: `.{use.name}:Connect(...)`" if kinds == {"e"} else f"write `.{use.name}`"


def _near(unit: Unit, use: Use) -> str | None:
    if use.owner == "RBXScriptSignal" and use.name == "Disconnect":
        return "disconnect the connection that `Connect` returns"
    return suggestion(unit, use.name, current_names(use.owner))


def _is_closed(use: Use) -> bool:
    return use.member is not None and bool({"X", "N"} & set(use.member.flags))


def _is_restricted(use: Use) -> bool:
    assert use.member is not None
    if _is_closed(use):
        return use.how != READ or use.member.kind != "m"
    return "W" in use.member.flags and use.how == WRITE


def _is_plugin(unit: Unit) -> bool:
    """Whether the source runs in a plugin: nothing else asks for Studio's services."""
    if "plugin" in unit.global_reads or any(unit.methods("CreateToolbar", "CreateDockWidgetPluginGui")):
        return True
    named_services = (text_of(unit, call.args[0]) for call in unit.methods("GetService") if call.args)
    return any(name in _PLUGIN_CLASSES for name in named_services)
