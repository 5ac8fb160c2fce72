"""The harness' deep equality is Python's, on values that both languages have."""

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scorers.execution import Tests, run_tests

ATOMS = (
    st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_infinity=False, width=32)
    | st.just(math.nan)
    | st.text(alphabet='ab"\\\n\0é', max_size=3)
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)
PAIRS = st.tuples(VALUES, VALUES) | VALUES.map(lambda value: (value, value)) | st.tuples(ATOMS, ATOMS)


def luau(value: Any) -> str:
    """A Luau expression of the value."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\x{byte:02x}" for byte in value.encode()) + '"'
        case list():
            return "{" + ", ".join(luau(item) for item in value) + "}"
        case dict():
            return "{" + ", ".join(f"[{luau(key)}] = {luau(item)}" for key, item in value.items()) + "}"
    return "(0/0)" if math.isnan(value) else repr(value)


def comparable(value: Any) -> Any:
    """The same value for Python's ==: Luau has one kind of table, booleans are no numbers, and NaN equals NaN here."""
    match value:
        case list():
            return {index: comparable(item) for index, item in enumerate(value, start=1)}
        case dict():
            return {key: comparable(item) for key, item in value.items()}
        case float() if math.isnan(value):
            return "a number that is not", None
    return isinstance(value, bool), value


@settings(max_examples=60, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=5))
def test_equality_agrees_with_python(pairs: list[tuple[Any, Any]]) -> None:
    cases = (
        f'test("{index}", function() expect(f({luau(one)})).toEqual({luau(two)}) end)' for index, (one, two) in enumerate(pairs)
    )
    report = run_tests("function f(value) return value end", Tests("f", "\n".join(cases)))
    unequal = {str(index) for index, (one, two) in enumerate(pairs) if comparable(one) != comparable(two)}
    assert {failure.case for failure in report.failures} == unequal
    assert report.total == len(pairs)
