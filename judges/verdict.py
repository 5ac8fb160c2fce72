"""What a judge is asked about a candidate, and what it says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

TOP_SCORE = 4
"""Each criterion is scored 0 to 4 on written anchors."""


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """One candidate that executed tests left eligible, with the task it answers."""

    candidate_key: str
    prompt: str
    reference: str
    code: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's opinion of one candidate. A missing verdict is never a zero: it is None wherever one could be."""

    candidate_key: str
    functionality: int
    correctness: int
    completeness: int
    rationale: str

    def __post_init__(self) -> None:
        for score in (self.functionality, self.correctness, self.completeness):
            if not 0 <= score <= TOP_SCORE:
                raise ValueError(f"a verdict's scores lie between 0 and {TOP_SCORE}, not at {score}")

    @property
    def score(self) -> float:
        """The mean of the three criteria, in [0, 1]."""
        return (self.functionality + self.correctness + self.completeness) / (3 * TOP_SCORE)


class Judge(Protocol):
    """Anything that gives verdicts."""

    def judge(self, requests: Iterable[JudgeRequest]) -> Iterator[Verdict]:
        """One verdict per request, in any order."""
        ...
