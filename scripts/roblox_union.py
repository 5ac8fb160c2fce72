"""Unites what `@rbxts/types` says of the Roblox API with what is curated by hand, in the notation of the table.

Lists within a row are one string, entries between bars, fields between equals signs, empty fields at the end left out:
    member    Name=kind and flags=type=replacement
    static    name=argument counts=type            a constructor, function or constant of a data type
    function  name=flags=replacement               of a library
A class is [base, flags, replacement, members], a data type [statics, members].
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.roblox_datatypes import DatatypeRow, StaticRow
from scripts.roblox_rows import ClassRow, MemberRow, find

_ORDER = "DFARWXYN"
_OPEN_END = 99


@dataclass(frozen=True, slots=True)
class Generated:
    """What one version of `@rbxts/types` says."""

    version: str
    classes: dict[str, ClassRow]
    enums: dict[str, set[str]]
    datatypes: dict[str, DatatypeRow]


def unite(generated: Generated, curated: Mapping[str, Any]) -> dict[str, Any]:
    """The table. What is curated wins, except that flags add up. Raises `ValueError` for a curated name that is nowhere."""
    classes, datatypes = generated.classes, generated.datatypes
    for name, row in curated["classes"].items():
        _unite_class(classes.setdefault(name, ClassRow()), row)
    for name, (statics, members) in curated["datatypes"].items():
        _unite_datatype(datatypes.setdefault(name, DatatypeRow()), statics, members)
    for name in curated["absent"]:
        class_name, _, member = name.partition(".")
        del classes[class_name].members[member]
    for name, replacement in curated["replacements"].items():
        _deprecate(classes, name, replacement)
    owners = {name: row.members for name, row in datatypes.items()} | {name: row.members for name, row in classes.items()}
    _mark_fresh(owners, curated["fresh"])
    _add_aliases(classes, owners, curated["aliases"], curated["soft_aliases"])
    return {
        "sources": [f"@rbxts/types {generated.version} (MIT)", *curated["sources"]],
        "classes": {name: _class(row) for name, row in sorted(classes.items())},
        "enums": _enums(generated.enums, curated["enums"]),
        "datatypes": {name: [_statics(row.statics), _members(row.members)] for name, row in sorted(datatypes.items())},
        "libraries": {name: _functions(row) for name, row in sorted(curated["libraries"].items())},
        "aliases": _distinctive(classes, curated["aliases"]),
        **{key: curated[key] for key in ("unavailable", "globals", "deprecated_globals", "soft_globals")},
    }


def _unite_class(row: ClassRow, curated: list[str]) -> None:
    base, flags, replacement, members = curated
    row.base = base or row.base
    row.flags |= set(flags)
    row.replacement = replacement or row.replacement
    _unite_members(row.members, members)


def _unite_members(rows: dict[str, MemberRow], text: str) -> None:
    for entry in filter(None, text.split("|")):
        name, letters, found, replacement = _fields(entry, 4)
        known = rows.get(name)
        if known is None or known.kind != letters[0]:
            # Nothing is known of the parameters of an event, which is not the same as that there are none.
            rows[name] = known = MemberRow(letters[0], type="..." if letters[0] in "ec" else "")
        known.flags |= set(letters[1:])
        known.type = found or known.type
        known.replacement = replacement or known.replacement


def _deprecate(classes: Mapping[str, ClassRow], name: str, replacement: str) -> None:
    class_name, _, member = name.partition(".")
    if class_name not in classes or (member and member not in classes[class_name].members):
        raise ValueError(f"a replacement for {name}, which the API does not have")
    row = classes[class_name].members[member] if member else classes[class_name]
    row.flags |= {"D"}
    row.replacement = replacement


def _mark_fresh(owners: Mapping[str, Mapping[str, MemberRow]], fresh: Iterable[str]) -> None:
    """Flag F: renamed in the wave of `Async` names, which all code of before still uses, or listed as fresh by hand."""
    for name in fresh:
        owner, _, member = name.partition(".")
        owners[owner][member].flags |= {"D", "F"}
    for members in owners.values():
        for name, row in members.items():
            if "D" in row.flags and row.replacement.rpartition(":")[2] == name + "Async":
                row.flags |= {"F"}


def _add_aliases(
    classes: Mapping[str, ClassRow],
    owners: Mapping[str, dict[str, MemberRow]],
    aliases: Mapping[str, Mapping[str, str]],
    soft: Mapping[str, str],
) -> None:
    """Deprecated second names, flag A; those that nobody minds (`vector.x`) count as fresh."""
    for owner, names in aliases.items():
        for alias, target in names.items():
            row = find(classes, owner, target) or owners[owner].get(target)
            if row is None:
                raise ValueError(f"{owner}.{alias} stands for {target}, which the API does not have")
            flags = row.flags & set("RWXY") | set("DA") | set("F" if alias in soft.get(owner, "") else "")
            owners[owner][alias] = MemberRow(row.kind, frozenset(flags), row.type, target)


def _distinctive(classes: Mapping[str, ClassRow], aliases: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Alias -> what it stands for, over the classes and the events; data types are left out, as `x` says nothing."""
    owners = [name for name in aliases if name in classes or name.startswith("RBXScript")]
    return dict(sorted((alias, target) for owner in owners for alias, target in aliases[owner].items()))


