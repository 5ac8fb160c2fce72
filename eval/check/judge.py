"""From the reports on a task's answers to what is wrong with it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.check.bounds import WRONG_ANSWERS, Bounds
from eval.check.result import Survivor, TaskCheck
from eval.mutation import Chosen
from eval.task import Task
from scorers.execution import ExecutionReport, Status


@dataclass(frozen=True, slots=True)
class Reports:
    """What became of all answers of one task. `mutants` by label; it lacks all where the reference does not pass."""

    reference: ExecutionReport
    stubs: Mapping[str, ExecutionReport]
    wrong: Sequence[ExecutionReport]
    mutants: Mapping[str, ExecutionReport]


def judge(task: Task, chosen: Chosen, reports: Reports, bounds: Bounds) -> TaskCheck:
    """The result of one task."""
    failed = reference_problem(reports.reference)
    run = [mutant for mutant in chosen.mutants if mutant.label in reports.mutants]
    alive = {label for label, report in reports.mutants.items() if report.ok or report.status is Status.UNSUPPORTED}
    named = {mutant.label for mutant in chosen.named}
    equivalent = [mutant for mutant in run if mutant.label in alive & named]
    survivors = tuple(
        Survivor(mutant.label, mutant.before, mutant.after, reports.mutants[mutant.label].status is Status.UNSUPPORTED)
        for mutant in run
        if mutant.label in alive - named
    )
    killed = len(run) - len(equivalent) - len(survivors)
    problems = [failed] if failed else list(_assertion_problems(task, reports.reference, bounds))
    problems += _answer_problems(task, reports)
    problems += [f"`equivalent` names {label!r}, which no mutant is called" for label in chosen.unknown]
    problems += [
        f"`equivalent` names {label!r}, but the tests tell that mutant from the reference"
        for label in sorted(named & reports.mutants.keys() - alive)
    ]
    counted = killed + len(survivors)
    if counted and killed < bounds.task_rate * counted:
        labels = "; ".join(survivor.label for survivor in survivors)
        problems.append(f"only {killed} of {counted} mutants fail; these pass: {labels}")
    return TaskCheck(
        task.id,
        task.category,
        task.difficulty,
        None if failed else own_expectations(task, reports.reference),
        len(run),
        killed,
        len(equivalent),
        len(chosen.equivalent),
        survivors,
        tuple(problems),
    )


def reference_problem(report: ExecutionReport) -> str | None:
    """Why a reference is no right answer, None where it is one."""
    if report.ok:
        return None
    if report.status is Status.UNSUPPORTED:
        return f"the reference needs what the world does not have: {', '.join(report.unsupported)}"
    if not report.failures:
        return f"the reference ended with status {report.status}"
    first = report.failures[0]
    where = f" (line {first.line})" if first.line else ""
    return f"the reference fails {first.case!r}: {first.message}{where}"


def own_expectations(task: Task, report: ExecutionReport) -> int:
    """How many expectations of the tests themselves ran: each call with random inputs counts as one more, and is none of
    them."""
    tests = task.executable()
    return report.expectations - (tests.random_cases if tests.random_inputs is not None else 0)


def _assertion_problems(task: Task, report: ExecutionReport, bounds: Bounds) -> Iterator[str]:
    own = own_expectations(task, report)
    if own < bounds.assertions:
        yield f"only {own} expectations run beside the random inputs, at least {bounds.assertions} must"
    if task.assertions not in (None, report.expectations):
        yield f"`assertions` is {task.assertions}, but {report.expectations} expectations run on the reference"


def _answer_problems(task: Task, reports: Reports) -> Iterator[str]:
    for name, report in reports.stubs.items():
        if report.ok:
            yield f"{name} passes all {report.total} cases"
    for number, report in enumerate(reports.wrong, 1):
        if report.ok:
            yield f"wrong answer {number} passes all {report.total} cases"
        elif reason := _proves_nothing(task, report):
            yield f"wrong answer {number} proves nothing: {reason}"
    needed = WRONG_ANSWERS.get(task.kind, 0)
    if len(reports.wrong) < needed:
        yield f"a task of kind {task.kind} needs {needed} `wrong` answers, it has {len(reports.wrong)}"
    if task.kind == "function" and not task.world and task.random_inputs is None:
        yield "it has no `random_inputs`"


def _proves_nothing(task: Task, report: ExecutionReport) -> str | None:
    """Why an answer that fails is no plausible mistake: it is no Luau, or leaves the world."""
    if report.status is Status.UNSUPPORTED:
        return f"it needs {', '.join(report.unsupported)}, which the world does not have"
    if task.kind != "tools" and report.failures and report.failures[0].case == "compile":
        return report.failures[0].message
    return None
