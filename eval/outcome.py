"""What a policy did on a held-out suite, task by task and sample by sample.

Dimensions in names: `T` tasks in ascending order of their id, `K` samples of one task.
Missing data is an error here, never a zero and never a pass: two results compare only when they hold the same suite,
the same tasks and the same number of samples.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eval.errors import EvalError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SampleOutcome:
    """One answer to one task. `composite` is the deterministic score in [0, 1], shown only: the gate never reads it."""

    passed_cases: int
    total_cases: int
    compiles: bool
    composite: float

    def __post_init__(self) -> None:
        if not 0 <= self.passed_cases <= self.total_cases or self.total_cases == 0:
            raise EvalError(
                f"a sample reports {self.passed_cases} of {self.total_cases} test cases passed",
                hint="check the task's tests: each task needs at least one case",
            )
        if not math.isfinite(self.composite):
            raise EvalError(f"a sample's composite score is {self.composite}", hint="report this as a bug of a scorer")

    @property
    def share(self) -> float:
        """Share of test cases passed, in [0, 1]."""
        return self.passed_cases / self.total_cases

    @property
    def passes(self) -> bool:
        """Whether every case passed."""
        return self.passed_cases == self.total_cases


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """All samples of one task."""

    task_id: str
    category: str
    samples: tuple[SampleOutcome, ...]

    def __post_init__(self) -> None:
        if not self.samples:
            raise EvalError(f"task {self.task_id} has no samples", hint="run the evaluation again; it draws what is missing")

    @property
    def share(self) -> float:
        """Mean share of test cases passed, over the samples."""
        return math.fsum(sample.share for sample in self.samples) / len(self.samples)

    @property
    def pass_rate(self) -> float:
        """Share of samples that pass every case: the unbiased pass@1."""
        return sum(sample.passes for sample in self.samples) / len(self.samples)


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """One policy on one suite. Outcomes are sorted by task id at construction, so that arrays line up.

    Raises EvalError for an empty result, a task that appears twice, or tasks with different numbers of samples.
    """

    suite: str
    suite_hash: str
    policy: str
    outcomes: tuple[TaskOutcome, ...]

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.outcomes, key=lambda outcome: outcome.task_id))
        object.__setattr__(self, "outcomes", ordered)
        if len(set(self.task_ids)) != len(ordered):
            raise EvalError(f"a task of suite {self.suite} appears twice", hint="give each task its own id")
        counts = {len(outcome.samples) for outcome in ordered}
        if len(counts) != 1:
            raise EvalError(
                f"{self.policy} on suite {self.suite}: expected one number of samples per task, found {sorted(counts)}",
                hint="run the evaluation again; it draws what is missing",
            )

    @property
    def task_ids(self) -> tuple[str, ...]:
        return tuple(outcome.task_id for outcome in self.outcomes)

    @property
    def categories(self) -> tuple[str, ...]:
        """The category of each task, in task order."""
        return tuple(outcome.category for outcome in self.outcomes)

    @property
    def samples_per_task(self) -> int:
        return len(self.outcomes[0].samples)

    @property
    def shares_T_K(self) -> Floats:
        """Share of cases passed by each sample."""
        return np.array([[sample.share for sample in outcome.samples] for outcome in self.outcomes])

    @property
    def shares_T(self) -> Floats:
        """Mean share of cases passed per task: what the gate compares."""
        return np.array([outcome.share for outcome in self.outcomes])

    @property
    def pass_rates_T(self) -> Floats:
        return np.array([outcome.pass_rate for outcome in self.outcomes])

    @property
    def share(self) -> float:
        """Mean share over tasks."""
        return float(self.shares_T.mean())

    def by_category(self) -> dict[str, "BenchmarkResult"]:
        """One result per category, categories in alphabetical order."""
        return {
            category: BenchmarkResult(
                self.suite,
                self.suite_hash,
                self.policy,
                tuple(outcome for outcome in self.outcomes if outcome.category == category),
            )
            for category in sorted(set(self.categories))
        }

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`, also after a trip through text."""
        outcomes = tuple(
            TaskOutcome(outcome["task_id"], outcome["category"], tuple(SampleOutcome(**sample) for sample in outcome["samples"]))
            for outcome in data["outcomes"]
        )
        return cls(data["suite"], data["suite_hash"], data["policy"], outcomes)


def paired_differences(candidate: BenchmarkResult, reference: BenchmarkResult) -> Floats:
    """Candidate minus reference in mean share per task, shape T.

    Raises EvalError when the two are not the same measurement of two policies.
    """
    facts = {
        "suite content": (candidate.suite_hash, reference.suite_hash),
        "tasks": (candidate.task_ids, reference.task_ids),
        "categories": (candidate.categories, reference.categories),
        "samples per task": (candidate.samples_per_task, reference.samples_per_task),
    }
    for name, (ours, theirs) in facts.items():
        if ours != theirs:
            raise EvalError(
                f"{candidate.policy} and {reference.policy} cannot be compared on {candidate.suite}: different {name}",
                hint="evaluate both on the same suite with the same number of samples",
            )
    return candidate.shares_T - reference.shares_T
