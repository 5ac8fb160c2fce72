"""Tests and intervals of the gate, in numpy alone.

Dimensions in names: `R` independent comparisons (one in a real decision, hundreds in a simulation), `T` tasks,
`F` random sign patterns, `M` hypotheses of one family. The task is the unit everywhere: samples of one task share its
difficulty, so they are averaged first and never counted as independent.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.errors import EvalError

Floats = NDArray[np.float64]

# Sums of equal terms in another order differ in their last bits. A tie counts against the candidate.
_TIE = 1e-9
# Bounds the rows of a batch that share one set of random sign patterns: 8 MiB, and a simulation averages over sets.
_BLOCK = 1 << 20


def sign_flip_p_value(differences_T: ArrayLike, *, seed: int, flips: int = 20_000) -> float:
    """One-sided p-value of 'the mean paired difference is above zero', by flipping the sign of whole tasks.

    If both policies are equally good, each task's difference is as likely to be negative as positive (Fisher 1935).
    All patterns are enumerated when that is no more work than `flips` random ones; else the p-value is
    (b + 1) / (flips + 1), which never understates it (Phipson and Smyth 2010). All differences zero give 1.
    """
    differences_1_T = np.asarray(differences_T, dtype=np.float64)[None]
    return float(sign_flip_p_values(differences_1_T, seed=seed, flips=flips)[0])


def sign_flip_p_values(differences_R_T: Floats, *, seed: int, flips: int = 20_000) -> Floats:
    """`sign_flip_p_value` of each row. Rows share random patterns only within a block.

    Raises EvalError for a difference that is not a finite number.
    """
    if not np.isfinite(differences_R_T).all():
        raise EvalError("a paired difference is not a finite number", hint="run the evaluation again")
    # Rounding -0.0 and dust of the averaging to true zeros keeps such tasks out of the enumeration.
    differences_R_T = np.where(np.abs(differences_R_T) < _TIE, 0.0, differences_R_T)
    nonzero_R = np.count_nonzero(differences_R_T, axis=1)
    few_R = nonzero_R <= int(math.log2(flips))
    p_R = np.ones(len(differences_R_T))
    if few_R.any():
        p_R[few_R] = _enumerated(differences_R_T[few_R], int(nonzero_R[few_R].max()))
    if not few_R.all():
        p_R[~few_R] = _sampled(differences_R_T[~few_R], np.random.default_rng(seed), flips)
    return p_R


def _enumerated(differences_R_T: Floats, width: int) -> Floats:
    """Exact p-values. A zero contributes equally to all patterns, so only the `width` largest entries matter."""
    if width == 0:
        return np.ones(len(differences_R_T))
    largest = np.argsort(-np.abs(differences_R_T), axis=1, kind="stable")[:, :width]
    packed_R_W = np.take_along_axis(differences_R_T, largest, axis=1)
    bits_F_W = (np.arange(1 << width)[:, None] >> np.arange(width)) & 1
    signs_F_W = 1.0 - 2.0 * bits_F_W.astype(np.float64)
    return np.concatenate([_share_at_least(rows, signs_F_W) for rows in _blocks(packed_R_W, len(signs_F_W))])


def _sampled(differences_R_T: Floats, rng: np.random.Generator, flips: int) -> Floats:
    parts = []
    for rows in _blocks(differences_R_T, flips):
        signs_F_T = 1.0 - 2.0 * rng.integers(0, 2, size=(flips, rows.shape[1]), dtype=np.int8).astype(np.float64)
        parts.append((_share_at_least(rows, signs_F_T) * flips + 1.0) / (flips + 1.0))
    return np.concatenate(parts)


def _blocks(rows: Floats, patterns: int) -> Iterator[Floats]:
    step = max(1, _BLOCK // patterns)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _share_at_least(rows: Floats, signs: Floats) -> Floats:
    """Share of sign patterns whose sum reaches the observed sum, per row."""
    reached = rows @ signs.T >= rows.sum(axis=1, keepdims=True) - _TIE
    return np.asarray(np.count_nonzero(reached, axis=1) / len(signs))


def regression_p_values(differences_R_T: Floats, margin: float) -> Floats:
    """One-sided p-values of 'the mean difference is below -margin', Student's t over tasks plus one imaginary task.

    Categories are small: flips of 6 tasks can never reach p < 1/64, so they could not survive an adjustment over
    categories, and t alone is certain as soon as two tasks happen to lose the same amount (no spread). The imaginary
    task has difference zero: it is the prior belief that nothing changed, and it keeps two tasks from being proof.
    """
    with_prior = np.concatenate([differences_R_T, np.zeros((len(differences_R_T), 1))], axis=1)
    count = with_prior.shape[1]
    error_R = with_prior.std(axis=1, ddof=1) / math.sqrt(count)
    distance_R = with_prior.mean(axis=1) + margin
    # Spread zero means that every difference is zero: nothing fell.
    t_R = np.divide(distance_R, error_R, out=np.full(len(error_R), np.inf), where=error_R > 0)
    return student_t_cdf(t_R, count - 1)


def student_t_cdf(t: Floats, freedom: int) -> Floats:
    """P(T <= t) for integer degrees of freedom: the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4."""
    angle = np.arctan(t / math.sqrt(freedom))
    sine, cosine = np.sin(angle), np.cos(angle)
    odd = freedom % 2
    term = cosine.copy() if odd else np.ones_like(cosine)
    total = np.zeros_like(cosine)
    for k in range(1 + odd, freedom, 2):
        total += term
        term = term * cosine**2 * k / (k + 1)
    within = (angle + sine * total) * 2.0 / math.pi if odd else sine * total
    return np.asarray(0.5 + 0.5 * within)


def holm_adjust(p_values: ArrayLike) -> Floats:
    """Step-down adjustment over the last axis (Holm 1979): holds the family-wise error, needs no independence."""
    p_M = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p_M, axis=-1, kind="stable")
    factors = np.arange(p_M.shape[-1], 0, -1)
    stepped = np.maximum.accumulate(np.take_along_axis(p_M, order, axis=-1) * factors, axis=-1)
    adjusted = np.empty_like(p_M)
    np.put_along_axis(adjusted, order, np.minimum(stepped, 1.0), axis=-1)
    return adjusted


def bootstrap_interval(values_T: ArrayLike, *, level: float = 0.95, seed: int, resamples: int = 5_000) -> tuple[float, float]:
    """Percentile interval of the mean over tasks (Efron 1979); give paired differences for the interval of a gain.

    It is for showing. With few tasks that ever pass it is too narrow to decide by.
    """
    values = np.asarray(values_T, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, len(values), size=(resamples, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Unbiased chance that at least one of `k` samples is correct, seen `correct` of `samples` (Chen et al. 2021)."""
    if not 0 <= correct <= samples or not 1 <= k <= samples:
        raise EvalError(f"pass@{k} is not defined for {correct} correct of {samples} samples", hint="draw more samples")
    return 1.0 - math.comb(samples - correct, k) / math.comb(samples, k)


def clopper_pearson_upper(successes: int, trials: int, *, level: float) -> float:
    """One-sided exact upper bound of a proportion at confidence `level` (Clopper and Pearson 1934).

    The bound is where seeing `successes` or fewer has probability 1 - level; bisection on that tail finds it.
    """
    if successes == trials:
        return 1.0
    low, high = successes / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial_cdf(successes, trials, middle) > 1.0 - level:
            low = middle
        else:
            high = middle
    return high


def _binomial_cdf(successes: int, trials: int, chance: float) -> float:
    counts = np.arange(successes + 1)
    choose = math.lgamma(trials + 1) - np.array([math.lgamma(c + 1) + math.lgamma(trials - c + 1) for c in counts])
    return float(np.exp(choose + counts * math.log(chance) + (trials - counts) * math.log1p(-chance)).sum())
