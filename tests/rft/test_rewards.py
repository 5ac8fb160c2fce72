"""The reward: exact arithmetic, the veto, the cap, and who may be kept."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from judges import Verdict
from rft.rewards import FAILING_CAP, reward
from rft.sections import RewardConfig
from scorers import SCORERS
from scorers.execution import ExecutionReport
from tests.rft.world import some_facts

WEIGHTS = RewardConfig()
shares = st.floats(0, 1)
four = st.tuples(shares, shares, shares, shares)
grades = st.integers(0, 4)
verdicts = st.builds(Verdict, grades, grades, grades, st.just("because"))
weights = st.builds(RewardConfig, **dict.fromkeys((*SCORERS, "tests"), shares))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"scores": (1.0, 0.8, 0.5, 0.3)}, 0.86),
        ({"scores": (0.0, 0.0, 0.0, 0.0)}, 0.6),
        ({"passed": 2, "scores": (1.0, 0.8, 0.5, 0.3)}, 0.26),
        ({"passed": 1, "scores": (1.0, 1.0, 1.0, 1.0)}, 0.69 / 3),
        ({"passed": 0}, 0.0),
        ({"truncated": True}, 0.69),
        ({"compiles": False}, 0.0),
        ({"compiles": None}, 0.0),
    ],
)
def test_golden_arithmetic(facts: dict[str, Any], expected: float) -> None:
    assert reward(some_facts(**facts), WEIGHTS) == pytest.approx(expected, abs=1e-9)


def test_golden_arithmetic_with_a_verdict() -> None:
    facts, verdict = some_facts(scores=(1.0, 0.8, 0.5, 0.3)), Verdict(4, 3, 2, "because")
    assert verdict.score == pytest.approx(0.75, abs=1e-9)
    assert reward(facts, WEIGHTS, verdict.score) == pytest.approx(0.26 + 0.6 * 0.75, abs=1e-9)


def test_without_opinion_or_tests_the_scorers_count_alone() -> None:
    alone = RewardConfig(mode="deterministic", syntax=0.1, api=0.1, bugs=0.1, quality=0.1)
    assert reward(some_facts(scores=(1.0, 0.8, 0.5, 0.3)), alone) == pytest.approx(0.65, abs=1e-9)
    assert reward(some_facts(passed=1, scores=(1.0, 1.0, 1.0, 1.0)), alone) == pytest.approx(0.69 / 3, abs=1e-9)
    weightless = RewardConfig(mode="deterministic", syntax=0.0, api=0.0, bugs=0.0, quality=0.0)
    assert reward(some_facts(), weightless) == 0


def test_own_weights_are_used() -> None:
    own = RewardConfig(syntax=0.4, api=0.3, bugs=0.2, quality=0.1, tests=0.0)
    assert reward(some_facts(scores=(0.1, 0.2, 0.3, 0.4)), own) == pytest.approx(0.04 + 0.06 + 0.06 + 0.04, abs=1e-9)


@given(facts=st.builds(some_facts, passed=st.integers(0, 3), scores=four), weights=weights, verdict=st.none() | verdicts)
def test_a_reward_is_a_share(facts: Any, weights: RewardConfig, verdict: Verdict | None) -> None:
    assert 0 <= reward(facts, weights, None if verdict is None else verdict.score) <= 1


@given(scores=four, verdict=st.none() | verdicts, weights=weights)
def test_what_does_not_compile_is_worth_nothing(
    scores: tuple[float, float, float, float], verdict: Verdict | None, weights: RewardConfig
) -> None:
    assert reward(some_facts(compiles=False, scores=scores), weights, None if verdict is None else verdict.score) == 0


@given(failing=four, passing=four, passed=st.integers(0, 9))
def test_failing_code_never_outscores_passing_code(failing: Any, passing: Any, passed: int) -> None:
    worse = some_facts(passed=passed, total=10, scores=failing)
    assert reward(worse, WEIGHTS) < reward(some_facts(scores=passing), WEIGHTS)


@given(scores=four, passed=st.integers(0, 9), verdict=verdicts, weights=weights)
def test_no_verdict_lifts_failing_code_over_its_cap(scores: Any, passed: int, verdict: Verdict, weights: RewardConfig) -> None:
    """Nor over code that passes with the same scores and the same verdict."""
    failing, passing = some_facts(passed=passed, total=10, scores=scores), some_facts(scores=scores)
    assert reward(failing, weights, verdict.score) <= FAILING_CAP * (passed / 10)
    assert reward(failing, weights, verdict.score) <= reward(passing, weights, verdict.score)


@given(scores=four, low=verdicts, high=verdicts)
def test_a_better_verdict_never_costs(scores: Any, low: Verdict, high: Verdict) -> None:
    assume(low.score <= high.score)
    facts = some_facts(scores=scores)
    assert reward(facts, WEIGHTS, low.score) <= reward(facts, WEIGHTS, high.score)


@pytest.mark.parametrize(
    ("facts", "eligible"),
    [
        ({}, True),
        ({"truncated": True}, False),
        ({"passed": 2}, False),
        ({"compiles": False}, False),
        ({"compiles": None}, False),
    ],
)
def test_eligible_is_whole_compiling_and_passing(facts: dict[str, Any], eligible: bool) -> None:
    assert some_facts(**facts).eligible is eligible


def test_a_report_without_cases_passes_nothing() -> None:
    facts = some_facts(passed=0, total=1)
    empty = type(facts)(facts.static, ExecutionReport(facts.execution.status, 0, 0), truncated=False)
    assert empty.share_passed == 0.0


@pytest.mark.parametrize("grade", [-1, 5])
def test_a_verdict_keeps_to_its_scale(grade: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 4"):
        Verdict(4, grade, 4, "")
