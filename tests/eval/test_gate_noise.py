"""On pure noise a run of four looks promotes anything in at most 5 % of runs."""

from collections.abc import Callable

import numpy as np
import pytest

from eval.gate import GateMargins, GateRule, alpha_per_look
from eval.power import promotions_on_noise
from eval.statistics import Floats, clopper_pearson_upper

ROUNDS = 3
RUNS = 10_000
CASES = 6

# Beta parameters of the tasks' success probabilities: most tasks hopeless, and all difficulties alike.
WORLDS = {"sparse": (0.1, 1.9), "mid": (1.0, 1.0)}


def noise(tasks: int, samples: int, world: str) -> Callable[[np.random.Generator, int], Floats]:
    """Draws mean shares of policies that are all equally good. Half of the samples are all-or-nothing.

    Each task has a pool of 4096 simulated measurements to draw from, which is fast and the same for every policy.
    """
    rng = np.random.default_rng(11)
    chances_T = rng.beta(*WORLDS[world], size=tasks)
    shape = (samples, 4096, tasks)
    whole = rng.random(shape) < chances_T
    cases = rng.binomial(CASES, chances_T, size=shape) / CASES
    pool = np.where(rng.random(shape) < 0.5, whole, cases).mean(axis=0)
    return lambda generator, runs: pool[generator.integers(0, len(pool), size=(runs, tasks)), np.arange(tasks)]


def false_promotions(tasks: int, samples: int, world: str, alpha: float, runs: int) -> int:
    categories = tuple(f"category {task % 5}" for task in range(tasks))
    rule = GateRule(categories, alpha, GateMargins(), flips=2_000)
    draw = noise(tasks, samples, world)
    return int((promotions_on_noise(draw, rule.promotes, looks=ROUNDS + 1, runs=runs, seed=7) > 0).sum())


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("tasks", [48, 200])
def test_noise_is_promoted_in_at_most_five_percent_of_runs(tasks: int, samples: int, world: str) -> None:
    promoted = false_promotions(tasks, samples, world, alpha_per_look(0.05, ROUNDS), RUNS)
    assert promoted > 0, "a gate that never promotes makes this test say nothing"
    assert clopper_pearson_upper(promoted, RUNS, level=0.99) <= 0.05


def test_the_simulation_catches_a_gate_that_spends_five_percent_at_each_look() -> None:
    runs = 2_000
    assert false_promotions(48, 4, "mid", 0.05, runs) / runs > 0.08
