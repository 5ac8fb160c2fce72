"""Which tasks go well and which do not: the share of a task's answers that pass every test, at first and at last. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.outcome import BenchmarkResult


@dataclass(frozen=True, slots=True)
class TaskShare:
    """One task: shares in [0, 1], and the number of its answers, of a training task in all rounds, of a held-out one by the last
    policy."""

    task: str
    first: float
    last: float
    answers: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Tasks from the worst to the best: by the last share, then by what was gained, then by name.

    `first` and `last` say of whom the shares are.
    """

    first: str
    last: str
    tasks: tuple[TaskShare, ...]

    def best(self, most: int) -> tuple[TaskShare, ...]:
        """The best tasks of the better half that pass at all, the best first."""
        half = self.tasks[len(self.tasks) // 2 :]
        return tuple(task for task in reversed(half) if task.last > 0)[:most]

    def worst(self, most: int) -> tuple[TaskShare, ...]:
        """The worst tasks of the other half that do not always pass, the worst first."""
        half = self.tasks[: len(self.tasks) // 2]
        return tuple(task for task in half if task.last < 1)[:most]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def shares_of(first: str, last: str, tasks: Sequence[TaskShare]) -> Shares | None:
    """The shares in their order; None where there is no task."""
    ordered = sorted(tasks, key=lambda task: (task.last, task.last - task.first, task.task))
    return Shares(first, last, tuple(ordered)) if ordered else None


def training_shares(rates: Sequence[Mapping[str, float]], answers: Mapping[str, int]) -> Shares | None:
    """Of the training tasks. `rates` has for each round the share of every task that it sampled: solved tasks are left out of
    later rounds, so a task's first and last round are its own. `answers` counts its candidates over all rounds."""
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for found in rates:
        first = {**found, **first}
        last = {**last, **found}
    tasks = [TaskShare(task, first[task], last[task], answers.get(task, 0)) for task in first]
    return shares_of("first round", "last round", tasks)


def held_out_shares(results: Mapping[str, BenchmarkResult]) -> Shares | None:
    """Of the held-out tasks, from the first policy to the last."""
    if not results:
        return None
    names = list(results)
    pairs = zip(results[names[0]].outcomes, results[names[-1]].outcomes, strict=True)
    tasks = [TaskShare(one.task_id, one.pass_rate, other.pass_rate, len(other.samples)) for one, other in pairs]
    return shares_of(names[0], names[-1], tasks)
