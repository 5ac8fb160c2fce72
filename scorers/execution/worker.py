"""The worker process: `python -P -m scorers.execution.worker`. One JSON request a line in, one JSON reply a line out.

It loads the compiler and the VM once; every script runs in a forked child. It ends by itself when its input closes, that is when
the process that started it is gone.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from scorers.compiler import CompileResult
from scorers.errors import ScorersError, WorkerFailed
from scorers.execution.assembly import Event, assemble
from scorers.execution.batch import checked, compile_many, compile_one, score_many, verdicts, without_bug
from scorers.execution.engine import CAN_FORK, engine
from scorers.execution.evaluation import Evaluation
from scorers.execution.isolation import Outcome
from scorers.execution.limits import Limits
from scorers.execution.options import ScoringOptions
from scorers.execution.parts import Part, compile_parts, merged, no_answer, parts, verdict_on
from scorers.execution.report import ExecutionReport
from scorers.execution.sandbox import Emit, Run
from scorers.execution.tests import Tests
from scorers.execution.zygote import KeptZygote

if TYPE_CHECKING:
    from scorers.scorer import Scorer


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do one request: `compile` (code, limits), `evaluate` (also tests or null, static) or `score_many` (codes, options,
    limits). Without tests the code of `evaluate` is one source."""
    limits = Limits(**request["limits"])
    if request["kind"] == "score_many":
        return score_many(request["codes"], ScoringOptions(**request["options"]), limits)
    code: str = request["code"]
    if request["kind"] == "compile":
        return compile_one(code, limits).to_json()
    if CAN_FORK and request["tests"] is not None:
        engine().settle()
    if request["tests"] is None:
        return _evaluation([Part("", code)], [compile_one(code, limits)], None, limits, static=request["static"])
    tests = Tests.from_json(request["tests"])
    compiled, report = _run(code, tests, limits)
    try:
        found = parts(code, tests.kind)
    except ValueError as error:
        return Evaluation(CompileResult(ok=False, message=str(error)), report, no_answer(str(error))).to_json()
    results = [compiled] if found == [Part("", code)] else compile_many([part.source for part in found], limits)
    return _evaluation(found, results, report, limits, static=request["static"])


def _evaluation(
    found: Sequence[Part], results: Sequence[CompileResult], report: ExecutionReport | None, limits: Limits, *, static: bool
) -> dict[str, Any]:
    return {
        "compiled": verdict_on(zip(found, results, strict=True)).to_json(),
        "execution": report and report.to_json(),
        "static": _score(found, results, limits) if static else None,
    }


_ZYGOTE = KeptZygote()


def _outcome(code: str, tests: Tests, limits: Limits) -> Outcome:
    found = _ZYGOTE.ask(code, tests, limits)
    if found is not None:
        return without_bug(found)
    run = Run(tests, limits)
    return checked(lambda emit: run.execute(code, emit), limits)


def _run(code: str, tests: Tests, limits: Limits) -> tuple[CompileResult, ExecutionReport]:
    outcome = _outcome(code, tests, limits)
    compiled = next(iter(verdicts(outcome.events)), None)
    if compiled is not None:
        return compiled, assemble(outcome.events, outcome.died, outcome.wall_seconds, tests.assertions)
    # The run ended before the verdict. Either the compiler did it, or the task's own tests or reference.
    compiled = compile_parts(code, tests.kind, lambda source: compile_one(source, limits))
    blame: Event = {"event": "compiled", "result": compiled.to_json()}
    if compiled.ok:
        events = [event for event in outcome.events if event["event"] != "exhausted"]
        limit = "reached the time or memory limit" if len(events) < len(outcome.events) else outcome.cause
        return compiled, assemble([*events, {"event": "broken", "part": "tests", "message": limit}], None, outcome.wall_seconds)
    return compiled, assemble([*outcome.events, blame], None, outcome.wall_seconds)


@cache
def _scorer() -> "Scorer":
    """Made before the first fork, with the API table read: else each child would read it for itself."""
    from scorers.scorer import Scorer  # a worker that is asked to compile only starts without it

    scorer = Scorer()
    scorer.score('local part = Instance.new("Part")\npart.Touched:Connect(function(other) print(other.Name, part.Naem) end)')
    return scorer


def _score(found: Sequence[Part], results: Sequence[CompileResult], limits: Limits) -> dict[str, Any] | None:
    """The static score, or None where computing it ran into the limits."""
    scorer = _scorer()

    def job(emit: Emit) -> None:
        reports = (scorer.score(part.source, compiled=result) for part, result in zip(found, results, strict=True))
        emit(merged(list(zip(found, reports, strict=True))).to_json())

    outcome = checked(job, limits)
    return outcome.events[0] if outcome.events else None


def main() -> None:
    """Serve requests until the input ends."""
    # The protocol keeps a private descriptor: the VM writes lines of its own to standard output.
    protocol = os.fdopen(os.dup(1), "wb")
    null_fd = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_fd, 1)
    os.close(null_fd)
    # Ctrl-C reaches the whole process group. What then happens is for the parent to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for line in sys.stdin.buffer:
            protocol.write(json.dumps(_reply(line)).encode() + b"\n")
            protocol.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody waits for the answer any more: not even the flush at exit


def _reply(line: bytes) -> dict[str, Any]:
    """Answer one line. An exception is a reply too: the pool raises it where the caller waits."""
    try:
        return {"value": answer(json.loads(line))}
    except ScorersError as error:
        return {"error": str(error), "kind": type(error).__name__, "hint": error.hint}
    except Exception:
        return {"error": traceback.format_exc(), "kind": WorkerFailed.__name__, "hint": ""}


if __name__ == "__main__":
    main()
