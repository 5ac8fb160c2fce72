"""Checks of enums and their items."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, check
from scorers.checks.receivers import place, suggestion
from scorers.language.expressions import Index
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
    for index in _enums(unit):
        if index.name not in table.enums() and index.name not in _METHODS:
            yield Finding(*place(index), f"there is no enum `{index.name}`", suggestion(unit, index.name, table.enums()))


@check("unknown-enum-item", API, ERROR)
def unknown_enum_item(unit: Unit) -> Iterator[Finding]:
    """An item that an enum does not have raises an error where it is read.

    Bad:
        print(Enum.KeyCode.Spacebar)
    Good:
        print(Enum.KeyCode.Space)
    Source: Roblox API reference, enums.
    """
    for index in _enums(unit):
        item = unit.parents.get(index)
        if not isinstance(item, Index) or item.object is not index or not item.name:
            continue
        items = table.enum_items(index.name) if index.name in table.enums() else None
        if items is not None and item.name not in items | _METHODS | _OLDER.get(index.name, frozenset()):
            message = f"`Enum.{index.name}` has no item `{item.name}`"
            yield Finding(*place(item), message, suggestion(unit, item.name, items))


def _enums(unit: Unit) -> Iterator[Index]:
    """`Enum.Name`, each."""
    if "Enum" in unit.global_writes:
        return
    for root in unit.global_reads.get("Enum", ()):
        index = unit.parents.get(root)
        if isinstance(index, Index) and index.object is root and index.name:
            yield index
