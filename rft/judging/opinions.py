"""What the engine asks of a judge, and what it keeps of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from eval.task import Task
from judges import CandidateFacts, JudgeTask
from rft.entry import Entry
from rft.rewards import Facts
from rft.view import View

_SHOWN = 8
"""Failures and findings told to the judge: the first of each kind."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The judge's score of a candidate in [0, 1], capped by facts, the mean where it was asked twice."""

    score: float
    verdicts: int
    evidence: str


@dataclass(frozen=True, slots=True)
class JudgedRound:
    """Opinions by candidate key; who is not in it could not win or got no verdict. `tasks` says of each task what was asked
    and what was not, and why, as plain JSON."""

    judge: str
    opinions: Mapping[str, Opinion]
    tasks: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        opinions = {key: Opinion(**opinion) for key, opinion in fields["opinions"].items()}
        return cls(fields["judge"], opinions, fields["tasks"])


class Judging(Protocol):
    """The judging of one round, while its candidates are still drawn. A context manager: leaving it before `finish` waits for
    the answers under way, so that none is lost."""

    def add(self, entries: Sequence[Entry]) -> None:
        """All candidates of a task whose drawing has ended. Returns at once; a judge that has paused takes it too."""
        ...

    def finish(self) -> JudgedRound:
        """Wait for the opinions on the eligible candidates that can still win. Raises JudgePaused; then nothing is lost."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class RoundJudge(Protocol):
    """Whoever gives opinions on a round's candidates."""

    def begin(self, stage: str, tasks: int, view: View) -> Judging:
        """The judging of a round of so many tasks."""
        ...


def judge_task(task: Task, cases: Sequence[str]) -> JudgeTask:
    """The task as the judge sees it. `cases` are the names of its test cases: what an answer has to do, a phrase each."""
    return JudgeTask(task.id, task.question(), task.reference, tuple(dict.fromkeys(cases)), task.kind)


def candidate_facts(facts: Facts) -> CandidateFacts:
    """What is told to the judge about a candidate."""
    report = facts.execution
    failures = tuple(f"{failure.case}: {failure.message}" for failure in report.failures[:_SHOWN])
    # Quality is the scorers' to say: comments and layout are not shown to the judge, and must not make one question two.
    findings = tuple(found.message for found in facts.static.diagnostics if found.scorer != "quality")[:_SHOWN]
    return CandidateFacts(bool(facts.static.compiles), report.passed, report.total, failures, findings)
