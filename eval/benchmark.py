"""The figures that a benchmark result is shown by."""

from dataclasses import asdict, dataclass
from typing import Any

from eval.outcome import BenchmarkResult
from eval.statistics import bootstrap_interval

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over tasks in [0, 1] with its 95 % bootstrap interval, clustered by task."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """One policy on one suite. `pass_at_k` is the unbiased estimate at the k that was drawn."""

    cases: Figure
    pass_at_1: Figure
    pass_at_k: float
    k: int
    compile_rate: float
    composite: float
    scores: dict[str, float]
    by_category: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def summarise(result: BenchmarkResult, scores: dict[str, float], *, seed: int) -> Metrics:
    """Figures of a result; `scores` are the mean values of the static scorers over all samples."""
    samples = [sample for outcome in result.outcomes for sample in outcome.samples]
    k = result.samples_per_task
    solved = [any(sample.passes for sample in outcome.samples) for outcome in result.outcomes]

    def figure(values_T: Any) -> Figure:
        low, high = bootstrap_interval(values_T, level=LEVEL, seed=seed)
        return Figure(float(values_T.mean()), low, high)

    return Metrics(
        cases=figure(result.shares_T),
        pass_at_1=figure(result.pass_rates_T),
        pass_at_k=sum(solved) / len(solved),
        k=k,
        compile_rate=sum(sample.compiles for sample in samples) / len(samples),
        composite=sum(sample.composite for sample in samples) / len(samples),
        scores=scores,
        by_category={name: part.share for name, part in result.by_category().items()},
    )
