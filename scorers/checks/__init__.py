"""All checks, by family."""

from types import ModuleType

from scorers.checks import endless, lookups, syntax
from scorers.checks.check import Check

_FAMILIES: tuple[ModuleType, ...] = (syntax, lookups, endless)


def _checks(family: ModuleType) -> list[Check]:
    """A module's checks in the order in which they are defined."""
    return [value for value in vars(family).values() if isinstance(value, Check)]


CHECKS: tuple[Check, ...] = tuple(check for family in _FAMILIES for check in _checks(family))
"""Every check, in the order in which the documentation lists them."""
