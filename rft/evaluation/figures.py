"""What an evaluation found, as figures. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.benchmark import LEVEL
from eval.external.row import Row
from eval.statistics import bootstrap_interval, pass_at_k
from scorers.execution import ExecutionReport, Status


@dataclass(frozen=True, slots=True)
class Result:
    """One executed answer. `failure` is the first thing that is wrong with it, in words, empty where nothing is."""

    task: str
    index: int
    status: str
    passed: int
    total: int
    compiles: bool
    failure: str

    @property
    def passes(self) -> bool:
        """Whether every case passed."""
        return self.status == "passed"

    @property
    def share(self) -> float:
        """Share of cases passed, in [0, 1]. An answer may use what the world does not model before a case is counted."""
        return self.passed / self.total if self.total else 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def first_failure(report: ExecutionReport) -> str:
    """The first failure of a report in one line."""
    if report.unsupported:
        return f"not modelled: {', '.join(report.unsupported)}"
    if not report.failures:
        return "" if report.ok else report.status
    failure = report.failures[0]
    where = f" (line {failure.line})" if failure.line else ""
    return " ".join(f"{failure.case}: {failure.message}{where}".split())


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over tasks in [0, 1], its standard error, and its 95 % bootstrap interval, both clustered by task.

    The standard error is the tasks' spread over the root of their number: it holds the luck of the answers and that of the
    choice of tasks (Miller 2024, arXiv 2411.00640). None with one task, which has no spread.
    """

    mean: float
    low: float
    high: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one category: means over tasks."""

    tasks: int
    pass_at_1: float
    cases: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One policy on one suite. Everything is a mean over the tasks that ran.

    `unsupported` tasks are in no denominator. Answers that use what the world does not model are counted apart
    (`unsupported_answers`) and have not passed: else an answer could leave the measure by touching such a member.
    `pass_at_k` is the chance that one of `k` answers passes, `k` the least number of answers that a task has; `pass_at` is the
    same for each power of two up to `k`, and for `k`.
    """

    tasks: int
    samples: int
    pass_at_1: Estimate
    cases: Estimate
    pass_at_k: float
    k: int
    compile_rate: float
    by_category: Mapping[str, Group]
    unsupported: Mapping[str, str]
    unsupported_answers: int
    without_answer: tuple[str, ...]
    pass_at: Mapping[int, Estimate]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def figures_of(rows: Sequence[Row], results: Iterable[Result], *, seed: int) -> Figures | None:
    """The figures of all results, or None when nothing ran. A row without a result is named in `without_answer`."""
    by_task: dict[str, list[Result]] = {row.id: [] for row in rows}
    reasons = {row.id: row.unsupported for row in rows if row.unsupported is not None}
    unsupported = 0
    for result in results:
        unsupported += result.status == Status.UNSUPPORTED
        by_task[result.task].append(result)
    ran = {task: found for task, found in by_task.items() if found}
    if not ran:
        return None
    samples = [result for found in ran.values() for result in found]
    k = min(len(found) for found in ran.values())
    return Figures(
        tasks=len(ran),
        samples=len(samples),
        pass_at_1=_estimate([_pass_rate(found) for found in ran.values()], seed),
        cases=_estimate([_share(found) for found in ran.values()], seed),
        pass_at_k=_mean(_chances(ran, k)),
        k=k,
        compile_rate=_mean([_mean([float(result.compiles) for result in found]) for found in ran.values()]),
        by_category=_groups(rows, ran),
        unsupported={task: reason for task, reason in reasons.items() if task not in ran},
        unsupported_answers=unsupported,
        without_answer=tuple(task for task in by_task if task not in ran and task not in reasons),
        pass_at={draws: _estimate(_chances(ran, draws), seed) for draws in _draws(k)},
    )


def _draws(k: int) -> list[int]:
    """1, 2, 4, ... and k."""
    return sorted({*(1 << power for power in range(k.bit_length())), k})


def _chances(ran: Mapping[str, Sequence[Result]], k: int) -> list[float]:
    """Each task's chance that one of k answers passes."""
    return [pass_at_k(len(found), sum(result.passes for result in found), k) for found in ran.values()]


def _groups(rows: Sequence[Row], ran: Mapping[str, Sequence[Result]]) -> dict[str, Group]:
    members: dict[str, list[Sequence[Result]]] = {}
    for row in rows:
        if row.id in ran:
            members.setdefault(row.category, []).append(ran[row.id])
    return {
        name: Group(len(found), _mean([_pass_rate(each) for each in found]), _mean([_share(each) for each in found]))
        for name, found in sorted(members.items())
    }


def _pass_rate(found: Sequence[Result]) -> float:
    return sum(result.passes for result in found) / len(found)


def _share(found: Sequence[Result]) -> float:
    return _mean([result.share for result in found])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _estimate(values: Sequence[float], seed: int) -> Estimate:
    values_T = np.array(values)
    low, high = bootstrap_interval(values_T, level=LEVEL, seed=seed)
    error = float(values_T.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else None
    return Estimate(float(values_T.mean()), low, high, error)
