"""Members of classes where the receiver may be of a class that descends from the one that is known.

Names come from the sources that are judged, and there is no end of them: they are looked up in sets of fixed size before
the table's functions see them, which remember what they were asked.
"""

from functools import cache

from scorers.roblox import table
from scorers.roblox.table import Member, Static

_families: dict[str, frozenset[str]] = {}


def member_of(owner: str, name: str) -> Member | None:
    """The member of a class, of its ancestors or of a data type; None where there is none."""
    return table.find_member(owner, name) if name in table.member_names(owner) else None


def result_of(owner: str, method: str) -> str | None:
    """Type of the first result of a method; None where it is no method or the type is unknown."""
    return table.method_returns(owner, method) if method in table.member_names(owner) else None


def static_of(datatype: str, name: str) -> Static | None:
    """A constructor, function or constant of a data type; None where there is none."""
    return table.statics(datatype).get(name) if datatype in table.datatypes() else None


def family(owner: str) -> frozenset[str]:
    """Names of the members of a class and of all classes that descend from it; of a data type its members."""
    found = _families.get(owner)
    if found is None:
        names = (table.member_names(name) for name in table.classes() if table.inherits(name, owner))
        found = _families[owner] = table.member_names(owner).union(*names)
    return found


@cache
def current_names(owner: str) -> frozenset[str]:
    """The members of a class or a data type that are in use."""
    found = ((name, member_of(owner, name)) for name in table.member_names(owner))
    return frozenset(name for name, member in found if member is not None and "D" not in member.flags)


def in_other_case(owner: str, name: str) -> str | None:
    """The member of a class whose name differs only in case."""
    return _lowered(owner).get(name.lower())


@cache
def _lowered(owner: str) -> dict[str, str]:
    return {name.lower(): name for name in sorted(table.member_names(owner), reverse=True)}


def kinds_in_family(owner: str, name: str) -> frozenset[str]:
    """What a member is (`Member.kind`) in the classes of the family that have it; empty where none has."""
    if (member := member_of(owner, name)) is not None:
        return frozenset(member.kind)
    return _kinds_below(owner, name) if name in family(owner) else frozenset()


@cache
def _kinds_below(owner: str, name: str) -> frozenset[str]:
    classes = (found for found in table.classes() if name in table.members(found) and table.inherits(found, owner))
    return frozenset(table.members(found)[name].kind for found in classes)


@cache
def callbacks() -> frozenset[str]:
    """Names of callbacks, of any class."""
    return frozenset(name for found in table.classes() for name, member in table.members(found).items() if member.kind == "c")
