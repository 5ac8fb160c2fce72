"""The few statistics of the report, without numpy: it must open at once on any machine."""

import math
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not pass (nearest rank). Raises ValueError without values."""
    if not values:
        raise ValueError("no values have no quantile")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def tails(values: Sequence[float]) -> tuple[float, float]:
    """The 10th and the 90th percentile."""
    return quantile(values, 0.1), quantile(values, 0.9)


def mean_and_spread(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Mean and standard deviation (of a sample); None where there are too few."""
    if not values:
        return None, None
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, None
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
