"""Budgets: what fits, what does not, and what is said then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.budget import SCOPES, BudgetReached, Limits, Scope, Spent, check, dollars
from judges.calls import PICO
from judges.errors import JudgePaused

NOTHING: dict[Scope, Spent] = {scope: Spent() for scope in SCOPES}


def spent(scope: Scope, **numbers: int) -> dict[Scope, Spent]:
    return {**NOTHING, scope: Spent(**numbers)}


def reached(limits: Limits, now: dict[Scope, Spent], worst: int | None) -> BudgetReached:
    with pytest.raises(BudgetReached) as caught:
        check(limits, now, worst)
    return caught.value


def test_without_limits_everything_fits() -> None:
    check(Limits(), spent("day", known_pico=10**18, calls=10**9), 10**18)


def test_exactly_the_limit_fits_and_one_more_does_not() -> None:
    limits = Limits(round_usd=0.1)
    now = spent("round", known_pico=PICO // 10 - 30, possibly_lost_pico=10, reserved_pico=10)
    check(limits, now, 10)
    assert reached(limits, now, 11).limit == PICO // 10


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_has_its_own_limits_and_names_its_setting(scope: Scope) -> None:
    other: Scope = "run" if scope == "round" else "round"
    dear = {"round": Limits(round_usd=1), "run": Limits(run_usd=1), "day": Limits(day_usd=1)}[scope]
    often = {"round": Limits(round_calls=3), "run": Limits(run_calls=3), "day": Limits(day_calls=3)}[scope]
    check(dear, spent(other, known_pico=5 * PICO), 1)
    error = reached(dear, spent(scope, known_pico=PICO), 1)
    assert (error.scope, error.unit, f"judge.budget.{scope}_usd" in error.hint) == (scope, "usd", True)
    check(often, spent(other, calls=3), 1)
    error = reached(often, spent(scope, calls=3), None)
    assert (error.scope, error.unit, error.limit, f"judge.budget.{scope}_calls" in error.hint) == (scope, "calls", 3, True)
    assert ("tomorrow" in error.hint) == (scope == "day")


def test_a_reached_budget_pauses_and_says_what_was_spent() -> None:
    error = reached(Limits(round_usd=0.5), spent("round", known_pico=PICO // 4, possibly_lost_pico=PICO // 8), PICO // 5)
    assert isinstance(error, JudgePaused)
    assert error.exit_code == 75
    for amount in ("$0.50", "$0.25", "$0.125", "$0.00", "$0.20"):
        assert amount in str(error)


def test_what_may_fit_when_calls_under_way_turn_out_cheap() -> None:
    limits = Limits(round_usd=1)
    assert reached(limits, spent("round", known_pico=PICO // 2, reserved_pico=PICO // 2), 1).may_fit_later
    assert not reached(limits, spent("round", known_pico=PICO), 1).may_fit_later
    assert not reached(limits, spent("round", known_pico=PICO - 1, reserved_pico=1), 2).may_fit_later


def test_without_a_price_a_call_counts_as_a_call() -> None:
    check(Limits(run_usd=0), spent("run", known_pico=PICO), None)
    reached(Limits(run_usd=0, run_calls=0), NOTHING, None)


def test_a_budget_of_nothing_lets_only_what_is_free_through() -> None:
    check(Limits(round_usd=0), NOTHING, 0)
    reached(Limits(round_usd=0), NOTHING, 1)


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_limit_is_a_number_from_zero_up(wrong: float) -> None:
    with pytest.raises(ValueError, match="budget of a day"):
        Limits(day_usd=wrong)


@given(st.integers(0, 10**7))
def test_decimal_limits_are_exact(cents: int) -> None:
    assert Limits(run_usd=cents / 100).pico("run") == cents * PICO // 100


@pytest.mark.parametrize(
    ("pico", "shown"),
    [(0, "$0.00"), (PICO, "$1.00"), (PICO // 2, "$0.50"), (123_456_789_012, "$0.123457"), (12 * PICO + PICO // 1000, "$12.001")],
)
def test_dollars(pico: int, shown: str) -> None:
    assert dollars(pico) == shown
