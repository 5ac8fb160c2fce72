"""Run an answer against the tests of its task, and say what came of it."""

import marshal
from collections.abc import Sequence
from functools import cache

from scorers.compiler import CompileResult, load_pluau
from scorers.execution.assembly import Event, assemble
from scorers.execution.batch import compile_many
from scorers.execution.isolation import Outcome, outcome_of
from scorers.execution.limits import Limits
from scorers.execution.parts import Part, verdict_on
from scorers.execution.picture import answer_picture, task_picture, world_picture
from scorers.execution.ready.run import CAN_FORK, Run
from scorers.execution.ready.vm import Engine
from scorers.execution.report import ExecutionReport
from scorers.execution.template import Template
from scorers.execution.tests import Tests


def run_answer(code: str, found: Sequence[Part], tests: Tests, limits: Limits) -> tuple[list[CompileResult], ExecutionReport]:
    """The compiler's verdicts on the sources `found` in an answer (`parts`), and the report of its run.

    Raises:
        WorkerFailed: the sandbox has a bug.
    """
    picture = answer_picture(code, tests.kind, found)
    registered, answered = _run(picture, tests, limits) if CAN_FORK else run_here(picture, tests, limits)
    last = answered or registered
    events = [*registered.events, *(answered.events if answered else ())]
    if answered is not None and answered.events:  # Only what compiles gets so far as to send any.
        return [CompileResult(ok=True)] * len(found), assemble(events, last.died, last.wall_seconds, tests.assertions)
    # The run ended before the verdict. Either the answer does not compile, or the task's own tests or reference are broken.
    results = compile_many([part.source for part in found], limits)
    verdict = verdict_on(zip(found, results, strict=True))
    if not verdict.ok:
        return results, assemble([*events, _blame(verdict)], None, last.wall_seconds)
    if answered is None:
        return results, assemble(_blaming_tests(registered), None, registered.wall_seconds)
    return results, assemble(events, answered.died, answered.wall_seconds)


def report_without_answer(tests: Tests, limits: Limits, refused: CompileResult) -> ExecutionReport:
    """The report on a text that holds no answer of its kind: no case was run."""
    events = _template().register(tests, limits).outcome.events if CAN_FORK else ()
    return assemble([*events, _blame(refused)], None, 0.0)


def _blame(verdict: CompileResult) -> Event:
    return {"event": "compiled", **verdict.to_json()}


def _blaming_tests(registered: Outcome) -> list[Event]:
    """The events of tests that could not be registered, with the reason in words."""
    heard = [event for event in registered.events if event["event"] != "exhausted"]
    if any(event["event"] == "broken" for event in heard):
        return [*heard]
    cause = "reached the time or memory limit" if len(heard) < len(registered.events) else registered.cause
    return [*heard, {"event": "broken", "part": "tests", "message": cause}]


def _run(picture: bytes, tests: Tests, limits: Limits) -> tuple[Outcome, Outcome | None]:
    """What registering the tests did, and what the answer did where they are sound."""
    registered = _template().register(tests, limits)
    return registered.outcome, _template().answer(picture, limits) if registered.is_sound else None


@cache
def _template() -> Template:
    return Template()


def run_here(picture: bytes, tests: Tests, limits: Limits) -> tuple[Outcome, Outcome | None]:
    """The same in a VM in this process, for one answer: where there is no fork."""
    lines: list[bytes] = []
    sources, data = marshal.loads(world_picture())
    spec, allowed = marshal.loads(task_picture(tests, limits))
    run = Run(Engine(load_pluau(), sources, data), spec, allowed, lines.append)
    is_sound = run.register()
    registered = outcome_of(lines, (0, 0, 0.0), limits)
    lines.clear()
    if not is_sound:
        return registered, None
    run.limit()
    run.finish(*marshal.loads(picture))
    return registered, outcome_of(lines, (0, 0, 0.0), limits)
