"""Proof that a task measures something: its reference passes, and answers that do nothing fail."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.task import Task
from scorers.execution import ExecutionReport, LuauPool

REFERENCE = "the reference"
CONSTANTS = ("", "nil", "0", "1", "true", "false", '""', "{}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a task, in words."""

    task: str
    text: str


def check_references(tasks: Sequence[Task]) -> list[Problem]:
    """The tasks whose reference does not pass its own tests: the quick part of the proof, done at the start of every run."""
    with LuauPool() as pool:
        running = [(task, pool.submit_evaluate(task.reference, task.executable(), static=False)) for task in tasks]
        reports = [(task, future.result().execution) for task, future in running]
    return [
        Problem(task.id, text)
        for task, report in reports
        if report is not None and (text := _problem(REFERENCE, report)) is not None
    ]


def check_tasks(tasks: Sequence[Task]) -> list[Problem]:
    """All problems of the tasks, in their order. Raises ScorersError when a worker cannot run."""
    with LuauPool() as pool:
        running = [
            (task, name, pool.submit_evaluate(code, task.executable(), static=False))
            for task in tasks
            for name, code in answers(task).items()
        ]
        reports = [(task, name, future.result().execution) for task, name, future in running]
    return [
        Problem(task.id, text)
        for task, name, report in reports
        if report is not None and (text := _problem(name, report)) is not None
    ]


def answers(task: Task) -> dict[str, str]:
    """Name -> code: the reference, which must pass, and stubs, which must not."""
    stubs = {
        f"a function that returns {constant or 'nothing'}": f"return function(...) return {constant} end"
        for constant in CONSTANTS
    }
    echo = "return function(...) return (...) end"
    return {REFERENCE: task.reference, "empty code": "", "a function that returns its first argument": echo, **stubs}


def _problem(name: str, report: ExecutionReport) -> str | None:
    if name != REFERENCE:
        return f"{name} passes all {report.total} cases" if report.ok else None
    if report.ok:
        return None
    if not report.failures:
        return f"the reference ended with status {report.status}"
    first = report.failures[0]
    where = f" (line {first.line})" if first.line else ""
    return f"the reference fails {first.case!r}: {first.message}{where}"
