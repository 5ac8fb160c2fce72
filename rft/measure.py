"""From stored candidates on held-out suites and their scores to the figures a report shows."""

import hashlib
from collections.abc import Sequence

from eval.benchmark import Metrics, summarise
from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from eval.task import Task
from rft.scoring import facts_of
from rft.store import RunStore
from scorers import SCORERS
from scorers.execution import Status

BENCHMARK, GENERAL = "benchmark", "general"
"""The held-out suites. A policy's candidates on one are the stage that `stage_of` names."""


def stage_of(suite: str, policy: str) -> str:
    """The stage of a policy's candidates on a held-out suite."""
    return f"{suite}-{policy}"


def benchmark_result(store: RunStore, name: str, tasks: Sequence[Task], suite: str = BENCHMARK) -> BenchmarkResult:
    """What a policy did on the suite. Raises ScoringError for a candidate without a score, EvalError for missing candidates."""
    by_task: dict[str, list[SampleOutcome]] = {task.id: [] for task in tasks}
    by_id = {task.id: task for task in tasks}
    for candidate in store.candidates.of_stage(stage_of(suite, name)):
        facts = facts_of(store, candidate, by_id[candidate.task])
        outcome = SampleOutcome(
            0 if facts.truncated else facts.execution.passed,
            facts.execution.total,
            bool(facts.static.compiles),
            # Noise has few findings: what does not compile counts as zero in what is shown.
            facts.static.composite if facts.static.compiles else 0.0,
        )
        by_task[candidate.task].append(outcome)
    outcomes = tuple(TaskOutcome(task.id, task.category, tuple(by_task[task.id])) for task in tasks)
    return BenchmarkResult(suite, suite_hash(tasks), name, outcomes)


def suite_hash(tasks: Sequence[Task]) -> str:
    """What a suite is: its tasks' questions and tests."""
    digest = hashlib.sha256()
    for task in tasks:
        digest.update(f"{task.id}\0{task.question()}\0{task.fingerprint()}\0".encode())
    return digest.hexdigest()[:16]


def unsupported_answers(store: RunStore, name: str, tasks: Sequence[Task], suite: str = BENCHMARK) -> int:
    """How many of a policy's answers used what the world does not model: they count as failed, and nobody knows."""
    by_id = {task.id: task for task in tasks}
    candidates = store.candidates.of_stage(stage_of(suite, name))
    statuses = (facts_of(store, candidate, by_id[candidate.task]).execution.status for candidate in candidates)
    return sum(status is Status.UNSUPPORTED for status in statuses)


def metrics_of(store: RunStore, name: str, tasks: Sequence[Task], seed: int, suite: str = BENCHMARK) -> Metrics:
    """The figures of one policy on the suite."""
    by_id = {task.id: task for task in tasks}
    candidates = store.candidates.of_stage(stage_of(suite, name))
    reports = [facts_of(store, candidate, by_id[candidate.task]).static for candidate in candidates]
    compiling = [report for report in reports if report.compiles]
    scores = {scorer: sum(report.scores[scorer] for report in compiling) / len(reports) for scorer in SCORERS}
    return summarise(benchmark_result(store, name, tasks, suite), scores, seed=seed)
