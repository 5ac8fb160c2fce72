"""What several policies did, side by side. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.outcome import BenchmarkResult, TaskOutcome, paired_differences
from eval.statistics import sign_flip_p_value
from rft.comparing.comparison import SAME_TASKS, Side, cut
from rft.errors import InputError
from rft.paired import Difference, difference


@dataclass(frozen=True, slots=True)
class Column:
    """One policy, on the tasks that all have: shares in [0, 1]. `against_first` and `p_value` are those of a comparison with the
    first policy, None for the first. `missing` counts tasks that others have and it has not, `answers` those to each task."""

    label: str
    answers: int
    missing: int
    cases: float
    pass_at_1: float
    against_first: Difference | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class TaskAcross:
    """One task that any of them has. `passed` and `answers` are by policy, None where it is missing; `is_same` is false where its
    question or tests are not the same for all, and then it stands in no figure."""

    task: str
    category: str
    passed: tuple[int | None, ...]
    answers: tuple[int | None, ...]
    is_same: bool


@dataclass(frozen=True, slots=True)
class CategoryAcross:
    """A category's tasks that all have, with the share of cases passed by policy."""

    category: str
    tasks: int
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """All policies on the `common` tasks that all have, `k` answers each; `tasks` are all that any of them has."""

    columns: tuple[Column, ...]
    common: int
    k: int
    categories: tuple[CategoryAcross, ...]
    tasks: tuple[TaskAcross, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def side_by_side(sides: Sequence[Side], *, seed: int) -> Several:
    """The figures of all sides on the tasks that all have with the same content. Raises InputError where there is none."""
    everywhere = {task for side in sides for task in side.tasks}
    same = {task for task in everywhere if len({side.tasks[task] for side in sides if task in side.tasks}) == 1}
    common = {task for task in same if all(task in side.tasks for side in sides)}
    if not common:
        raise InputError(f"{', '.join(side.label for side in sides)} have no task in common that is the same.", hint=SAME_TASKS)
    k = min(side.result.samples_per_task for side in sides)
    categories = {each.task_id: each.category for side in reversed(sides) for each in side.result.outcomes}
    results = [cut(side.result, common, k, categories) for side in sides]
    outcomes = [{each.task_id: each for each in side.result.outcomes} for side in sides]
    return Several(
        columns=tuple(_column(side, result, results[0], everywhere, seed) for side, result in zip(sides, results, strict=True)),
        common=len(common),
        k=k,
        categories=_categories(results),
        tasks=tuple(_task(task, categories[task], outcomes, is_same=task in same) for task in sorted(everywhere)),
    )


def _column(side: Side, result: BenchmarkResult, first: BenchmarkResult, everywhere: set[str], seed: int) -> Column:
    compared = result is not first
    return Column(
        label=side.label,
        answers=side.result.samples_per_task,
        missing=len(everywhere - side.tasks.keys()),
        cases=result.share,
        pass_at_1=float(result.pass_rates_T.mean()),
        against_first=difference(result, first, seed=seed) if compared else None,
        p_value=sign_flip_p_value(paired_differences(result, first), seed=seed) if compared else None,
    )


def _categories(results: Sequence[BenchmarkResult]) -> tuple[CategoryAcross, ...]:
    parts = [result.by_category() for result in results]
    return tuple(
        CategoryAcross(name, len(part.outcomes), tuple(each[name].share for each in parts)) for name, part in parts[0].items()
    )


def _task(task: str, category: str, sides: Sequence[Mapping[str, TaskOutcome]], *, is_same: bool) -> TaskAcross:
    found = [outcomes.get(task) for outcomes in sides]
    passed = tuple(None if each is None else sum(sample.passes for sample in each.samples) for each in found)
    return TaskAcross(task, category, passed, tuple(None if each is None else len(each.samples) for each in found), is_same)
