"""The paired difference of two measured policies."""

from dataclasses import asdict, dataclass
from typing import Any

from eval.outcome import BenchmarkResult, paired_differences
from eval.statistics import bootstrap_interval


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean difference in share of cases passed, in [-1, 1], with its 95 % bootstrap interval over tasks."""

    mean: float
    low: float
    high: float

    def text(self) -> str:
        """In points."""
        return f"{100 * self.mean:+.1f} [{100 * self.low:+.1f}, {100 * self.high:+.1f}]"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def difference(candidate: BenchmarkResult, reference: BenchmarkResult, *, seed: int) -> Difference:
    """Candidate minus reference, paired by task. Raises EvalError when they are not the same measurement."""
    differences_T = paired_differences(candidate, reference)
    low, high = bootstrap_interval(differences_T, seed=seed)
    return Difference(float(differences_T.mean()), low, high)
