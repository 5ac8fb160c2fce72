"""The worker process: `python -P -m scorers.execution.worker`. One JSON request a line in, one JSON reply a line out.

Every script is compiled, run and scored in a forked child: of this process, or of the one that has the world. The worker ends by
itself when its input closes, that is when the process that started it is gone.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from scorers.compiler import CompileResult
from scorers.errors import ScorersError, WorkerFailed
from scorers.execution.batch import compile_one, score_many
from scorers.execution.evaluation import Evaluation
from scorers.execution.isolation import Emit, isolate
from scorers.execution.limits import Limits
from scorers.execution.options import ScoringOptions
from scorers.execution.parts import Part, merged, no_answer, parts, verdict_on
from scorers.execution.report import ExecutionReport
from scorers.execution.running import Answer, report_without_answer, run_answers
from scorers.execution.tests import Tests

if TYPE_CHECKING:
    from scorers.scorer import Scorer


def answer(request: Mapping[str, Any]) -> Any:
    """Do one request about `codes` within `limits`.

    `compile` and `evaluate` (without tests; `static`: whether to score) take one. `run` takes answers to one task (`tests`: JSON
    in a text; `static`), `score_many` scripts (`options`): each gives as many results.
    """
    limits = Limits(**request["limits"])
    kind = request["kind"]
    if kind == "score_many":
        return score_many(request["codes"], ScoringOptions(**request["options"]), limits)
    if kind == "run":
        return _run(request["codes"], _tests(request["tests"]), limits, static=request["static"])
    (code,) = request["codes"]
    result = compile_one(code, limits)
    if kind == "compile":
        return result.to_json()
    return _evaluation([Part("", code)], [result], None, limits, static=request["static"])


def _run(codes: Sequence[str], tests: Tests, limits: Limits, *, static: bool) -> list[dict[str, Any]]:
    """The evaluations of answers to one task, in order."""
    read = [_read(code, tests) for code in codes]
    ran = iter(run_answers([answer for answer in read if isinstance(answer, Answer)], tests, limits))
    evaluations = []
    for answer in read:
        if isinstance(answer, Answer):
            results, report = next(ran)
            evaluations.append(_evaluation(answer.parts, results, report, limits, static=static))
        else:
            report = report_without_answer(tests, limits, answer)
            evaluations.append(Evaluation(answer, report, no_answer(answer.message or "")).to_json())
    return evaluations


def _read(code: str, tests: Tests) -> Answer | CompileResult:
    """The answer in a text, or why it holds none of its kind."""
    try:
        return Answer(code, parts(code, tests.kind))
    except ValueError as error:
        return CompileResult(ok=False, message=str(error))


@lru_cache(maxsize=4)
def _tests(text: str) -> Tests:
    return Tests.from_json(json.loads(text))


def _evaluation(
    found: Sequence[Part], results: Sequence[CompileResult], report: ExecutionReport | None, limits: Limits, *, static: bool
) -> dict[str, Any]:
    return {
        "compiled": verdict_on(zip(found, results, strict=True)).to_json(),
        "execution": report and report.to_json(),
        "static": _score(found, results, limits) if static else None,
    }


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

    outcome = isolate(job, limits)
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
