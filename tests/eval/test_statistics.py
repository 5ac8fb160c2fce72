"""The tests and intervals against brute force, closed forms and simulated noise."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.errors import EvalError
from eval.statistics import (
    bootstrap_interval,
    clopper_pearson_upper,
    holm_adjust,
    pass_at_k,
    regression_p_values,
    sign_flip_p_value,
    sign_flip_p_values,
    student_t_cdf,
)

# Shares of test cases: multiples of 1/8, so that ties are common, as in real results.
SHARES = st.integers(-8, 8).map(lambda eighths: eighths / 8)


@settings(deadline=None, max_examples=60)
@given(st.lists(SHARES, min_size=1, max_size=8))
def test_few_tasks_are_enumerated_exactly(differences: list[float]) -> None:
    patterns = list(itertools.product((-1, 1), repeat=len(differences)))
    reached = sum(sum(s * d for s, d in zip(signs, differences, strict=True)) >= sum(differences) for signs in patterns)
    assert sign_flip_p_value(differences, seed=0) == pytest.approx(reached / len(patterns), abs=1e-12)


def test_tasks_without_a_difference_change_nothing() -> None:
    differences = [0.5, 0.25, -0.125, 0.5]
    padded = [0.0] * 100 + differences + [0.0] * 100
    assert sign_flip_p_value(padded, seed=0) == sign_flip_p_value(differences, seed=1)


def test_no_difference_at_all_is_no_evidence() -> None:
    assert sign_flip_p_value(np.zeros(48), seed=0) == 1.0


def test_monte_carlo_agrees_with_enumeration() -> None:
    differences = np.random.default_rng(4).normal(0.2, 0.5, size=16)
    exact = sign_flip_p_value(differences, seed=0, flips=1 << 16)
    sampled = sign_flip_p_value(differences, seed=0, flips=(1 << 16) - 1)
    assert exact != sampled
    assert sampled == pytest.approx(exact, abs=0.004)


def test_monte_carlo_never_reports_less_than_it_resolves() -> None:
    assert sign_flip_p_value(np.ones(60), seed=0, flips=999) == pytest.approx(1 / 1000)


def test_a_batch_equals_its_rows_when_enumerated() -> None:
    rows = np.random.default_rng(0).integers(-2, 3, size=(30, 9)) / 4
    batch = sign_flip_p_values(rows, seed=0)
    assert batch.tolist() == [sign_flip_p_value(row, seed=0) for row in rows]


@pytest.mark.parametrize(("tasks", "chance"), [(12, 0.5), (60, 0.5), (60, 0.05)])
def test_p_values_are_conservative_on_noise(tasks: int, chance: float) -> None:
    rng = np.random.default_rng(1)
    noise = (rng.binomial(4, chance, size=(4000, tasks)) - rng.binomial(4, chance, size=(4000, tasks))) / 4
    p_values = sign_flip_p_values(noise, seed=2, flips=1000)
    for level in (0.0125, 0.05, 0.2, 0.5):
        tolerance = 3 * math.sqrt(level * (1 - level) / len(p_values))
        assert (p_values <= level).mean() <= level + tolerance


def test_p_values_have_power() -> None:
    rows = np.random.default_rng(1).normal(0.2, 0.3, size=(500, 48))
    assert (sign_flip_p_values(rows, seed=0, flips=1000) <= 0.0125).mean() > 0.95


def test_not_a_number_is_an_error() -> None:
    with pytest.raises(EvalError, match="finite"):
        sign_flip_p_value([0.1, float("nan")], seed=0)


# Tables of Student's distribution: one-sided 97.5 % points.
@pytest.mark.parametrize(("freedom", "t"), [(1, 12.7062), (2, 4.30265), (5, 2.57058), (8, 2.30600), (40, 2.02108)])
def test_student_t_against_tables(freedom: int, t: float) -> None:
    upper, lower = student_t_cdf(np.array([t, -t]), freedom)
    assert upper == pytest.approx(0.975, abs=1e-5)
    assert lower == pytest.approx(0.025, abs=1e-5)
    assert student_t_cdf(np.array([0.0, np.inf, -np.inf]), freedom) == pytest.approx([0.5, 1.0, 0.0])


def test_a_collapse_of_six_tasks_is_a_regression() -> None:
    assert regression_p_values(np.full((1, 6), -0.8), 0.05)[0] < 0.05 / 8


def test_no_change_and_two_unlucky_tasks_are_none() -> None:
    rows = np.array([[0.0, 0.0], [-0.25, -0.25]])
    assert regression_p_values(rows, 0.05)[0] == 1.0
    assert regression_p_values(rows, 0.05)[1] > 0.05


@pytest.mark.parametrize("chance", [0.05, 0.5])
@pytest.mark.parametrize("tasks", [2, 5, 10])
def test_regressions_are_rarely_seen_in_noise(tasks: int, chance: float) -> None:
    rng = np.random.default_rng(3)
    rows = (rng.binomial(4, chance, size=(20_000, tasks)) - rng.binomial(4, chance, size=(20_000, tasks))) / 4
    assert (regression_p_values(rows, 0.0) <= 0.05).mean() < 0.06
    assert (regression_p_values(rows, 0.05) <= 0.05).mean() < 0.05


def test_holm_on_a_worked_example() -> None:
    assert holm_adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_raw_and_bonferroni(p_values: list[float]) -> None:
    adjusted = holm_adjust(p_values)
    assert (adjusted >= np.array(p_values)).all()
    assert (adjusted <= np.minimum(1, np.array(p_values) * len(p_values)) + 1e-12).all()
    assert holm_adjust([p_values, p_values])[1].tolist() == adjusted.tolist()


def test_bootstrap_is_a_function_of_its_seed() -> None:
    values = np.random.default_rng(0).normal(size=48)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_bootstrap_width_is_that_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap_interval(values, seed=1)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)
    inner_low, inner_high = bootstrap_interval(values, level=0.5, seed=1)
    assert low < inner_low < inner_high < high


@given(st.integers(1, 12), st.data())
def test_pass_at_k_is_the_share_of_subsets_with_a_pass(samples: int, data: st.DataObject) -> None:
    correct, k = data.draw(st.integers(0, samples)), data.draw(st.integers(1, min(samples, 4)))
    subsets = list(itertools.combinations([i < correct for i in range(samples)], k))
    assert pass_at_k(samples, correct, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


@pytest.mark.parametrize(("samples", "correct", "k"), [(4, 5, 1), (4, 2, 5), (4, 2, 0), (4, -1, 1)])
def test_pass_at_k_refuses_what_is_not_defined(samples: int, correct: int, k: int) -> None:
    with pytest.raises(EvalError, match="not defined"):
        pass_at_k(samples, correct, k)


# No successes have the closed form 1 - (1 - level)^(1/n); 5 of 100 is in every table.
def test_clopper_pearson_upper() -> None:
    assert clopper_pearson_upper(0, 600, level=0.99) == pytest.approx(1 - 0.01 ** (1 / 600), abs=1e-9)
    assert clopper_pearson_upper(5, 100, level=0.975) == pytest.approx(0.112835, abs=1e-5)
    assert clopper_pearson_upper(7, 7, level=0.99) == 1.0
