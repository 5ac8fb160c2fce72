"""A pool of worker processes that compile, run and score Luau."""

import atexit
import json
import os
import queue
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
from scorers.execution.report import ExecutionReport, Status
from scorers.execution.tests import Tests

_STAGES = 6
"""A request has at most six children one after the other (a zygote and its answer, a run, compilations, the score), each with
the wall limit, and as many more for each script of a batch."""
_START_SECONDS = 30.0
_CODE_RUNS_IN_WORKER = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class _Task:
    request: dict[str, Any]
    convert: Callable[[Any], Any]
    after_crash: Callable[[], Any]
    future: Future[Any]


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
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
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
        request = {"kind": "evaluate", "code": code, "tests": tests and _text(tests), "static": static}
        return self._submit(request, limits, Evaluation.from_json, lambda: _crashed_evaluation(tests))

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
        return self._submit({"kind": "compile", "code": code}, None, CompileResult.from_json, _aborted)

    def submit_score_many(self, codes: Sequence[str], options: ScoringOptions | None = None) -> Future[ScoredBatch]:
        """Score scripts in one worker.

        A worker that dies twice on the same scripts is a WorkerDied on the future.

        Raises:
            PoolClosed: the pool was closed.
        """
        request = {"kind": "score_many", "codes": list(codes), "options": asdict(options or ScoringOptions())}
        return self._submit(request, None, lambda value: ScoredBatch(value["reports"], value["without_compiler"]), _batch_aborted)

    def _submit(
        self,
        request: dict[str, Any],
        limits: Limits | None,
        convert: Callable[[Any], Any],
        after_crash: Callable[[], Any],
    ) -> Future[Any]:
        future: Future[Any] = Future()
        task = _Task({**request, "limits": (limits or self.limits).to_json()}, convert, after_crash, future)
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
            self._queue.put(task)
        return future

    def _serve(self, process: WorkerProcess) -> None:
        while (task := self._queue.get()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                task.future.set_result(self._answer(process, task))
            except Exception as error:
                # The thread's boundary: the error belongs to whoever waits for the future.
                task.future.set_exception(error)
        process.close()

    def _answer(self, process: WorkerProcess, task: _Task) -> Any:
        stages = _STAGES + _STAGES * len(task.request.get("codes", ()))
        seconds = stages * task.request["limits"]["wall_seconds"] + _START_SECONDS
        try:
            return task.convert(process.ask(task.request, seconds=seconds))
        except WorkerDied:
            if self._closed:
                raise
            if _CODE_RUNS_IN_WORKER:
                return task.after_crash()
        return task.convert(process.ask(task.request, seconds=seconds))

    def close(self) -> None:
        """Cancel what waits, finish what runs, end all workers. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            while not self._queue.empty():
                task = self._queue.get()
                if task is not None:
                    task.future.cancel()
            for _ in self._threads:
                self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@lru_cache(maxsize=16)
def _text(tests: Tests) -> str:
    """Of many answers to one task the tests are the same."""
    return json.dumps(tests.to_json())


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
