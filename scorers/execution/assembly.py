"""From the events of one run to its report. Pure: however the process ended, the same function reads what it said."""

from collections.abc import Iterable, Mapping
from typing import Any

from scorers.compiler import CompileResult, split_position
from scorers.execution.report import CaseFailure, ExecutionReport, Status

Event = Mapping[str, Any]

_NOT_RUN = {
    Status.TIMEOUT: "the time limit was reached",
    Status.MEMORY: "the memory limit was reached",
    Status.CRASHED: "the process crashed",
}


def assemble(events: Iterable[Event], died: Status | None, wall_seconds: float) -> ExecutionReport:
    """Build the report of one run.

    Args:
        events: What the sandbox sent, in order; it may stop anywhere.
        died: Why the process did not come to its end, or None.
        wall_seconds: Elapsed time of the run.
    """
    names: list[str] = []
    verdicts: dict[int, CaseFailure | None] = {}
    stopped: CaseFailure | None = None
    output: list[str] = []
    for event in events:
        match event["event"]:
            case "registered":
                names.append(event["name"])
            case "case":
                name = names[event["index"] - 1]
                verdicts[event["index"] - 1] = None if event["ok"] else _failure(name, event["message"])
            case "output":
                output.append(event["text"])
            case "compiled" if not event["result"]["ok"]:
                compiled = CompileResult.from_json(event["result"])
                stopped = CaseFailure("compile", compiled.message or "", compiled.line)
            case "load_failed":
                stopped = _failure("load", event["message"])
            case "broken":
                stopped = CaseFailure(event["part"], f"the task's {event['part']} failed: {event['message']}")
            case "exhausted":
                died = Status(event["status"])
    passed = sum(verdict is None for verdict in verdicts.values())
    failures = _failures(names, verdicts, stopped, died)
    status = _status(names, failures, stopped, died)
    return ExecutionReport(status, passed, len(names), failures, "".join(output), wall_seconds)


def _failure(case: str, message: str) -> CaseFailure:
    text, line = split_position(message)
    return CaseFailure(case, text, line)


def _failures(
    names: list[str], verdicts: Mapping[int, CaseFailure | None], stopped: CaseFailure | None, died: Status | None
) -> tuple[CaseFailure, ...]:
    if stopped is not None:
        return (stopped,)
    missing = "the case was not run" if died is None else _NOT_RUN[died]
    found = (verdicts.get(index, CaseFailure(name, missing)) for index, name in enumerate(names))
    return tuple(failure for failure in found if failure is not None)


def _status(names: list[str], failures: tuple[CaseFailure, ...], stopped: CaseFailure | None, died: Status | None) -> Status:
    if died is not None:
        return died
    if stopped is not None:
        return Status.ERROR
    return Status.PASSED if names and not failures else Status.FAILED
