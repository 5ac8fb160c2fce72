"""Expectations of TestEZ and Jest in the words of this project's tests."""

from collections.abc import Callable

from scorers.language import Unit
from scorers.language.expressions import Call, Expr, Index, Name, Number
from scorers.language.node import Node

Written = Callable[[Node], str]
"""The text of a node, as it is to stand in the task."""


class NotCarried(Exception):
    """A test uses what tasks cannot say."""


SAME = frozenset(("toBe", "toEqual", "toThrow", "toStrictEqual"))
NUMBERS = {
    "toBeGreaterThan": ">", "toBeGreaterThanOrEqual": ">=", "toBeLessThan": "<", "toBeLessThanOrEqual": "<=",
}  # fmt: skip


def subject(call: Call) -> tuple[Expr, tuple[str, ...]] | None:
    """Of `expect(value).to.equal(other)` the value and ("to", "equal"); None for another call."""
    names: list[str] = []
    node = call.function
    while isinstance(node, Index):
        names.insert(0, node.name)
        node = node.object
    if not names or not isinstance(node, Call) or not isinstance(node.function, Name) or node.function.name != "expect":
        return None
    return (node.args[0], tuple(names)) if len(node.args) == 1 else None


def expectation(unit: Unit, call: Call, value: Expr, names: tuple[str, ...], written: Written) -> str:
    """The call as this project writes it. Raises NotCarried."""
    it = written(value)
    given = [written(argument) for argument in call.args]
    plain = tuple(name for name in names if name not in ("to", "be", "never", "not_", "not"))
    if len(plain) > 1:
        raise NotCarried
    word = plain[0] if plain else ""
    if plain != names and any(name in ("never", "not_", "not") for name in names):
        return _never(it, word, given)
    if word in SAME and (given or word == "toThrow"):
        return f"expect({it}).{'toEqual' if word == 'toStrictEqual' else word}({', '.join(given)})"
    if word in NUMBERS and len(given) == 1:
        return f"assert(({it}) {NUMBERS[word]} ({given[0]}))"
    return _other(unit, call, it, word, given)


def _never(it: str, word: str, given: list[str]) -> str:
    if word in ("equal", "toBe") and len(given) == 1:
        return f"assert(({it}) ~= ({given[0]}))"
    if word in ("ok", "toBeNil") and not given:
        return f"assert(({it}) {'==' if word == 'ok' else '~='} nil)"
    raise NotCarried


def _other(unit: Unit, call: Call, it: str, word: str, given: list[str]) -> str:
    match word, given:
        case ("equal", [other]):
            return f"expect({it}).toBe({other})"
        case ("near", [other]):
            return f"expect({it}).toBeCloseTo({other}, 0.001)"
        case ("near", [other, limit]):
            return f"expect({it}).toBeCloseTo({other}, {limit})"
        case ("toBeCloseTo", [other, *_]):
            return f"expect({it}).toBeCloseTo({other}, {_tolerance(unit, call)})"
        case (("a" | "an"), [other]):
            return f"expect(typeof({it})).toBe({other})"
        case ("throw", _):
            return f"expect({it}).toThrow({', '.join(given)})"
        case ("ok", []):
            return f"assert(({it}) ~= nil)"
        case (("toBeNil" | "toBeUndefined"), []):
            return f"expect({it}).toBe(nil)"
        case ("toBeTruthy", []):
            return f"assert({it})"
        case ("toBeFalsy", []):
            return f"assert(not ({it}))"
        case ("toHaveLength", [length]):
            return f"expect(#({it})).toBe({length})"
    raise NotCarried


def _tolerance(unit: Unit, call: Call) -> float:
    """Jest counts digits after the point."""
    if len(call.args) == 1:
        return 0.005
    digits = call.args[1]
    if not isinstance(digits, Number) or not unit.text(digits).isdecimal():
        raise NotCarried
    return 0.5 * 10.0 ** -int(unit.text(digits))
