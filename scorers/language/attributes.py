"""Which attributes a function may carry."""

from collections.abc import Callable

from scorers.language.expressions import Boolean, Expr, Nil, Number, String, Table
from scorers.language.statements import Attribute

KNOWN = frozenset(("checked", "native", "deprecated", "debugnoinline"))
_DEPRECATED_KEYS = ("use", "reason")

Note = Callable[[int, int, str, str | None], None]


def check_attributes(attributes: list[Attribute], note: Note) -> None:
    """Notes unknown and repeated attributes, and arguments that `@deprecated` does not take."""
    seen: set[str] = set()
    for attribute in attributes:
        name = attribute.name
        if name and name not in KNOWN:
            note(attribute.start, attribute.end, f"unknown attribute `@{name}`", f"Luau has {_listed()}")
        elif name in seen:
            note(attribute.start, attribute.end, f"the attribute `@{name}` is there twice", "remove one")
        elif attribute.args and (reason := _refusal(name, attribute.args)):
            note(attribute.start, attribute.end, reason, None)
        seen.add(name)


def _refusal(name: str, args: list[Expr]) -> str | None:
    if any(not _is_literal(arg) for arg in args):
        return "an attribute takes literals only"
    if name != "deprecated":
        return None
    if len(args) != 1 or not isinstance(args[0], Table):
        return "`@deprecated` takes one table: `{ use = ..., reason = ... }`"
    for field in args[0].fields:
        if field.name not in _DEPRECATED_KEYS or not isinstance(field.value, String):
            return "`@deprecated` takes the strings `use` and `reason`"
    return None


def _is_literal(value: Expr) -> bool:
    if isinstance(value, Table):
        return all(_is_literal(field.value) and (field.key is None or _is_literal(field.key)) for field in value.fields)
    return isinstance(value, String | Number | Boolean | Nil)


def _listed() -> str:
    return ", ".join(f"@{name}" for name in sorted(KNOWN - {"debugnoinline"}))
