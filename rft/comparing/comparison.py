"""What two policies did on the tasks that both answered. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from eval.outcome import BenchmarkResult, TaskOutcome, paired_differences
from eval.statistics import sign_flip_p_value
from rft.errors import InputError
from rft.paired import Difference, difference

Flip = Literal["gained", "lost", ""]
SAME_TASKS = "Compare runs with the same data.benchmark, or evaluations of the same suite."


@dataclass(frozen=True, slots=True)
class TaskDelta:
    """One task. Passed counts are of samples that pass every case, of `k`; `delta` is B minus A in share of cases passed.
    `flip`: `gained` when B passes at least once and A never, `lost` the other way round."""

    task: str
    category: str
    passed_a: int
    passed_b: int
    k: int
    delta: float
    flip: Flip


@dataclass(frozen=True, slots=True)
class CategoryDelta:
    """One category: means of the share of cases passed, in [0, 1]."""

    category: str
    tasks: int
    share_a: float
    share_b: float
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A. `difference` and `p_value` are the gate's: the paired mean with its 95 % bootstrap interval, and the one-sided
    sign-flip test of 'B is better'. `only_a`, `only_b` and `changed` are tasks that are not compared: only one has them, or
    their question or tests differ. `k` is the number of samples compared of each task, of `k_a` and `k_b` that there are."""

    a: str
    b: str
    k: int
    k_a: int
    k_b: int
    tasks: tuple[TaskDelta, ...]
    categories: tuple[CategoryDelta, ...]
    difference: Difference
    p_value: float
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    changed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Side:
    """One policy: what it is called, its result, and by task a hash of all that a result depends on."""

    label: str
    result: BenchmarkResult
    tasks: Mapping[str, str]


def compare(a: Side, b: Side, *, seed: int) -> Comparison:
    """Compare on the tasks that both have with the same content, and on as many samples as both have.

    Raises InputError where there is no such task.
    """
    both = a.tasks.keys() & b.tasks.keys()
    changed = {task for task in both if a.tasks[task] != b.tasks[task]}
    common = both - changed
    if not common:
        raise InputError(
            f"{a.label} and {b.label} have no held-out task in common{' that is still the same' if changed else ''}.",
            hint=SAME_TASKS,
        )
    k = min(a.result.samples_per_task, b.result.samples_per_task)
    categories = {each.task_id: each.category for each in b.result.outcomes}
    ours, theirs = cut(a.result, common, k, categories), cut(b.result, common, k, categories)
    tasks = tuple(_task(one, other) for one, other in zip(ours.outcomes, theirs.outcomes, strict=True))
    return Comparison(
        a=a.label,
        b=b.label,
        k=k,
        k_a=a.result.samples_per_task,
        k_b=b.result.samples_per_task,
        tasks=tasks,
        categories=_categories(ours, theirs, tasks),
        difference=difference(theirs, ours, seed=seed),
        p_value=sign_flip_p_value(paired_differences(theirs, ours), seed=seed),
        only_a=tuple(sorted(a.tasks.keys() - both)),
        only_b=tuple(sorted(b.tasks.keys() - both)),
        changed=tuple(sorted(changed)),
    )


def cut(result: BenchmarkResult, tasks: set[str], k: int, categories: Mapping[str, str]) -> BenchmarkResult:
    """The result on these tasks alone, with the first `k` samples of each. Where a task's category has changed, B's counts."""
    outcomes = tuple(
        replace(each, samples=each.samples[:k], category=categories[each.task_id])
        for each in result.outcomes
        if each.task_id in tasks
    )
    return replace(result, suite_hash="common", outcomes=outcomes)


def _task(a: TaskOutcome, b: TaskOutcome) -> TaskDelta:
    passed_a, passed_b = (sum(sample.passes for sample in outcome.samples) for outcome in (a, b))
    flip: Flip = "" if bool(passed_a) == bool(passed_b) else "gained" if passed_b else "lost"
    return TaskDelta(a.task_id, a.category, passed_a, passed_b, len(a.samples), b.share - a.share, flip)


def _categories(a: BenchmarkResult, b: BenchmarkResult, tasks: tuple[TaskDelta, ...]) -> tuple[CategoryDelta, ...]:
    of_b = b.by_category()
    return tuple(
        CategoryDelta(
            name, len(part.outcomes), part.share, of_b[name].share,
            sum(task.category == name and task.flip == "gained" for task in tasks),
            sum(task.category == name and task.flip == "lost" for task in tasks),
        )
        for name, part in a.by_category().items()
    )  # fmt: skip
