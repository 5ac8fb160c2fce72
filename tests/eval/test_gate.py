"""The gate's decisions on made-up results, one reason at a time."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from eval.errors import EvalError
from eval.gate import Decision, GateMargins, GateRule, Measured, alpha_per_look, decide
from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome, paired_differences
from eval.power import BASE, INCUMBENT
from eval.statistics import Floats

TASKS = 48
CATEGORIES = ("numbers", "logic", "strings", "lists")
CASES = 4
ALPHA = alpha_per_look(0.05, 3)


def result(passed_T: list[int], policy: str, *, suite_hash: str = "h1", samples: int = 4) -> BenchmarkResult:
    """A result in which each of a task's samples passes the given number of its 4 cases."""
    outcomes = tuple(
        TaskOutcome(
            f"task-{index:03d}",
            CATEGORIES[index % len(CATEGORIES)],
            (SampleOutcome(passed, CASES, compiles=True, composite=0.5),) * samples,
        )
        for index, passed in enumerate(passed_T)
    )
    return BenchmarkResult("held-out", suite_hash, policy, outcomes)


def changed(change: Callable[[int], int]) -> list[int]:
    return [2 + change(index) for index in range(TASKS)]


FLAT = result(changed(lambda _: 0), "base")
# Half of the tasks gain one case of four: +12.5 points.
BETTER = result(changed(lambda index: int(index % 8 < 4)), "better")


def gate(
    candidate: BenchmarkResult,
    incumbent: BenchmarkResult | None = None,
    base: BenchmarkResult = FLAT,
    general: Measured | None = None,
) -> Decision:
    return decide(candidate, incumbent=incumbent, base=base, alpha=ALPHA, margins=GateMargins(), general=general, seed=1)


def test_a_clear_gain_is_promoted() -> None:
    decision = gate(BETTER)
    assert decision.promote
    assert decision.gain == pytest.approx(0.125)
    assert decision.gain_interval[0] > 0
    assert decision.p_value == decision.p_value_base <= ALPHA
    assert decision.p_value_incumbent is None
    assert decision.vetoes == ()
    assert decision.reason.startswith("the gain over the base, +12.5 points [")
    assert decision.reason.endswith("nothing else shows a regression")


def test_the_incumbent_must_be_beaten_too() -> None:
    decision = gate(BETTER, incumbent=BETTER)
    assert not decision.promote
    assert decision.p_value_incumbent == decision.p_value == 1.0
    assert decision.p_value_base <= ALPHA
    assert "gain over the incumbent, +0.0 points [+0.0, +0.0], is not distinguishable from noise" in decision.reason
    assert "needed 0.0125" in decision.reason
    assert decision.mde is not None
    assert f"{100 * decision.mde:+.1f} points" in decision.reason


def test_the_base_must_be_beaten_too() -> None:
    decision = gate(BETTER, incumbent=FLAT, base=BETTER)
    assert not decision.promote
    assert decision.p_value_incumbent is not None
    assert decision.p_value_incumbent <= ALPHA < decision.p_value_base == decision.p_value
    assert "the gain over the base is not distinguishable" in decision.reason


def test_no_gain_is_refused() -> None:
    decision = gate(result(changed(lambda index: (0, 1, -1)[index % 3]), "noise"))
    assert not decision.promote
    assert decision.gain == 0.0


def test_a_loss_is_called_a_change() -> None:
    decision = gate(result(changed(lambda index: -int(index % 8 < 4)), "worse"))
    assert not decision.promote
    assert decision.p_value > 0.99
    assert decision.reason.startswith("the change against the base, -12.5 points")


def test_a_fallen_category_is_a_veto() -> None:
    uneven = result(changed(lambda index: -1 if index % 4 == 1 else 1), "uneven")
    decision = gate(uneven)
    assert decision.p_value <= ALPHA
    assert decision.gain > 0.1
    assert not decision.promote
    assert [delta.category for delta in decision.category_deltas if delta.vetoed] == ["logic"]
    assert len(decision.vetoes) == 1
    assert "category logic fell by 25.0 points against the base (12 tasks" in decision.reason


def test_a_category_within_its_margin_is_none() -> None:
    one_down = result(changed(lambda index: -1 if index == 1 else int(index % 4 != 1)), "one down")
    decision = gate(one_down)
    assert decision.category_deltas[1].delta < 0
    assert decision.promote


def test_forgetting_is_a_veto() -> None:
    forgetful = result(changed(lambda index: -int(index % 2 == 0)), "forgetful", suite_hash="general")
    before = result(changed(lambda _: 0), "base", suite_hash="general")
    decision = gate(BETTER, general=Measured(forgetful, None, before))
    assert decision.p_value <= ALPHA
    assert not decision.promote
    assert "the general suite fell by 12.5 points against the base (48 tasks" in decision.reason
    assert gate(BETTER, general=Measured(before, None, before)).promote


