"""What one policy's answers to the held-out tasks came to, task by task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.benchmark import Metrics, summarise
from eval.outcome import BenchmarkResult, Floats
from eval.task import Task
from rft.config import RftConfig
from rft.measure import BENCHMARK, benchmark_result, stage_of
from rft.rewards import Facts, reward
from rft.scoring import facts_of
from rft.store import RunStore
from scorers import SCORERS
from scorers.execution import Status

CASES = "cases passed"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One policy on the held-out tasks. `figures` maps a figure's name to its mean over each task's samples, in [0, 1], in the
    order of the result's tasks. `unsupported` counts answers that used what the world does not model."""

    result: BenchmarkResult
    metrics: Metrics
    figures: Mapping[str, Floats]
    unsupported: int


def read_policy(store: RunStore, name: str, tasks: Sequence[Task], config: RftConfig) -> HeldOut:
    """The policy's answers, read from the store. Raises ScoringError for one without a score, EvalError where some are missing.

    Figures of code that does not compile are 0: noise has few findings. There is no `reward` where a judge is a part of it,
    because nobody judges answers to held-out tasks.
    """
    result = benchmark_result(store, name, tasks)
    by_task = _facts_by_task(store, name, tasks)
    facts = [by_task[task] for task in result.task_ids]

    def mean_T(value: Callable[[Facts], float]) -> Floats:
        return np.array([sum(map(value, found)) / len(found) for found in facts])

    scorers = {scorer: _score_of(scorer) for scorer in SCORERS}
    figures = {
        CASES: result.shares_T,
        "pass@1": result.pass_rates_T,
        "compile": mean_T(lambda each: float(bool(each.static.compiles))),
        **{scorer: mean_T(score) for scorer, score in scorers.items()},
        "composite": mean_T(lambda each: each.static.composite if each.static.compiles else 0.0),
    }
    if config.reward.mode != "judged":
        figures["reward"] = mean_T(lambda each: reward(each, config.reward))
    answers = [each for found in by_task.values() for each in found]
    means = {scorer: sum(map(score, answers)) / len(answers) for scorer, score in scorers.items()}
    unsupported = sum(each.execution.status is Status.UNSUPPORTED for each in answers)
    return HeldOut(result, summarise(result, means, seed=config.seed), figures, unsupported)


def _score_of(scorer: str) -> Callable[[Facts], float]:
    return lambda facts: facts.static.scores[scorer] if facts.static.compiles else 0.0


def _facts_by_task(store: RunStore, name: str, tasks: Sequence[Task]) -> dict[str, list[Facts]]:
    by_id = {task.id: task for task in tasks}
    found: dict[str, list[Facts]] = {}
    for candidate in store.candidates.of_stage(stage_of(BENCHMARK, name)):
        found.setdefault(candidate.task, []).append(facts_of(store, candidate, by_id[candidate.task]))
    return found
