"""The data types of the Roblox table, out of the declarations of `@rbxts/types`: what follows their dot, and their members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scripts.roblox_declarations import Declaration, Member
from scripts.roblox_luau import Names, luau_type
from scripts.roblox_rows import MemberRow, member_row
from scripts.roblox_types import Type

# Data types without a constructor and without the mark by which the package makes the others distinct.
_PLAIN = frozenset({"RBXScriptSignal", "RBXScriptConnection", "RaycastResult", "Enum", "EnumItem"})
# More arguments than any constructor takes.
_ANY = 99


@dataclass(frozen=True, slots=True)
class StaticRow:
    """A constructor, function or constant. `counts`: argument counts that an overload takes, None for a constant."""

    counts: frozenset[int] | None
    type: str


@dataclass(slots=True)
class DatatypeRow:
    """`statics` follow the dot of the type's name, `members` belong to its values."""

    statics: dict[str, StaticRow] = field(default_factory=dict)
    members: dict[str, MemberRow] = field(default_factory=dict)


def datatype_names(declarations: Iterable[Declaration], classes: frozenset[str]) -> frozenset[str]:
    """Interfaces that have a constructor or the package's mark of a type of its own, and are no class."""
    found = {declaration.name for declaration in declarations if _is_constructor(declaration) or _is_marked(declaration)}
    return frozenset((found | _PLAIN) - classes)


def datatype_rows(declarations: Sequence[Declaration], names: Names) -> dict[str, DatatypeRow]:
    """The data types, and `Instance` with its constructors alone."""
    rows = {name: DatatypeRow() for name in sorted(names.datatypes)}
    for declaration in declarations:
        if declaration.kind == "interface" and declaration.name in names.datatypes:
            for member in declaration.members:
                if not member.name.startswith("_nominal_"):
                    rows[declaration.name].members.setdefault(member.name, member_row(member, names))
    interfaces = {d.name: d for d in declarations if d.kind == "interface"}
    for declaration in declarations:
        if _is_constructor(declaration):
            statics = _statics(declaration.type.name, interfaces, names)
            rows.setdefault(declaration.name, DatatypeRow()).statics.update(statics)
    return rows


def _is_constructor(declaration: Declaration) -> bool:
    return declaration.kind == "const" and declaration.type.name == declaration.name + "Constructor"


def _is_marked(declaration: Declaration) -> bool:
    return any(member.name.startswith("_nominal_") for member in declaration.members)


def _statics(constructor: str, interfaces: Mapping[str, Declaration], names: Names) -> dict[str, StaticRow]:
    alias = names.aliases.get(constructor)
    if alias is not None:
        return {"new": StaticRow(_counts(alias), luau_type(alias.parts[0], names))}
    found: dict[str, StaticRow] = {}
    for member in interfaces[constructor].members:
        row = _static(member, names)
        known = found.get(member.name)
        if known is not None and known.counts is not None and row.counts is not None:
            row = StaticRow(known.counts | row.counts, known.type)
        found[member.name] = row
    return found


def _static(member: Member, names: Names) -> StaticRow:
    if member.type.kind != "function":
        return StaticRow(None, luau_type(member.type, names))
    return StaticRow(_counts(member.type), luau_type(member.type.parts[0], names))


def _counts(signature: Type) -> frozenset[int]:
    parameters = [parameter for parameter in signature.parameters if parameter.name != "this"]
    needed = sum(not parameter.optional and not parameter.rest for parameter in parameters)
    most = _ANY if any(parameter.rest for parameter in parameters) else len(parameters)
    return frozenset(range(needed, most + 1))
