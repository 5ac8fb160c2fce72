"""The Roblox API table: classes, members, enums, libraries. Loaded on first use, parsed class by class."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PATH = Path(__file__).parent / "data" / "roblox_api.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a class.

    `kind`: p property, m method, e event, c callback; among `flags`: D deprecated, R read only, Y yields.
    """

    kind: str
    flags: str
    replacement: str


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return table


def classes() -> frozenset[str]:
    """Names of all classes."""
    return _classes()


@cache
def _classes() -> frozenset[str]:
    return frozenset(_table()["classes"])


def class_flags(name: str) -> str:
    """C creatable, S service, D deprecated; "" for an unknown class."""
    row = _table()["classes"].get(name)
    return str(row[1]) if row else ""


def class_replacement(name: str) -> str:
    """What the documentation names in place of a deprecated class, "" where it names nothing."""
    return str(_table()["classes"][name][2])


@cache
def services() -> frozenset[str]:
    """Names that `game:GetService` takes."""
    return frozenset(name for name, row in _table()["classes"].items() if "S" in row[1])


@cache
def members(class_name: str) -> dict[str, Member]:
    """The members that a class itself declares, without those of its ancestors."""
    result: dict[str, Member] = {}
    for entry in _table()["classes"][class_name][3].split():
        name, flags, *replacement = entry.split("=")
        result[name] = Member(flags[0], flags[1:], replacement[0] if replacement else "")
    return result


def find_member(class_name: str, name: str) -> Member | None:
    """The member of a class or of its nearest ancestor that has it."""
    rows = _table()["classes"]
    while class_name in rows:
        if found := members(class_name).get(name):
            return found
        class_name = rows[class_name][0]
    return None


@cache
def quiet_methods() -> frozenset[str]:
    """Method names that yield in no class."""
    yields: dict[str, bool] = {}
    for class_name in _classes():
        for name, member in members(class_name).items():
            if member.kind == "m":
                yields[name] = yields.get(name, False) or "Y" in member.flags
    return frozenset(name for name, does in yields.items() if not does)


@cache
def enum_items(name: str) -> frozenset[str] | None:
    """The items of an enum, None where there is no such enum."""
    words = _table()["enums"].get(name)
    return None if words is None else frozenset(words.split())


def enums() -> frozenset[str]:
    """Names of all enums."""
    return frozenset(_table()["enums"])


@cache
def libraries() -> dict[str, dict[str, str]]:
    """Library name -> function name -> flags (D deprecated)."""
    return {
        library: {word.partition("=")[0]: word.partition("=")[2] for word in words.split()}
        for library, words in _table()["libraries"].items()
    }


@cache
def datatypes() -> dict[str, frozenset[str]]:
    """Data type with constructors -> names that may follow its dot."""
    return {name: frozenset(words.split()) for name, words in _table()["datatypes"].items()}


def deprecated_globals() -> dict[str, str]:
    """Deprecated global -> its replacement, "" where the documentation names none."""
    found: dict[str, str] = _table()["deprecated_globals"]
    return found
