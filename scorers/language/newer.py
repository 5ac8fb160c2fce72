"""Syntax that the compiler embedded in pluau (Luau 0.686) does not know yet."""

from scorers.language.expressions import Instantiate, Number
from scorers.language.statements import Local, LocalFunction
from scorers.language.unit import Unit


def has_newer_syntax(unit: Unit) -> bool:
    """Whether the source has `const`, exported values, `f<<T>>()`, `@[...]` or integers such as `1i`."""
    declared: list[Local | LocalFunction] = [*unit.all(Local), *unit.all(LocalFunction)]
    if unit.all(Instantiate) or any(node.is_const or node.is_exported for node in declared):
        return True
    kinds = unit.tokens.kinds
    if any(kinds[at + 1] == "[" for at, kind in enumerate(kinds) if kind == "@"):
        return True
    return any(number.text.endswith("i") for number in unit.all(Number))