def _enums(generated: Mapping[str, set[str]], curated: Mapping[str, str]) -> dict[str, str]:
    names = sorted({*generated, *curated})
    return {name: " ".join(sorted(generated.get(name, set()) | set(curated.get(name, "").split()))) for name in names}


def _unite_datatype(row: DatatypeRow, statics: str, members: str) -> None:
    _unite_members(row.members, members)
    for entry in filter(None, statics.split("|")):
        name, counts, found = _fields(entry, 3)
        row.statics[name] = StaticRow(_counts(counts), found)


def _class(row: ClassRow) -> list[str]:
    return [row.base, _letters(row.flags, "CSD"), row.replacement, _members(row.members)]


def _members(rows: Mapping[str, MemberRow]) -> str:
    return _joined(
        _entry(name, row.kind + _letters(row.flags, _ORDER), row.type, row.replacement) for name, row in sorted(rows.items())
    )


def _statics(rows: Mapping[str, StaticRow]) -> str:
    return _joined(_entry(name, _ranges(row.counts), row.type) for name, row in sorted(rows.items()))


def _functions(row: Mapping[str, str]) -> str:
    """Library functions; curated as name -> "" or "D" and its replacement."""
    return _joined(_entry(name, *text.split("=", 1)) for name, text in sorted(row.items()))


def _letters(flags: Iterable[str], order: str) -> str:
    return "".join(sorted(flags, key=order.index))


def _ranges(counts: frozenset[int] | None) -> str:
    """`0,2,4`, `0-3` or `1-*`; "" for a constant."""
    found: list[list[int]] = []
    for count in sorted(counts or ()):
        if found and found[-1][1] == count - 1:
            found[-1][1] = count
        else:
            found.append([count, count])
    return ",".join(str(low) if low == high else f"{low}-{'*' if high == _OPEN_END else high}" for low, high in found)


def _counts(text: str) -> frozenset[int] | None:
    """The inverse of `_ranges`."""
    if not text:
        return None
    found: set[int] = set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        found.update(range(int(low), (_OPEN_END if high == "*" else int(high or low)) + 1))
    return frozenset(found)


def _fields(entry: str, count: int) -> list[str]:
    fields = entry.split("=")
    if len(fields) > count:
        raise ValueError(f"too many fields: {entry}")
    return fields + [""] * (count - len(fields))


def _entry(*fields: str) -> str:
    if any("|" in field or "=" in field for field in fields):
        raise ValueError(f"fields that the table's notation cannot hold: {fields}")
    return "=".join(fields).rstrip("=")


def _joined(entries: Iterable[str]) -> str:
    return "|".join(entries)
