"""What a candidate is worth, from facts first and opinions after. Pure."""

from dataclasses import dataclass

from judges import Verdict
from rft.config import RewardConfig
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


def reward(facts: Facts, weights: RewardConfig, verdict: Verdict | None = None) -> float:
    """The combined reward in [0, 1].

    Code that does not compile is vetoed: 0. Otherwise the four scorers' weighted sum, plus the weight of the tests times the
    judge's score, or times 1 for passing every test where no judge speaks. Whatever is not eligible is capped.
    """
    if not facts.static.compiles:
        return 0.0
    scores = facts.static.scores
    static = (
        weights.syntax * scores["syntax"]
        + weights.api * scores["api"]
        + weights.bugs * scores["bugs"]
        + weights.quality * scores["quality"]
    )
    opinion = verdict.score if verdict is not None else float(facts.execution.ok)
    value = min(1.0, static + weights.tests * opinion)
    return value if facts.eligible else min(value, FAILING_CAP * facts.share_passed)
