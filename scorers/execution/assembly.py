"""From the events of one run to its report. Pure: however the process ended, the same function reads what it said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scorers.compiler import CompileResult, split_position
from scorers.execution.report import CaseFailure, ExecutionReport, Status

Event = Mapping[str, Any]

_NOT_RUN = {
    Status.TIMEOUT: "the time limit was reached",
    Status.MEMORY: "the memory limit was reached",
    Status.CRASHED: "the process crashed",
}


@dataclass(slots=True)
class _Heard:
    """What the events said so far."""

    names: list[str] = field(default_factory=list)
    verdicts: dict[int, CaseFailure | None] = field(default_factory=dict)
    stopped: CaseFailure | None = None
    output: list[str] = field(default_factory=list)
    died: Status | None = None
    expectations: int = 0
    virtual_seconds: float = 0.0
    unsupported: dict[str, None] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        match event["event"]:
            case "registered":
                self.names.append(event["name"])
            case "case":
                index = event["index"] - 1
                if index in self.verdicts:  # the harness judges every case once: nobody knows who spoke
                    self.died = Status.CRASHED
                self.verdicts[index] = None if event["ok"] else _failure(self.names[index], event["message"])
                self.expectations += event["expectations"]
            case "output":
                self.output.append(event["text"])
            case "compiled" if not event["ok"]:
                compiled = CompileResult.from_json(event)
                self.stopped = CaseFailure("compile", compiled.message or "", compiled.line)
            case "load_failed":
                self.stopped = _failure("load", event["message"])
            case "broken":
                self.stopped = CaseFailure(event["part"], f"the task's {event['part']} failed: {event['message']}")
            case "exhausted":
                self.died = Status(event["status"])
            case "unsupported":
                self.unsupported[event["name"]] = None
            case "counted":
                self.virtual_seconds = event["virtual_seconds"]


def assemble(events: Iterable[Event], died: Status | None, wall_seconds: float, assertions: int | None = None) -> ExecutionReport:
    """Build the report of one run.

    Args:
        events: What the sandbox sent, in order; it may stop anywhere.
        died: Why the process did not come to its end, or None.
        wall_seconds: Elapsed time of the run.
        assertions: How many expectations a right answer meets. A run that passes with fewer has passed nothing.
    """
    heard = _Heard(died=died)
    for event in events:
        heard.hear(event)
    passed = sum(verdict is None for verdict in heard.verdicts.values())
    failures = _failures(heard)
    if passed and not failures and heard.died is None and assertions is not None and heard.expectations < assertions:
        passed = 0
        failures = (CaseFailure("assertions", f"only {heard.expectations} of {assertions} expectations ran"),)
    return ExecutionReport(
        _status(heard, failures),
        passed,
        len(heard.names),
        failures,
        "".join(heard.output),
        wall_seconds,
        heard.virtual_seconds,
        heard.expectations,
        tuple(heard.unsupported),
        tuple(heard.names),
    )


def _failure(case: str, message: str) -> CaseFailure:
    text, line = split_position(message)
    return CaseFailure(case, text, line)


def _failures(heard: _Heard) -> tuple[CaseFailure, ...]:
    if heard.stopped is not None:
        return (heard.stopped,)
    missing = "the case was not run" if heard.died is None else _NOT_RUN[heard.died]
    found = (heard.verdicts.get(index, CaseFailure(name, missing)) for index, name in enumerate(heard.names))
    return tuple(failure for failure in found if failure is not None)


def _status(heard: _Heard, failures: tuple[CaseFailure, ...]) -> Status:
    if heard.unsupported and failures:
        return Status.UNSUPPORTED
    if heard.died is not None:
        return heard.died
    if heard.stopped is not None:
        return Status.ERROR
    return Status.PASSED if heard.names and not failures else Status.FAILED
