"""The smallest visible gain: is it seen in 80 % of independent simulations, and does it move the right way?"""

import numpy as np
import pytest

from eval.errors import EvalError
from eval.gate import GateMargins, GateRule
from eval.power import RESOLUTION, SimulatedPolicy, assumed_shares, minimum_detectable_effect
from eval.statistics import Floats


def rule_for(tasks: int, alpha: float = 0.0125) -> GateRule:
    return GateRule(tuple(f"category {task % 5}" for task in range(tasks)), alpha, GateMargins(), flips=2_000)


def smallest(shares_T_K: Floats, *, seed: int = 1, alpha: float = 0.0125) -> float:
    gain = minimum_detectable_effect({"base": shares_T_K}, rule_for(len(shares_T_K), alpha).promotes, seed=seed)
    assert gain is not None
    return gain


def test_more_tasks_and_more_samples_see_smaller_gains() -> None:
    few = smallest(assumed_shares(48, 1, mean=0.3, seed=0))
    more_samples = smallest(assumed_shares(48, 4, mean=0.3, seed=0))
    more_tasks = smallest(assumed_shares(200, 4, mean=0.3, seed=0))
    assert few > 1.4 * more_samples > 1.4 * 1.4 * more_tasks


def test_a_stricter_level_needs_a_larger_gain() -> None:
    shares = assumed_shares(48, 4, mean=0.3, seed=0)
    assert smallest(shares, alpha=0.001) > smallest(shares, alpha=0.05)


def test_beating_two_policies_is_no_easier_than_beating_one() -> None:
    shares = assumed_shares(48, 4, mean=0.3, seed=0)
    both = minimum_detectable_effect({"incumbent": shares, "base": shares}, rule_for(48).promotes, seed=1)
    assert both is not None
    assert both >= smallest(shares)


def test_the_seed_moves_it_by_simulation_error_only() -> None:
    shares = assumed_shares(48, 4, mean=0.3, seed=0)
    gains = [smallest(shares, seed=seed) for seed in range(4)]
    assert max(gains) - min(gains) < 0.02
    assert smallest(shares, seed=0) == gains[0]


def test_the_gain_is_the_one_asked_of_the_rule() -> None:
    """A rule that knows the truth shows that simulated candidates gain what they are said to gain."""
    shares = assumed_shares(48, 4, mean=0.3, seed=0)
    gain = minimum_detectable_effect(
        {"base": shares},
        lambda drawn, _: np.full(len(drawn["base"]), drawn["base"].mean() > 0.10),
        seed=1,
    )
    assert gain == pytest.approx(0.10, abs=0.005 + RESOLUTION)


def test_no_room_for_a_gain_is_said() -> None:
    assert minimum_detectable_effect({"base": np.ones((48, 4))}, rule_for(48).promotes, seed=1) is None


def test_policies_measured_differently_are_refused() -> None:
    pair = {"incumbent": np.zeros((48, 4)), "base": np.zeros((48, 1))}
    with pytest.raises(EvalError, match="differ"):
        minimum_detectable_effect(pair, rule_for(48).promotes, seed=1)


@pytest.mark.parametrize("clumping", [0.1, 0.5, 1.0])
def test_the_spread_between_samples_is_recovered(clumping: float) -> None:
    rng = np.random.default_rng(5)
    chances = rng.uniform(0.2, 0.8, size=(4000, 1))
    whole = rng.random((4000, 4)) < clumping
    shares = np.where(whole, rng.random((4000, 4)) < chances, chances)
    policy = SimulatedPolicy(shares)
    assert policy.clumping == pytest.approx(clumping, abs=0.03)
    assert policy.draw(rng, 200).mean() == pytest.approx(shares.mean(), abs=0.01)


def test_assumed_shares_have_the_mean_asked_for() -> None:
    shares = assumed_shares(5000, 4, mean=0.2, seed=0)
    assert shares.shape == (5000, 4)
    assert shares.mean() == pytest.approx(0.2, abs=0.02)
