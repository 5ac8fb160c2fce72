"""What a judge is asked about a candidate, and what it says."""

from dataclasses import dataclass
from typing import Literal

TOP_SCORE = 4
"""Each criterion is scored 0 to 4 on written anchors."""

Flag = Literal["injection_attempt", "not_code", "off_task", "truncated"]


@dataclass(frozen=True, slots=True)
class JudgeTask:
    """What is the same for all candidates of a task."""

    id: str
    question: str
    """What the policy was asked."""
    reference: str
    """One right answer."""
    requirements: tuple[str, ...] = ()
    """What the answer must do, a phrase each: the names of the task's test cases."""
    kind: str = "function"
    """What an answer is (`scorers.execution.tests.Kind`)."""


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What is known of a candidate before anybody judges it."""

    compiles: bool
    passed: int
    """Test cases passed."""
    total: int
    failures: tuple[str, ...] = ()
    """The first failures in words."""
    findings: tuple[str, ...] = ()
    """What the static scorers found, in words."""


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """One question about one candidate."""

    task: JudgeTask
    candidate_key: str
    """Who asks: not part of what is sent."""
    code: str
    facts: CandidateFacts
    sample_index: int = 0
    """0 for the first opinion; a second one of the same candidate has 1."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's opinion of one candidate, before the facts cap it. A missing verdict is never a zero: it is None wherever one
    could be."""

    functionality: float
    correctness: float
    completeness: float
    evidence: str
    """At most two sentences that quote a line or name a requirement."""
    flags: tuple[Flag, ...] = ()

    def __post_init__(self) -> None:
        for score in (self.functionality, self.correctness, self.completeness):
            if not 0 <= score <= TOP_SCORE:
                raise ValueError(f"a verdict's scores lie between 0 and {TOP_SCORE}, not at {score}")

    @property
    def score(self) -> float:
        """The mean of the three criteria, in [0, 1]."""
        return (self.functionality + self.correctness + self.completeness) / (3 * TOP_SCORE)
