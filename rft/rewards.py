"""What a candidate is worth, from facts first and opinions after. Pure."""

from dataclasses import dataclass

from rft.sections import RewardConfig
from scorers import ScoreReport
from scorers.execution import ExecutionReport

FAILING_CAP = 0.69
"""Times the share of cases passed: code that fails a test never outscores code that passes all."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a candidate before anybody judges it."""

    static: ScoreReport
    execution: ExecutionReport
    truncated: bool

    @property
    def eligible(self) -> bool:
        """STaR's filter: the reply is whole, compiles, and passes every test."""
        return bool(self.static.compiles) and self.execution.ok and not self.truncated

    @property
    def share_passed(self) -> float:
        return self.execution.passed / self.execution.total if self.execution.total else 0.0


def static_part(facts: Facts, weights: RewardConfig) -> float:
    """The four scorers' weighted sum."""
    scores = facts.static.scores
    return (
        weights.syntax * scores["syntax"]
        + weights.api * scores["api"]
        + weights.bugs * scores["bugs"]
        + weights.quality * scores["quality"]
    )


def reward(facts: Facts, weights: RewardConfig, opinion: float | None = None) -> float:
    """The combined reward in [0, 1].

    Code that does not compile is vetoed: 0. Otherwise the four scorers' weighted sum, plus the weight of the tests times the
    judge's `opinion` in [0, 1], or times 1 for passing every test where no judge speaks. In mode `deterministic` the sum alone
    counts, divided by its weights. Whatever is not eligible is capped.
    """
    if not facts.static.compiles:
        return 0.0
    static = static_part(facts, weights)
    if weights.mode == "deterministic":
        whole = weights.syntax + weights.api + weights.bugs + weights.quality
        value = min(1.0, static / whole) if whole else 0.0
    else:
        value = min(1.0, static + weights.tests * (float(facts.execution.ok) if opinion is None else opinion))
    return value if facts.eligible else min(value, FAILING_CAP * facts.share_passed)
