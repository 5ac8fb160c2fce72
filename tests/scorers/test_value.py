"""The number that findings make: bounded, falling with each finding, and flat for a habit."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.checks import CHECKS
from scorers.diagnostics import Diagnostic, Severity
from scorers.value import value

WEIGHTS = {check.id: check.weight for check in CHECKS if check.weight is not None}
IDS = [check.id for check in CHECKS]


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    id, severity = draw(st.sampled_from(IDS)), draw(st.sampled_from(list(Severity)))
    line = draw(st.integers(1, 300))
    return Diagnostic(id, "quality", severity, line, 1, line, 2, "message")


LISTS = st.lists(diagnostics(), max_size=40)


@given(LISTS, diagnostics())
def test_adding_one_never_raises(found: list[Diagnostic], one: Diagnostic) -> None:
    assert value([*found, one], WEIGHTS) <= value(found, WEIGHTS)


@given(LISTS.filter(bool), st.data())
def test_removing_one_never_lowers(found: list[Diagnostic], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(found) - 1))
    assert value(found[:index] + found[index + 1 :], WEIGHTS) >= value(found, WEIGHTS)


@given(LISTS)
def test_bounded(found: list[Diagnostic]) -> None:
    assert 0.0 <= value(found, WEIGHTS) <= 1.0


@given(LISTS, st.randoms())
def test_order_and_place_do_not_matter(found: list[Diagnostic], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert value(shuffled, WEIGHTS) == pytest.approx(value(found, WEIGHTS))


@given(diagnostics(), st.integers(2, 60))
def test_more_of_the_same_saturates(one: Diagnostic, count: int) -> None:
    """Every further finding costs less than the one before it, and all of them no more than the weight."""
    values = [value([one] * number, WEIGHTS) for number in range(count + 1)]
    losses = [before - after for before, after in pairwise(values)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(losses))
    first = 1.0 - values[1]
    assert values[-1] >= 1.0 - 2.0 * first - 1e-9


def test_nothing_found_is_perfect() -> None:
    assert value([], WEIGHTS) == 1.0


def test_a_finding_of_a_weightless_check_is_free() -> None:
    one = Diagnostic("x", "quality", Severity.ERROR, 1, 1, 1, 2, "message")
    assert value([one], {"x": 0.0}) == 1.0
    assert value([one], {}) < 1.0
