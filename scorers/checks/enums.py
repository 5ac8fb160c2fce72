"""Checks of enums and their items."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, check
from scorers.checks.receivers import Access, accesses, suggestion
from scorers.language.unit import Unit
from scorers.roblox import table

_OLDER = {
    "Font": frozenset(("GothamSemibold",)),
    "KeyCode": frozenset(("Unknown",)),
    "RaycastFilterType": frozenset(("Blacklist", "Whitelist")),
}
"""Items that the engine takes and its reference no longer lists."""

_METHODS = frozenset(("GetEnumItems", "FromName", "FromValue", "GetEnums"))


@check("unknown-enum", API, ERROR)
def unknown_enum(unit: Unit) -> Iterator[Finding]:
    """An enum that does not exist raises an error where it is read.

    Bad:
        print(Enum.Materials.Wood)
    Good:
        print(Enum.Material.Wood)
    Source: Roblox API reference, enums.
    """
    for enum in _enums(unit):
        if enum.name not in table.enums() and enum.name not in _METHODS:
            yield Finding(enum.start, enum.end, f"there is no enum `{enum.name}`", suggestion(unit, enum.name, table.enums()))


@check("unknown-enum-item", API, ERROR)
def unknown_enum_item(unit: Unit) -> Iterator[Finding]:
    """An item that an enum does not have raises an error where it is read.

    Bad:
        print(Enum.KeyCode.Spacebar)
    Good:
        print(Enum.KeyCode.Space)
    Source: Roblox API reference, enums.
    """
    for enum in _enums(unit):
        items = table.enum_items(enum.name) if enum.name in table.enums() else None
        if items is None:
            continue
        known = items | _METHODS | _OLDER.get(enum.name, frozenset())
        for item in accesses(unit, enum.node):
            if item.name not in known:
                message = f"`Enum.{enum.name}` has no item `{item.name}`"
                yield Finding(item.start, item.end, message, suggestion(unit, item.name, items))


def _enums(unit: Unit) -> Iterator[Access]:
    """`Enum.Name`, each."""
    if "Enum" not in unit.global_writes:
        for root in unit.global_reads.get("Enum", ()):
            yield from accesses(unit, root)
