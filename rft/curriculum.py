"""Which tasks a round samples. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from eval.task import Task

PASSES = 0.5
"""Mean pass rate on the hardest level asked so far from which a category's next level is asked ahead of its time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A round's place in a curriculum: round `index` of `rounds`, counted from 1."""

    index: int
    rounds: int


def choose(tasks: Sequence[Task], pass_rates: Mapping[str, float], rising: Place | None = None) -> list[Task]:
    """All tasks but those whose candidates all passed when they were last sampled; with `rising`, of these the easy ones first.

    `pass_rates` is the share of eligible candidates in the latest round that sampled a task. A solved task teaches nothing
    new (Xiong et al. 2025, "A Minimalist Approach to LLM Reasoning", drop all-right prompts); its answer stays in the pool.

    With `rising`, round r of R asks the levels of difficulty that the easiest r/R of the tasks have (Bengio et al. 2009,
    "Curriculum Learning"; a whole level at a time), and in each category one level more where the policy passes half of the
    hardest level that it was asked. The last round asks all. A round that would have nothing to ask goes on to the next level.
    """
    unsolved = [task for task in tasks if pass_rates.get(task.id, 0.0) < 1.0]
    if rising is None or not unsolved:
        return unsolved
    open_to = _scheduled(tasks, rising)
    by_category = {task.category: max(open_to, _earned(tasks, task.category, pass_rates)) for task in tasks}
    chosen = [task for task in unsolved if task.difficulty <= by_category[task.category]]
    return chosen or _easiest(unsolved)


def _scheduled(tasks: Sequence[Task], rising: Place) -> int:
    """The hardest level of this round by the calendar."""
    levels = sorted(task.difficulty for task in tasks)
    return levels[ceil(len(levels) * rising.index / rising.rounds) - 1]


def _earned(tasks: Iterable[Task], category: str, pass_rates: Mapping[str, float]) -> int:
    """The level above the hardest that the category was asked, where the policy passes that one; else 0."""
    rates: dict[int, list[float]] = {}
    for task in tasks:
        if task.category == category and task.id in pass_rates:
            rates.setdefault(task.difficulty, []).append(pass_rates[task.id])
    hardest = max(rates, default=0)
    if not rates or fmean(rates[hardest]) < PASSES:
        return 0
    above = (task.difficulty for task in tasks if task.category == category and task.difficulty > hardest)
    return min(above, default=hardest)


def _easiest(tasks: Sequence[Task]) -> list[Task]:
    level = min(task.difficulty for task in tasks)
    return [task for task in tasks if task.difficulty == level]
