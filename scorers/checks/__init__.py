"""All checks, by family."""

from types import ModuleType

from scorers.checks import (
    animations,
    blocks,
    calls,
    classes,
    comparisons,
    completeness,
    connections,
    datatypes,
    deprecations,
    endless,
    enums,
    events,
    foreign_names,
    functions,
    instances,
    layout,
    leftovers,
    libraries,
    logic,
    lookups,
    loops,
    members,
    names,
    naming,
    performance,
    remotes,
    repeats,
    requests,
    security,
    self_use,
    services,
    sides,
    signals,
    size,
    stores,
    strings,
    stubs,
    syntax,
    trust,
    unused,
)
from scorers.checks.check import Check

_FAMILIES: tuple[ModuleType, ...] = (
    syntax,
    foreign_names,
    services,
    classes,
    members,
    calls,
    signals,
    enums,
    libraries,
    datatypes,
    deprecations,
    instances,
    lookups,
    endless,
    stores,
    requests,
    names,
    self_use,
    unused,
    completeness,
    stubs,
    leftovers,
    repeats,
    naming,
    size,
    layout,
    logic,
    loops,
    blocks,
    functions,
    strings,
    performance,
    animations,
    trust,
    remotes,
    sides,
    events,
    security,
    connections,
    comparisons,
)


def _checks(family: ModuleType) -> list[Check]:
    """A module's checks in the order in which they are defined."""
    return [value for value in vars(family).values() if isinstance(value, Check)]


CHECKS: tuple[Check, ...] = tuple(check for family in _FAMILIES for check in _checks(family))
"""Every check, in the order in which the documentation lists them."""
