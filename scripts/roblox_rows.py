"""The classes and enums of the Roblox table, out of the declarations of `@rbxts/types`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scripts.roblox_declarations import Declaration, Member
from scripts.roblox_luau import Names, event_parameters, luau_type, result_type
from scripts.roblox_types import Type

# The package's name for the root class: `Object` is JavaScript's.
_ROOT = "RBXObject"
_DEPRECATION = re.compile(r"\*\*Deprecated:\*\*(.*?)(?:\n\s*\*\s*\n|\Z)", re.DOTALL)
_REFERENCE = re.compile(r"`(?:(\w+)[.:])?(\w+)(?:\(\))?`")


@dataclass(slots=True)
class MemberRow:
    """A member as the table holds it; the letters are those of `scorers.roblox.table.Member`."""

    kind: str
    flags: frozenset[str] = frozenset()
    type: str = ""
    replacement: str = ""


@dataclass(slots=True)
class ClassRow:
    """A class as the table holds it."""

    base: str = ""
    flags: frozenset[str] = frozenset()
    replacement: str = ""
    members: dict[str, MemberRow] = field(default_factory=dict)


def class_names(declarations: Iterable[Declaration]) -> frozenset[str]:
    """Names of the interfaces that descend from the root class."""
    # An interface may be declared in several parts, of which one names the base.
    bases: dict[str, str] = {}
    for declaration in declarations:
        if declaration.kind == "interface":
            bases[declaration.name] = declaration.bases[0].name if declaration.bases else bases.get(declaration.name, "")
    return frozenset(_class_name(name) for name in bases if _descends(name, bases))


def class_rows(open_to_all: Sequence[Declaration], plugins: Sequence[Declaration], names: Names) -> dict[str, ClassRow]:
    """The classes that scripts see, and what plugins alone may use of them: flag X, or W where only writing is theirs."""
    rows: dict[str, ClassRow] = {}
    for declaration in open_to_all:
        if _class_name(declaration.name) in names.classes:
            _add_class(rows, declaration, names)
    for declaration in plugins:
        if declaration.name in names.classes:
            row = rows.setdefault(declaration.name, ClassRow(_class_name(declaration.bases[0].name)))
            _add_plugin_members(row, declaration, names)
    for flag, registry in (("S", "Services"), ("C", "CreatableInstances")):
        for name in {member.name for d in (*open_to_all, *plugins) if d.name == registry for member in d.members}:
            rows[name].flags |= {flag}
    _keep_real_replacements(rows)
    return rows


def enum_rows(declarations: Iterable[Declaration]) -> dict[str, set[str]]:
    """Enum -> items."""
    roots = (d for d in declarations if d.kind == "namespace" and d.name == "Enum")
    return {
        enum.name: {item.name for item in enum.inner if item.kind == "interface"}
        for root in roots
        for enum in root.inner
        if enum.kind == "namespace"
    }


def find(rows: Mapping[str, ClassRow], class_name: str, name: str) -> MemberRow | None:
    """The member of a class or of its nearest ancestor that has it."""
    while class_name in rows:
        row = rows[class_name]
        if name in row.members:
            return row.members[name]
        class_name = row.base
    return None


def member_row(member: Member, names: Names) -> MemberRow:
    """One member: its kind, its type and the flags that its declaration tells."""
    row = MemberRow(*_shape(member, names))
    row.flags = _flags(member, row.kind)
    if "D" in row.flags:
        row.replacement = _references(member.doc)
    return row


def _class_name(name: str) -> str:
    return "Object" if name == _ROOT else name


def _descends(name: str, bases: Mapping[str, str]) -> bool:
    while name in bases and name != _ROOT:
        name = bases[name]
    return name == _ROOT


def _is_deprecated(doc: str) -> bool:
    return "@deprecated" in doc


def _add_class(rows: dict[str, ClassRow], declaration: Declaration, names: Names) -> None:
    row = ClassRow(_class_name(declaration.bases[0].name) if declaration.bases else "")
    if _is_deprecated(declaration.doc):
        row.flags |= {"D"}
        row.replacement = _references(declaration.doc)
    for member in declaration.members:
        if _is_real(member):
            # Of several overloads the first is the one without the optional arguments.
            row.members.setdefault(member.name, member_row(member, names))
    rows[_class_name(declaration.name)] = row


def _add_plugin_members(row: ClassRow, declaration: Declaration, names: Names) -> None:
    for member in declaration.members:
        if member.kind == "set" or member.name in row.members or not _is_real(member):
            continue
        added = member_row(member, names)
        added.flags |= {"X"}
        row.members[member.name] = added


def _is_real(member: Member) -> bool:
    # A name with a blank in it cannot be written as a member access; `never` is the package's way to take a member away.
    return member.name.isidentifier() and not member.name.startswith("_nominal_") and member.type.name != "never"


def _shape(member: Member, names: Names) -> tuple[str, frozenset[str], str]:
    """Kind, no flags yet, and type."""
    if member.kind == "method":
        return "m", frozenset(), result_type(member.type, names)
    if member.type.name == "RBXScriptSignal":
        return "e", frozenset(), event_parameters(next(iter(member.type.parts), None), names)
    alternatives = member.type.parts if member.type.kind == "union" else ()
    for part in (member.type, *alternatives):
        # `T | undefined`: the class has the type of its handler for a parameter.
        if part.kind == "function" or (alternatives and part == Type("name", "T")):
            return "c", frozenset(), event_parameters(part, names)
    return "p", frozenset(), luau_type(member.type, names)


def _flags(member: Member, kind: str) -> frozenset[str]:
    facts = {
        "D": _is_deprecated(member.doc),
        "R": kind == "p" and member.readonly,
        "W": kind == "p" and member.kind == "get",
        "Y": "Yields" in member.doc and re.search(r"\*\*Tags\*\*:[^\n]*\bYields\b", member.doc) is not None,
    }
    return frozenset(flag for flag, holds in facts.items() if holds)


def _references(doc: str) -> str:
    """Names in backticks of the deprecation notice: `Class.Member` as such, a bare name as `.Name`, between blanks."""
    notice = _DEPRECATION.search(doc)
    found = _REFERENCE.findall(notice.group(1)) if notice else []
    return " ".join(f"{owner}.{name}" for owner, name in found)


def _keep_real_replacements(rows: dict[str, ClassRow]) -> None:
    """Puts the first reference that names something of the API, and nothing deprecated, in place of the references."""
    for class_name, row in rows.items():
        named = (reference.removeprefix(".") for reference in row.replacement.split())
        row.replacement = next(
            (name for name in named if name in rows and "D" not in rows[name].flags and name != class_name), ""
        )
        for name, member in row.members.items():
            member.replacement = _first_real(rows, class_name, name, member.replacement)


def _first_real(rows: Mapping[str, ClassRow], class_name: str, name: str, references: str) -> str:
    for reference in references.split():
        owner, _, target = reference.partition(".")
        found = find(rows, owner or class_name, target)
        if found is not None and "D" not in found.flags and (target != name or owner not in ("", class_name)):
            return f"{owner or class_name}{':' if found.kind == 'm' else '.'}{target}"
        if not owner and target in rows and "D" not in rows[target].flags:
            return target
    return ""
