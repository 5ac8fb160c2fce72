"""Checks of names that still work and should not be written any more."""

from collections.abc import Iterator
from functools import cache

from scorers.checks.check import API, INFO, WARNING, Finding, at, check
from scorers.checks.receivers import READ, Use, odd_uses, place
from scorers.diagnostics import Severity
from scorers.language.expressions import Call, Index, Name
from scorers.language.statements import FunctionDeclaration
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.families import kinds_in_family
from scorers.roblox.inference import receiver_of

_VALUES = frozenset(("Game", "Workspace"))
_ENVIRONMENTS = frozenset(("getfenv", "setfenv"))
"""A check of their own judges these."""

_PLAIN_WORDS = frozenset(("Stats", "Version", "stats", "version"))
"""More often a variable that was forgotten than the function, unless they are called."""

_OLD_METHODS = frozenset(
    (
        "BreakJoints", "FindPartOnRay", "FindPartOnRayWithIgnoreList", "FindPartOnRayWithWhitelist", "FindPartsInRegion3",
        "FindPartsInRegion3WithIgnoreList", "FindPartsInRegion3WithWhiteList", "GetPrimaryPartCFrame", "GetRankInGroup",
        "GetRoleInGroup", "IsFriendsWith", "IsInGroup", "LoadCharacter", "MakeJoints", "SetPrimaryPartCFrame",
        "TweenPosition", "TweenSize", "TweenSizeAndPosition", "findFirstChild", "findPartOnRay", "findPartsInRegion3",
        "loadAnimation", "playerFromCharacter",
    )
)  # fmt: skip
"""Methods that only instances have and that all of their classes deprecate: the receiver need not be known."""

_HUMANOIDS = frozenset(("humanoid", "hum"))


@check("deprecated-global", API, WARNING)
def deprecated_global(unit: Unit) -> Iterator[Finding]:
    """The old globals run in the old scheduler, thirty times a second and late under load, or have a better namesake.

    Bad:
        wait(1)
        print("later")
    Good:
        task.wait(1)
        print("later")
    Source: Roblox API reference, globals; library task.
    """
    for name in unit.global_reads.keys() & table.deprecated_globals().keys() - _ENVIRONMENTS:
        if name in unit.global_writes:
            continue
        deprecation = table.deprecated_globals()[name]
        hint = f"use `{deprecation.replacement}`" if deprecation.replacement else None
        for node in unit.global_reads[name]:
            if _is_meant(unit, node):
                yield at(node, f"the global `{name}` is deprecated", hint, severity=INFO if deprecation.is_fresh else None)


@check("deprecated-member", API, WARNING)
def deprecated_member(unit: Unit) -> Iterator[Finding]:
    """A deprecated member still works, but is no longer mended, and often slower or less exact than what replaced it.

    Bad:
        local part = Instance.new("Part")
        part.Velocity = Vector3.yAxis
    Good:
        local part = Instance.new("Part")
        part.AssemblyLinearVelocity = Vector3.yAxis
    Source: Roblox API reference, tag Deprecated.
    """
    for use in odd_uses(unit):
        if use.member is None or "D" not in use.member.flags or _is_child_read(use):
            continue
        severity = INFO if "F" in use.member.flags else None
        yield Finding(*use.place, f"`{use.owner}.{use.name}` is deprecated", _use(use.member.replacement), severity)
    yield from _old_signals(unit)
    yield from _old_methods(unit)
    yield from _old_functions(unit)


def _is_meant(unit: Unit, node: Name) -> bool:
    """Whether a read of a deprecated global is one, and not a variable that was never declared."""
    parent = unit.parents.get(node)
    if node.name in _VALUES:
        return True
    is_called = isinstance(parent, Call) and parent.function is node
    return is_called or (node.name not in _PLAIN_WORDS and isinstance(parent, Call))


def _is_child_read(use: Use) -> bool:
    """Reading `folder.children` or `model.clone` reaches a child more likely than a method's second name."""
    member = use.member
    return member is not None and use.how == READ and member.kind == "m" and "A" in member.flags


def _old_signals(unit: Unit) -> Iterator[Finding]:
    """`part.Touched:connect(...)` where the part is known to be an instance; signals of one's own may be spelt so."""
    for call in unit.methods("connect", "wait"):
        signal = call.object
        receiver = receiver_of(unit, signal.object) if isinstance(signal, Index) else None
        if not isinstance(signal, Index) or receiver is None or receiver.name not in table.classes():
            continue
        is_typed = receiver_of(unit, signal) is not None  # then it is one of the odd uses
        if not is_typed and kinds_in_family(receiver.name, signal.name) == {"e"}:
            yield Finding(*place(call), f"`:{call.name}` of events is deprecated", f"use `:{call.name.capitalize()}`")


def _old_methods(unit: Unit) -> Iterator[Finding]:
    """Methods whose names tell enough, on receivers of unknown class."""
    for name in unit.method_calls.keys() & _OLD_METHODS:
        if _is_own_method(unit, name):
            continue
        message, hint, severity = _old(name)
        for call in unit.method_calls[name]:
            receiver = receiver_of(unit, call.object)
            if receiver is None or (receiver.name == "Instance" and name != "findFirstChild"):
                yield Finding(*place(call), message, hint, severity)
    for call in unit.methods("LoadAnimation"):
        spelt = call.object.name if isinstance(call.object, Name | Index) else ""
        if spelt.lower() in _HUMANOIDS and receiver_of(unit, call.object) is None:
            yield Finding(*place(call), "`Humanoid.LoadAnimation` is deprecated", "use `Animator:LoadAnimation`")


@cache
def _old(name: str) -> tuple[str, str | None, Severity | None]:
    """Message, hint and severity for one of the old methods."""
    owner = next(found for found in sorted(table.classes()) if name in table.members(found))
    member = table.members(owner)[name]
    return f"`{owner}.{name}` is deprecated", _use(member.replacement), INFO if "F" in member.flags else None


def _old_functions(unit: Unit) -> Iterator[Finding]:
    """`table.foreach` and `table.getn`."""
    if "table" in unit.global_writes:
        return
    for name in ("foreach", "foreachi", "getn"):
        for call in unit.calls(f"table.{name}"):
            deprecation = table.library_deprecation("table", name)
            if deprecation is not None:
                yield at(call.function, f"`table.{name}` is deprecated", _use(deprecation.replacement))


def _is_own_method(unit: Unit, name: str) -> bool:
    """Whether the source declares a method of the name itself."""
    return any(isinstance(unit.parents.get(index), FunctionDeclaration) for index in unit.members(name))


def _use(replacement: str) -> str | None:
    if not replacement:
        return None
    return f"use {replacement}" if " " in replacement else f"use `{replacement}`"
