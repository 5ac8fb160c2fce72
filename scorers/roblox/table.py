"""The Roblox API table: classes, members, enums, data types, libraries, globals.

Loaded on the first call, parsed class by class. Types are written as `scripts/roblox_luau.py` defines them, which is Luau's
notation: `Model?` may be nil, `{Player}` is an array, `Enum.Material` an item of that enum, `table` any table, `nil` no result,
`self` the receiver's own class, `$1` the class that the first argument names. Queries for a name that the table does not hold
answer None or an empty value, unless they say otherwise.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from scorers.language.misspelt import is_one_slip

# Share of equal letters from which a name is taken for a misspelling; below it, most suggestions mislead.
_SIMILAR = 0.75
_PATH = Path(__file__).parent / "data" / "roblox_api.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a class or of a data type.

    `kind`: p property, m method, e event, c callback. Among `flags`: D deprecated, F deprecated by a fresh rename, A a second
    name that is deprecated, R read only, W written by plugins only, Y yields, X for plugins and the engine only, N not to be
    reached from scripts. `type`: of a property, first result of a method, parameters of an event or a callback between commas.
    """

    kind: str
    flags: str
    type: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Deprecation:
    """`replacement` is "" where there is none. `is_fresh`: a recent rename or a harmless old name, so inform and do not warn."""

    replacement: str
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Static:
    """What follows the dot of a data type's name. `counts`: text of the argument counts, "" for a constant."""

    counts: str
    type: str


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return table


# --- classes


@cache
def classes() -> frozenset[str]:
    """Names of all classes."""
    return frozenset(_table()["classes"])


def class_flags(name: str) -> str:
    """C creatable, S service, D deprecated; "" for an unknown class."""
    row = _table()["classes"].get(name)
    return str(row[1]) if row else ""


def class_replacement(name: str) -> str:
    """What to use in place of a deprecated class, "" where there is nothing. Raises `KeyError` for an unknown class."""
    return str(_table()["classes"][name][2])


def class_deprecation(name: str) -> Deprecation | None:
    """The deprecation of a class, None where it is in use or unknown."""
    return Deprecation(class_replacement(name), False) if "D" in class_flags(name) else None


@cache
def services() -> frozenset[str]:
    """Names that `game:GetService` takes, the undocumented ones too."""
    return frozenset(name for name, row in _table()["classes"].items() if "S" in row[1])


@cache
def ancestors(class_name: str) -> tuple[str, ...]:
    """The class itself and what it descends from, nearest first; empty for an unknown class."""
    rows = _table()["classes"]
    found = []
    while class_name in rows:
        found.append(class_name)
        class_name = rows[class_name][0]
    return tuple(found)


def inherits(class_name: str, ancestor: str) -> bool:
    """What `IsA` says: whether a class is `ancestor` or descends from it."""
    return ancestor in ancestors(class_name)


# --- members


@cache
def members(name: str) -> Mapping[str, Member]:
    """The members that a class itself declares, without its ancestors', or those of a data type's values."""
    table = _table()
    if name in table["classes"]:
        return dict(_members(table["classes"][name][3]))
    return dict(_members(table["datatypes"][name][1])) if name in table["datatypes"] else {}


@cache
def find_member(name: str, member: str) -> Member | None:
    """The member of a class or of its nearest ancestor that has it, or the member of a data type's values."""
    for owner in ancestors(name) or (name,):
        if found := members(owner).get(member):
            return found
    return None


@cache
def member_names(name: str) -> frozenset[str]:
    """All members of a class with those that it inherits, or of a data type's values."""
    return frozenset(member for owner in ancestors(name) or (name,) for member in members(owner))


def method_returns(name: str, member: str) -> str | None:
    """Type of the first result of a method, None where it is no method or the type is unknown."""
    found = find_member(name, member)
    return found.type or None if found is not None and found.kind == "m" else None


def event_parameters(name: str, member: str) -> tuple[str | None, ...]:
    """Types of what an event or a callback passes, None for an unknown one; `...` at the end: any others may follow."""
    found = find_member(name, member)
    if found is None or found.kind not in "ec" or not found.type:
        return ()
    return tuple(parameter or None for parameter in found.type.split(","))


def deprecation(name: str, member: str) -> Deprecation | None:
    """The deprecation of a member, None where it is in use or unknown."""
    found = find_member(name, member)
    if found is None or "D" not in found.flags:
        return None
    return Deprecation(found.replacement, "F" in found.flags)


