"""A pool of worker processes that compile, run and score Luau."""

import atexit
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scorers.compiler import CompileResult
from scorers.errors import PoolClosed, WorkerDied
from scorers.execution.evaluation import Evaluation
from scorers.execution.limits import Limits
from scorers.execution.options import ScoringOptions
from scorers.execution.process import WorkerProcess
from scorers.execution.ready.shared import PLACES
from scorers.execution.report import ExecutionReport, Status
from scorers.execution.tests import Tests
from scorers.execution.waiting import Request, Waiting

_STAGES = 6
"""A request has at most six children one after the other (a zygote and its answer, a run, compilations, the score), each with
the wall limit, and as many more for each script of a batch."""
_START_SECONDS = 30.0
_CODE_RUNS_IN_WORKER = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """Reports as plain JSON (`ScoreReport.to_json`), in the order of the scripts. `without_compiler` says why the
    compiler was not asked although it should have been, or is None."""

    reports: list[dict[str, Any]]
    without_compiler: str | None


class LuauPool:
    """Worker processes behind a queue: one thread each, started at the first request. Use it as a context manager.

    Args:
        workers: Number of processes; the default is two, or one where there is one core.
        limits: What every script may use.
        log: Where the workers' standard error goes; without it, to the caller's.

    A worker that dies is replaced and its request tried once more. Code that kills its own sandbox is no such case:
    that is a result like any other.
    """

    def __init__(self, workers: int | None = None, *, limits: Limits | None = None, log: Path | None = None) -> None:
        self.limits = limits or Limits()
        self.workers = workers or min(2, os.cpu_count() or 1)
        self._waiting = Waiting(self.workers, PLACES)
        self._processes = [WorkerProcess(log) for _ in range(self.workers)]
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit_evaluate(
        self, code: str, tests: Tests | None, static: bool = True, *, limits: Limits | None = None
    ) -> Future[Evaluation]:
        """Compile `code`, run its tests if there are any and, if `static`, score it.

        Errors of the library itself (never of the code) are set on the future, as ScorersError.

        Raises:
            PoolClosed: the pool was closed.
        """
        body: dict[str, Any] = {"kind": "evaluate", "static": static}
        if tests is not None:
            body = {"kind": "run", "static": static, "tests": _text(tests)}
        return self._submit(body, (code,), limits, _evaluation, lambda: _crashed_evaluation(tests))

    def evaluate(self, code: str, tests: Tests | None, static: bool = True, *, limits: Limits | None = None) -> Evaluation:
        """Like `submit_evaluate`, and wait for the result."""
        return self.submit_evaluate(code, tests, static, limits=limits).result()

    def compile(self, code: str) -> CompileResult:
        """Like `submit_compile`, and wait for the verdict."""
        return self.submit_compile(code).result()

    def submit_compile(self, code: str) -> Future[CompileResult]:
        """Compile `code` in a worker.

        Errors of the library itself (never of the code) are set on the future, as ScorersError.

        Raises:
            PoolClosed: the pool was closed.
        """
        return self._submit({"kind": "compile"}, (code,), None, CompileResult.from_json, _aborted)

    def submit_score_many(self, codes: Sequence[str], options: ScoringOptions | None = None) -> Future[ScoredBatch]:
        """Score scripts in one worker.

        A worker that dies twice on the same scripts is a WorkerDied on the future.

        Raises:
            PoolClosed: the pool was closed.
        """
        body = {"kind": "score_many", "options": asdict(options or ScoringOptions())}
        return self._submit(body, tuple(codes), None, _scored_batch, _batch_aborted)

    def _submit(
        self,
        body: dict[str, Any],
        codes: tuple[str, ...],
        limits: Limits | None,
        convert: Callable[[Any], Any],
        after_crash: Callable[[], Any],
    ) -> Future[Any]:
        request = Request(body, codes, limits or self.limits, convert, after_crash, Future())
        with self._lock:
            if self._closed:
                raise PoolClosed("the pool of Luau workers is closed")
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._serve, args=(process,), name="luau-pool", daemon=True)
                    for process in self._processes
                ]
                for thread in self._threads:
                    thread.start()
            self._waiting.put(request)
        return request.future

    def _serve(self, process: WorkerProcess) -> None:
        while taken := self._waiting.take():
            requests = [request for request in taken if request.future.set_running_or_notify_cancel()]
            if len(requests) < 2 or not self._answer_together(process, requests):
                for request in requests:
                    self._answer(process, request)
        process.close()

    def _answer_together(self, process: WorkerProcess, requests: Sequence[Request]) -> bool:
        """Ask for several runs at once. False where that fails: then each is asked for by itself, so that only one of them
        has to do with the failure."""
        codes = [code for request in requests for code in request.codes]
        try:
            values = _ask(process, requests[0], codes)
            results = [request.convert([value]) for request, value in zip(requests, values, strict=True)]
        except Exception:
            # The thread's boundary: what is wrong shows again, and belongs to one of them.
            return False
        for request, result in zip(requests, results, strict=True):
            request.future.set_result(result)
        return True

    def _answer(self, process: WorkerProcess, request: Request) -> None:
        try:
            request.future.set_result(self._result(process, request))
        except Exception as error:
            # The thread's boundary: the error belongs to whoever waits for the future.
            request.future.set_exception(error)

    def _result(self, process: WorkerProcess, request: Request) -> Any:
        try:
            return request.convert(_ask(process, request, request.codes))
        except WorkerDied:
            if self._closed:
                raise
            if _CODE_RUNS_IN_WORKER:
                return request.after_crash()
        return request.convert(_ask(process, request, request.codes))

    def close(self) -> None:
        """Cancel what waits, finish what runs, end all workers. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _ask(process: WorkerProcess, request: Request, codes: Sequence[str]) -> Any:
    """The value of the reply to one request about `codes`."""
    seconds = _STAGES * (1 + len(codes)) * request.limits.wall_seconds + _START_SECONDS
    body = {**request.body, "codes": list(codes), "limits": request.limits.to_json()}
    return process.ask(body, seconds=seconds)


@lru_cache(maxsize=16)
def _text(tests: Tests) -> str:
    """Of many answers to one task the tests are the same."""
    return json.dumps(tests.to_json())


def _evaluation(value: Any) -> Evaluation:
    """Runs are asked for in lists."""
    return Evaluation.from_json(value[0] if isinstance(value, list) else value)


def _scored_batch(value: Any) -> ScoredBatch:
    return ScoredBatch(value["reports"], value["without_compiler"])


def _aborted() -> CompileResult:
    return CompileResult(ok=False, message="the compiler aborted on this code")


def _batch_aborted() -> Any:
    """Without a fork it cannot be told which script of the batch did it."""
    raise WorkerDied("the compiler aborted on one of several scripts", hint="leave the compiler out, or compile them singly")


def _crashed_evaluation(tests: Tests | None) -> Evaluation:
    """What is known where the code took the whole worker with it (no fork): the number of cases is not."""
    report = None if tests is None else ExecutionReport(Status.CRASHED, passed=0, total=0)
    return Evaluation(_aborted(), report, None)


@cache
def shared_pool() -> LuauPool:
    """The pool of the convenience functions: started when first used, closed at exit."""
    pool = LuauPool()
    atexit.register(pool.close)
    return pool
