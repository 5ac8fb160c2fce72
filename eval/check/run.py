"""Runs the proof: every reference, stub, wrong answer and mutant in a worker."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace

from eval.check.bounds import STRICT, Bounds
from eval.check.judge import Reports, judge, reference_problem
from eval.check.result import Problem, SuiteCheck
from eval.check.stubs import stubs
from eval.mutation import Chosen, Subject, choose_mutants
from eval.task import Task
from scorers.execution import Evaluation, ExecutionReport, Limits, LuauPool

MUTANTS = 40
"""At most this many mutants are run for a task."""
LEAST_CPU_SECONDS = 0.03
CPU_SHARE = 6.0
"""A mutant or wrong answer may take this many times as long as the reference took. One that takes longer loops."""

Answers = dict[str, Future[Evaluation]]
OnProgress = Callable[[int, int], None]
"""Takes how many answers have been run, and how many there are."""


def check_references(tasks: Sequence[Task]) -> list[Problem]:
    """The tasks whose reference does not pass its own tests: the quick part of the proof, done at the start of every run."""
    with LuauPool() as pool:
        running = [pool.submit_evaluate(task.reference, task.executable(), static=False) for task in tasks]
        problems = [reference_problem(_report(future)) for future in running]
    return [Problem(task.id, text) for task, text in zip(tasks, problems, strict=True) if text is not None]


def check_tasks(
    tasks: Sequence[Task], *, bounds: Bounds = STRICT, mutants: int = MUTANTS, on_progress: OnProgress | None = None
) -> SuiteCheck:
    """Prove that tasks measure something: references pass; stubs, wrong answers and mutants fail.

    Raises:
        ScorersError: a worker could not do its job.
    """
    with LuauPool() as pool:
        references = [_submit(pool, task, {"": task.reference}) for task in tasks]
        others = [_submit(pool, task, stubs(task)) for task in tasks]
        chosen = choose_mutants([_subject(task) for task in tasks], mutants)
        reports = [_report(reference[""]) for reference in references]
        limits = [_limits(report) for report in reports]
        wrong = [_submit(pool, task, _numbered(task.wrong), limit) for task, limit in zip(tasks, limits, strict=True)]
        running = [
            # Where the reference fails it says nothing what its mutants do.
            _submit(pool, task, _answers(picked) if report.ok else {}, limit)
            for task, picked, report, limit in zip(tasks, chosen, reports, limits, strict=True)
        ]
        everything = (references, others, wrong, running)
        _follow([future for part in everything for answers in part for future in answers.values()], on_progress)
    checks = [
        judge(task, picked, _gathered(*answers), bounds)
        for task, picked, *answers in zip(tasks, chosen, *everything, strict=True)
    ]
    return _whole(SuiteCheck(tuple(checks)), bounds)


def _gathered(reference: Answers, others: Answers, wrong: Answers, mutants: Answers) -> Reports:
    return Reports(_report(reference[""]), _reports(others), [*_reports(wrong).values()], _reports(mutants))


def _whole(suite: SuiteCheck, bounds: Bounds) -> SuiteCheck:
    rate = suite.kill_rate
    if rate is None or rate >= bounds.suite_rate:
        return suite
    counted = suite.made - suite.equivalent
    text = f"only {suite.killed} of {counted} mutants fail ({rate:.1%}); at least {bounds.suite_rate:.0%} must"
    return SuiteCheck(suite.tasks, (text,))


def _subject(task: Task) -> Subject:
    return Subject(task.id, task.reference, task.kind, frozenset(task.equivalent))


def _numbered(answers: Iterable[str]) -> dict[str, str]:
    return {str(number): answer for number, answer in enumerate(answers)}


def _submit(pool: LuauPool, task: Task, answers: Mapping[str, str], limits: Limits | None = None) -> Answers:
    """Ask for the answers that should fail: the first failed case settles it."""
    tests = replace(task.executable(), stop_at_failure=True)
    return {name: pool.submit_evaluate(answer, tests, static=False, limits=limits) for name, answer in answers.items()}


def _answers(chosen: Chosen) -> dict[str, str]:
    return {mutant.label: mutant.answer for mutant in (*chosen.mutants, *chosen.named)}


def _limits(reference: ExecutionReport) -> Limits:
    """What a wrong answer may use: those that loop must not take long, for there are many."""
    usual = Limits()
    seconds = max(LEAST_CPU_SECONDS, CPU_SHARE * reference.wall_seconds)
    return replace(usual, cpu_seconds=min(seconds, usual.cpu_seconds))


def _follow(futures: Sequence[Future[Evaluation]], on_progress: OnProgress | None) -> None:
    """Wait for all, in the order in which they were asked for: so they are done."""
    for done, future in enumerate(futures, 1):
        future.result()
        if on_progress is not None:
            on_progress(done, len(futures))


def _reports(answers: Answers) -> dict[str, ExecutionReport]:
    return {name: _report(future) for name, future in answers.items()}


def _report(future: Future[Evaluation]) -> ExecutionReport:
    report = future.result().execution
    assert report is not None, "an evaluation with tests has a report"
    return report