@pytest.mark.parametrize("worse", ["incumbent", "base"])
def test_forgetting_is_seen_against_each_reference(worse: str) -> None:
    """An incumbent that forgot a little must not be the only measure: small falls would add up unseen."""
    now = result(changed(lambda index: -int(index % 2 == 0)), "now", suite_hash="general")
    before = result(changed(lambda _: 0), "before", suite_hash="general")
    references = {"incumbent": now, "base": now} | {worse: before}
    decision = gate(BETTER, FLAT, general=Measured(now, references["incumbent"], references["base"]))
    assert not decision.promote
    (veto,) = decision.vetoes
    assert f"the general suite fell by 12.5 points against the {worse}" in veto


def test_a_decision_survives_text() -> None:
    for decision in (gate(BETTER), gate(BETTER, incumbent=BETTER)):
        assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_a_decision_is_a_function_of_its_seed() -> None:
    assert gate(BETTER, incumbent=FLAT) == gate(BETTER, incumbent=FLAT)


SHORT = result([2] * (TASKS - 1), "short")
OTHER_SUITE = result([2] * TASKS, "other suite", suite_hash="h2")
ONE_SAMPLE = result([2] * TASKS, "one sample", samples=1)


@pytest.mark.parametrize("broken", [SHORT, OTHER_SUITE, ONE_SAMPLE], ids=lambda broken: broken.policy)
@pytest.mark.parametrize("role", ["candidate", "incumbent", "base", "general"])
def test_missing_or_different_data_is_an_error(broken: BenchmarkResult, role: str) -> None:
    results = {"candidate": BETTER, "incumbent": FLAT, "base": FLAT, "general": FLAT} | {role: broken}
    with pytest.raises(EvalError, match="cannot be compared") as caught:
        gate(results["candidate"], results["incumbent"], results["base"], Measured(results["general"], FLAT, FLAT))
    assert caught.value.hint


def test_outcomes_are_ordered_and_summarised() -> None:
    samples = (SampleOutcome(4, 4, True, 1.0), SampleOutcome(1, 4, True, 0.2))
    later, earlier = TaskOutcome("b", "x", samples), TaskOutcome("a", "y", samples[1:] * 2)
    both = BenchmarkResult("s", "h", "p", (later, earlier))
    assert both.task_ids == ("a", "b")
    assert both.shares_T.tolist() == [0.25, 0.625]
    assert both.pass_rates_T.tolist() == [0.0, 0.5]
    assert both.shares_T_K.tolist() == [[0.25, 0.25], [1.0, 0.25]]
    assert both.share == pytest.approx(0.4375)
    assert both.by_category()["x"].task_ids == ("b",)
    assert BenchmarkResult.from_json(json.loads(json.dumps(both.to_json()))) == both
    assert paired_differences(both, both).tolist() == [0.0, 0.0]


def test_incomplete_results_cannot_be_built() -> None:
    full = TaskOutcome("a", "x", (SampleOutcome(1, 2, True, 0.0),))
    with pytest.raises(EvalError, match="no samples"):
        TaskOutcome("a", "x", ())
    with pytest.raises(EvalError, match="number of samples"):
        BenchmarkResult("s", "h", "p", (full, TaskOutcome("b", "x", full.samples * 2)))
    with pytest.raises(EvalError, match="number of samples"):
        BenchmarkResult("s", "h", "p", ())
    with pytest.raises(EvalError, match="twice"):
        BenchmarkResult("s", "h", "p", (full, full))
    with pytest.raises(EvalError, match="0 of 0"):
        SampleOutcome(0, 0, True, 0.0)
    with pytest.raises(EvalError, match="nan"):
        SampleOutcome(1, 1, True, float("nan"))


def test_the_rule_judges_each_row_by_itself() -> None:
    rows: Floats = np.stack([paired_differences(BETTER, FLAT), np.zeros(TASKS), paired_differences(FLAT, BETTER)])
    rule = GateRule(FLAT.categories, ALPHA, GateMargins())
    assert rule.promotes({BASE: rows}, 0).tolist() == [True, False, False]
    assert rule.promotes({INCUMBENT: rows[[0, 0, 0]], BASE: rows}, 0).tolist() == [True, False, False]


def test_a_promotion_is_rarely_lost_to_a_false_veto() -> None:
    rng = np.random.default_rng(2)
    chances = rng.beta(1, 1, size=TASKS)
    noise = (rng.binomial(4, chances, size=(4000, TASKS)) - rng.binomial(4, chances, size=(4000, TASKS))) / 4
    verdicts = GateRule(FLAT.categories, ALPHA, GateMargins(), flips=200).judge({BASE: noise}, seed=0)
    assert (verdicts.regression_p_R_M <= 0.05).any(axis=1).mean() < 0.05


def test_looks_share_the_error_level() -> None:
    assert alpha_per_look(0.05, 3) == pytest.approx(0.0125)
    assert alpha_per_look(0.05, 0) == 0.05
