"""How well scores agree with labels. A metric that the numbers cannot give is None: a judge is not praised for want of data."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean


def auc(scores: Sequence[float], positives: Sequence[bool]) -> float | None:
    """The chance that a positive scores above a negative, ties counted half (Mann and Whitney). None without one of each."""
    above = [score for score, positive in zip(scores, positives, strict=True) if positive]
    below = [score for score, positive in zip(scores, positives, strict=True) if not positive]
    if not above or not below:
        return None
    return fmean((high > low) + 0.5 * (high == low) for high in above for low in below)


def spearman(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation of the ranks, ties at their mean rank. None where one side does not vary."""
    first, second = _centred(_ranks(xs)), _centred(_ranks(ys))
    spread = sqrt(sum(x * x for x in first) * sum(y * y for y in second))
    return sum(x * y for x, y in zip(first, second, strict=True)) / spread if spread else None


def quadratic_kappa(scores: Sequence[float], labels: Sequence[float], levels: int = 5) -> float | None:
    """Cohen's kappa with quadratic weights of two series in [0, 1], each put into `levels` buckets around i / (levels - 1).

    None where chance alone would agree fully.
    """
    pairs = [(_bucket(score, levels), _bucket(label, levels)) for score, label in zip(scores, labels, strict=True)]
    if not pairs:
        return None
    observed = fmean((first - second) ** 2 for first, second in pairs)
    expected = fmean((first - second) ** 2 for first, _ in pairs for _, second in pairs)
    return 1 - observed / expected if expected else None


def slope(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """The least-squares slope of the line through the origin. None where all of `xs` is 0."""
    spread = sum(x * x for x in xs)
    return sum(x * y for x, y in zip(xs, ys, strict=True)) / spread if spread else None


def mean(values: Sequence[float]) -> float | None:
    """None of nothing."""
    return fmean(values) if values else None


def _bucket(value: float, levels: int) -> int:
    return int(value * (levels - 1) + 0.5)


def _ranks(values: Sequence[float]) -> list[float]:
    """From 1; equal values share the mean of their places."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in order[start:stop]:
            ranks[place] = (start + 1 + stop) / 2
        start = stop
    return ranks


def _centred(values: Sequence[float]) -> list[float]:
    centre = fmean(values) if values else 0.0
    return [value - centre for value in values]
