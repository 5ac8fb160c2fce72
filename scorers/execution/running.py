"""Run answers against the tests of their task, and say what came of each."""

import marshal
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, and the sources found in it (`parts`)."""

    text: str
    parts: Sequence[Part]


Ran = tuple[list[CompileResult], ExecutionReport]
"""The compiler's verdict on each source of an answer, and the report of its run."""


def run_answers(answers: Sequence[Answer], tests: Tests, limits: Limits) -> list[Ran]:
    """Run each answer against the tests, by itself.

    Raises:
        WorkerFailed: the sandbox has a bug.
    """
    pictures = [answer_picture(answer.text, tests.kind, answer.parts) for answer in answers]
    outcomes = _run(pictures, tests, limits) if CAN_FORK else [run_here(picture, tests, limits) for picture in pictures]
    return [_ran(answer.parts, *outcome, tests, limits) for answer, outcome in zip(answers, outcomes, strict=True)]


def _ran(found: Sequence[Part], registered: Outcome, answered: Outcome | None, tests: Tests, limits: Limits) -> Ran:
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


def _run(pictures: Sequence[bytes], tests: Tests, limits: Limits) -> list[tuple[Outcome, Outcome | None]]:
    """What registering the tests did, and for each answer what it did where they are sound."""
    registered = _template().register(tests, limits)
    if not registered.is_sound:
        return [(registered.outcome, None)] * len(pictures)
    return [(registered.outcome, answered) for answered in _template().answers(pictures, limits)]


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