def aliases() -> Mapping[str, str]:
    """Deprecated second name of members of instances, events and connections -> the name to use (`connect` -> `Connect`)."""
    found: dict[str, str] = _table()["aliases"]
    return found


@cache
def quiet_methods() -> frozenset[str]:
    """Method names that yield in no class."""
    yields: dict[str, bool] = {}
    for class_name in classes():
        for name, member in members(class_name).items():
            if member.kind == "m":
                yields[name] = yields.get(name, False) or "Y" in member.flags
    return frozenset(name for name, does in yields.items() if not does)


# --- enums


def enums() -> frozenset[str]:
    """Names of all enums."""
    return frozenset(_table()["enums"])


@cache
def enum_items(name: str) -> frozenset[str] | None:
    """The items of an enum, None where there is no such enum."""
    words = _table()["enums"].get(name)
    return None if words is None else frozenset(words.split())


# --- data types


@cache
def datatypes() -> Mapping[str, frozenset[str]]:
    """Data type -> names that may follow its dot; empty where its name is no global (`RaycastResult`)."""
    return {name: frozenset(statics(name)) for name in _table()["datatypes"]}


@cache
def statics(datatype: str) -> Mapping[str, Static]:
    """Constructors, functions and constants of a data type."""
    row = _table()["datatypes"].get(datatype)
    found = {}
    for name, counts, kind in _entries(row[0] if row else "", 3):
        found[name] = Static(counts, kind)
    return found


@cache
def accepts_arguments(datatype: str, name: str, count: int) -> bool:
    """Whether some overload takes `count` arguments: `UDim2.new` takes 0, 2 or 4. True where the function is unknown."""
    found = statics(datatype).get(name)
    if found is None or not found.counts:
        return True
    return any(low <= count and (high is None or count <= high) for low, high in _ranges(found.counts))


# --- libraries and globals


@cache
def libraries() -> Mapping[str, Mapping[str, str]]:
    """Library name -> function or constant -> flags (D deprecated)."""
    return {library: {name: flags for name, flags, _ in _entries(text, 3)} for library, text in _table()["libraries"].items()}


@cache
def library_deprecation(library: str, name: str) -> Deprecation | None:
    """The deprecation of a library function, None where it is in use or unknown."""
    for found, flags, replacement in _entries(_table()["libraries"].get(library, ""), 3):
        if found == name and "D" in flags:
            return Deprecation(replacement, False)
    return None


def unavailable() -> Mapping[str, str]:
    """Global or library function of plain Lua that Roblox lacks (`io`, `os.execute`) -> what to use, "" for nothing."""
    found: dict[str, str] = _table()["unavailable"]
    return found


@cache
def globals_known() -> frozenset[str]:
    """All global names of Luau and Roblox, with libraries, data types and the deprecated ones."""
    named = (name for name, names in datatypes().items() if names)
    return frozenset({*_table()["globals"].split(), *libraries(), *named, *deprecated_globals()})


@cache
def deprecated_globals() -> Mapping[str, Deprecation]:
    """Deprecated global -> what to use."""
    table = _table()
    harmful = {name: Deprecation(text, False) for name, text in table["deprecated_globals"].items()}
    return harmful | {name: Deprecation(text, True) for name, text in table["soft_globals"].items()}


def nearest(name: str, candidates: Collection[str]) -> str | None:
    """The candidate that a misspelt name most likely means: equal but for case, else one slip away, else the
    most similar one; None if none is."""
    lowered = name.lower()
    same = min((candidate for candidate in candidates if candidate.lower() == lowered), default=None)
    slip = same or min((candidate for candidate in candidates if is_one_slip(lowered, candidate.lower())), default=None)
    if slip is not None:
        return slip

    return next(iter(get_close_matches(name, candidates, 1, _SIMILAR)), None)


# --- the notation of the rows, which scripts/roblox_union.py writes


def _members(text: str) -> Iterator[tuple[str, Member]]:
    for name, letters, kind, replacement in _entries(text, 4):
        yield name, Member(letters[0], letters[1:], kind, replacement)


def _entries(text: str, count: int) -> Iterator[list[str]]:
    for entry in text.split("|") if text else ():
        fields = entry.split("=")
        yield fields + [""] * (count - len(fields))


def _ranges(counts: str) -> Iterator[tuple[int, int | None]]:
    for part in counts.split(","):
        low, _, high = part.partition("-")
        yield int(low), None if high == "*" else int(high or low)
