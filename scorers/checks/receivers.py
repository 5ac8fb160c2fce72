"""Uses of members of values whose class or data type is known, found once for all checks of members."""

from collections.abc import Iterator
from typing import NamedTuple

from scorers.language.expressions import Call, Expr, Index, MethodCall, String, Subscript
from scorers.language.node import Node
from scorers.language.paths import member_name, reads_of
from scorers.language.statements import Assign, CompoundAssign, FunctionDeclaration
from scorers.language.unit import Unit, place_in
from scorers.roblox import table
from scorers.roblox.families import member_of
from scorers.roblox.inference import receiver_of
from scorers.roblox.table import Member
from scorers.roblox.texts import text_of

READ, WRITE, METHOD, DOT_CALL = "read", "write", "method", "dot call"

_NORMAL = frozenset((("p", READ), ("p", WRITE), ("m", METHOD), ("m", READ), ("e", READ), ("c", WRITE)))
_SKIPPED = frozenset(("vector", "Object"))
"""A `vector` is a Vector3 in Roblox, with all its members; `Object` stands for any instance in the table's types."""


_MAX_SUGGESTIONS = 100


class Use(NamedTuple):
    """`receiver.name` or `receiver["name"]`, where the receiver is of the class or data type `owner` (`Instance`: some class)."""

    node: Index | MethodCall | Subscript
    owner: str
    name: str
    how: str
    member: Member | None

    @property
    def is_class(self) -> bool:
        """Whether the receiver is an instance."""
        return self.owner in table.classes()

    @property
    def place(self) -> tuple[int, int]:
        """Of the member's name."""
        return place(self.node)


def place(node: Index | MethodCall | Subscript) -> tuple[int, int]:
    """Where the name of a member stands."""
    if isinstance(node, Subscript):
        return node.key.start, node.key.end
    return node.name_start, node.name_start + len(node.name)


class Access(NamedTuple):
    """`value.name` or `value["name"]`. `start` and `end` are those of the name."""

    node: Index | Subscript
    name: str
    start: int
    end: int


def accesses(unit: Unit, value: Expr) -> Iterator[Access]:
    """Where a member of a value is named: right there, and at the locals that stand for the value."""
    for read in reads_of(unit, value):
        node = unit.parents.get(read)
        if isinstance(node, Index) and node.object is read and node.name:
            yield Access(node, node.name, *place(node))
        elif isinstance(node, Subscript) and node.object is read and (name := text_of(unit, node.key)):
            yield Access(node, name, node.key.start, node.key.end)


def odd_uses(unit: Unit) -> list[Use]:
    """The uses that a check may object to: unknown members, members with a flag that matters, a property that is called."""
    found: list[Use] | None = unit.memo.get("odd uses")
    if found is None:
        nodes: list[Index | MethodCall | Subscript] = [*unit.all(Index), *unit.all(MethodCall)]
        nodes += [node for node in unit.all(Subscript) if type(node.key) is String]
        found = unit.memo["odd uses"] = [use for node in nodes if (use := _odd(unit, node)) is not None]
    return found


def _odd(unit: Unit, node: Index | MethodCall | Subscript) -> Use | None:
    receiver = receiver_of(unit, node.object)
    name = node.name if isinstance(node, MethodCall) else member_name(node)
    if receiver is None or not name or receiver.name in _SKIPPED:
        return None
    owner = receiver.name
    member = member_of(owner, name) if owner in table.classes() or owner in table.datatypes() else None
    if owner == "string":
        is_odd = isinstance(node, MethodCall) and name not in table.libraries()["string"]
        return Use(node, owner, name, METHOD, None) if is_odd else None
    if member is None:
        known = owner in table.classes() or (owner in table.datatypes() and table.member_names(owner))
        return Use(node, owner, name, _how(unit, node), None) if known else None
    how = _how(unit, node)
    flags = member.flags.replace("Y", "")
    if (member.kind, how) in _NORMAL and (not flags or (flags == "R" and how != WRITE)):
        return None
    return Use(node, owner, name, how, member)


def _how(unit: Unit, node: Index | MethodCall | Subscript) -> str:
    if isinstance(node, MethodCall):
        return METHOD
    parent = unit.parents.get(node)
    if isinstance(parent, Call):
        return DOT_CALL if parent.function is node else READ
    return WRITE if is_target(parent, node) else READ


def made_instances(unit: Unit) -> frozenset[Call]:
    """The calls of `Instance.new`."""
    found: frozenset[Call] | None = unit.memo.get("made instances")
    if found is None:
        found = frozenset(() if "Instance" in unit.global_writes else unit.calls("Instance.new"))
        unit.memo["made instances"] = found
    return found


def is_target(parent: Node | None, node: Node) -> bool:
    """Whether a statement gives a value to `node`."""
    if isinstance(parent, Assign):
        return place_in(parent.targets, node) is not None
    return isinstance(parent, CompoundAssign | FunctionDeclaration) and parent.target is node


def named(owner: str) -> str:
    """A receiver in a message."""
    return "an instance" if owner == "Instance" else f"`{owner}`"


def suggestion(unit: Unit, name: str, candidates: frozenset[str]) -> str | None:
    """Did you mean ...? Nothing any more where a source has very many mistakes: comparing names is slow."""
    asked = unit.memo["suggestions"] = unit.memo.get("suggestions", 0) + 1
    near = table.nearest(name, candidates) if asked <= _MAX_SUGGESTIONS else None
    return f"did you mean `{near}`?" if near else None
