"""What a gate does in simulated worlds: how often it promotes noise, and the smallest real gain that it sees.

The rule under test is handed in, so what is measured here is the gate's own code.

The model of a policy: task t has one success probability, and a sample's share of cases passed has that mean. It is
estimated from what was measured, drawn towards the mean of all tasks by one imaginary sample, because four failures
do not prove that a task is impossible. Cases of one sample succeed and fail together, so a sample is all-or-nothing
with probability `clumping` and otherwise scores the task's probability itself: this keeps the observed mean and the
observed spread between samples of a task, and those two are all that a test of means feels.

The model of a gain: each task's log-odds move by the same amount plus a random one of its own (standard deviation
`UNEVENNESS`). Log-odds, because a gain then stays inside [0, 1], is largest where tasks are half solved, and needs no
clipping. Uneven, because training helps some tasks and harms others, and it is this that costs power.

What this does not do: estimate the unevenness. It is assumed; a gain that is more even is easier to see.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from eval.errors import EvalError
from eval.statistics import Floats

TARGET_POWER = 0.8
UNEVENNESS = 0.75
RESOLUTION = 0.0025

BASE = "base"
INCUMBENT = "incumbent"

Rule = Callable[[Mapping[str, Floats], int], NDArray[np.bool_]]
"""(Differences candidate - reference, as reference -> R x T; seed) to the R decisions to promote."""


def minimum_detectable_effect(
    references: Mapping[str, Floats], rule: Rule, *, seed: int, runs: int = 400, power: float = TARGET_POWER
) -> float | None:
    """Smallest mean gain over the first reference for which `rule` promotes in `power` of `runs` simulated cases.

    `references` maps names to measured shares, T x K, all of the same shape: the incumbent first where there is one,
    then the base. The gain is in mean share, rounded up to a quarter of a point. None when no gain that the tasks
    leave room for reaches that power.
    """
    if len({shares.shape for shares in references.values()}) != 1:
        raise EvalError("references differ in tasks or samples", hint="evaluate all policies on the same suite")
    policies = {name: SimulatedPolicy(shares) for name, shares in references.items()}
    room = 1.0 - float(next(iter(policies.values())).chances_T.mean())
    steps = int(room / RESOLUTION)

    def is_seen(step: int) -> bool:
        found_R = rule(_simulated(policies, step * RESOLUTION, np.random.default_rng(seed), runs), seed)
        return float(found_R.mean()) >= power

    # The same random numbers serve every gain, so power rises with the gain and bisection is sound.
    low, high = 0, steps
    if steps < 1 or not is_seen(steps):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_seen(middle) else (middle, high)
    return high * RESOLUTION


def promotions_on_noise(
    draw: Callable[[np.random.Generator, int], Floats], judge: Rule, *, looks: int, runs: int, seed: int
) -> NDArray[np.int64]:
    """Number of promotions in each of `runs` simulated runs in which every policy is equally good, shape R.

    `draw(rng, runs)` gives one policy's mean shares, R x T. The base is drawn once, a candidate at each look; a
    promoted candidate becomes the incumbent, with the lucky measurement that promoted it.
    """
    rng = np.random.default_rng(seed)
    base_R_T = draw(rng, runs)
    incumbent_R_T = np.zeros_like(base_R_T)
    promotions_R = np.zeros(runs, dtype=np.int64)
    for look in range(looks):
        candidate_R_T = draw(rng, runs)
        promoted_R = np.zeros(runs, dtype=np.bool_)
        first_R = promotions_R == 0
        if first_R.any():
            promoted_R[first_R] = judge({BASE: (candidate_R_T - base_R_T)[first_R]}, seed + look)
        if not first_R.all():
            later = {INCUMBENT: candidate_R_T - incumbent_R_T, BASE: candidate_R_T - base_R_T}
            promoted_R[~first_R] = judge({name: rows[~first_R] for name, rows in later.items()}, seed + look)
        incumbent_R_T[promoted_R] = candidate_R_T[promoted_R]
        promotions_R += promoted_R
    return promotions_R


def assumed_shares(tasks: int, samples: int, *, mean: float, seed: int) -> Floats:
    """Shares (T x K) to plan with before anything was measured.

    Task probabilities follow a Beta distribution with the given mean and total weight 1: most tasks are nearly always
    or nearly never solved, as small models show. Samples are all-or-nothing, the noisiest case.
    """
    rng = np.random.default_rng(seed)
    chances_T = rng.beta(mean, 1.0 - mean, size=tasks)
    return (rng.random((tasks, samples)) < chances_T[:, None]).astype(np.float64)


class SimulatedPolicy:
    """Success probabilities per task and the clumping of cases, estimated from shares T x K."""

    def __init__(self, shares_T_K: Floats) -> None:
        self.samples = shares_T_K.shape[1]
        weight = self.samples / (self.samples + 1.0)
        mean_T = weight * shares_T_K.mean(axis=1) + (1.0 - weight) * shares_T_K.mean()
        # Log-odds must be finite.
        self.chances_T = np.clip(mean_T, 1e-4, 1.0 - 1e-4)
        self.clumping = _clumping(shares_T_K)

    def draw(self, rng: np.random.Generator, runs: int) -> Floats:
        """Mean shares of K samples per task, R x T."""
        return self.draw_with(np.broadcast_to(self.chances_T, (runs, len(self.chances_T))), rng)

    def draw_with(self, chances_R_T: Floats, rng: np.random.Generator) -> Floats:
        """The same for a policy that differs in its success probabilities only."""
        shape = (self.samples, *chances_R_T.shape)
        whole = rng.random(shape) < self.clumping
        solved = rng.random(shape) < chances_R_T
        return np.asarray(np.where(whole, solved, chances_R_T).mean(axis=0))


def _clumping(shares_T_K: Floats) -> float:
    """Variance between samples of a task over the most it could be. One sample tells nothing: take the noisiest."""
    samples = shares_T_K.shape[1]
    mean_T = shares_T_K.mean(axis=1)
    largest = float((mean_T * (1.0 - mean_T)).sum()) * samples / max(1, samples - 1)
    if samples == 1 or largest == 0.0:
        return 1.0
    ratio = float(shares_T_K.var(axis=1, ddof=1).sum()) / largest
    # The plug-in means hide part of the variance: the ratio expects c (K - 1) / (K - c); solve for c.
    return float(min(1.0, ratio * samples / (samples - 1.0 + ratio)))


def _simulated(policies: Mapping[str, SimulatedPolicy], gain: float, rng: np.random.Generator, runs: int) -> dict[str, Floats]:
    """Differences of a candidate that is truly better than the first policy by `gain`, reference -> R x T."""
    first = next(iter(policies.values()))
    unevenness_R_T = rng.normal(0.0, UNEVENNESS, size=(runs, len(first.chances_T)))
    candidate_R_T = first.draw_with(_moved(first.chances_T, gain, unevenness_R_T), rng)
    return {name: candidate_R_T - policy.draw(rng, runs) for name, policy in policies.items()}


def _moved(chances_T: Floats, gain: float, unevenness_R_T: Floats) -> Floats:
    """Probabilities after a shift of log-odds chosen so that the mean over tasks and runs rises by `gain`."""
    odds_R_T = np.log(chances_T / (1.0 - chances_T)) + unevenness_R_T
    target = float(chances_T.mean()) + gain
    low, high = -20.0, 20.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if float(_sigmoid(odds_R_T + middle).mean()) < target else (low, middle)
    return _sigmoid(odds_R_T + high)


def _sigmoid(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
