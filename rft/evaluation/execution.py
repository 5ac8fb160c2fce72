"""Runs answers in the sandbox, as many at once as its pool has workers."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType
from typing import Self

from eval.external.row import Row
from rft.errors import RftError
from rft.evaluation.figures import Result, first_failure
from scorers.errors import WorkerFailed
from scorers.execution import Evaluation, LuauPool, Status
from scorers.extraction import ExtractedCode


class Execution:
    """Answers on their way through the sandbox. Use as a context manager."""

    def __init__(self) -> None:
        self._pool = LuauPool()
        self._running: deque[tuple[Row, int, ExtractedCode, Future[Evaluation]]] = deque()

    def submit(self, row: Row, index: int, answer: ExtractedCode) -> None:
        """Have an answer run."""
        self._running.append((row, index, answer, self._run(row, answer)))

    def done(self) -> Iterator[Result]:
        """The results that are there, in the order in which their answers were submitted."""
        while self._running and self._running[0][3].done():
            yield self._next()

    def finish(self) -> Iterator[Result]:
        """The results of all that was submitted. Raises RftError when tests could not be run."""
        while self._running:
            yield self._next()

    def _run(self, row: Row, answer: ExtractedCode) -> "Future[Evaluation]":
        return self._pool.submit_evaluate(answer.code, row.tests, static=False)

    def _next(self) -> Result:
        row, index, answer, future = self._running.popleft()
        evaluation = self._settled(row, answer, future)
        report = evaluation.execution
        if report is None or (report.total == 0 and report.status != Status.UNSUPPORTED):
            raise RftError(
                f"the tests of {row.id} could not be run: {first_failure(report) if report else 'no report'}.",
                hint="Run the same command again; if it stays, the row's tests are broken.",
            )
        compiles = bool(evaluation.compiled.ok)
        if answer.truncated:
            return Result(row.id, index, "truncated", 0, report.total, compiles, "the reply was cut off")
        return Result(row.id, index, report.status, report.passed, report.total, compiles, first_failure(report))

    def _settled(self, row: Row, answer: ExtractedCode, future: "Future[Evaluation]") -> Evaluation:
        """Asked once more where the worker failed or had no time to count the tests: on a busy machine that happens."""
        try:
            evaluation = future.result()
        except WorkerFailed:
            return self._run(row, answer).result()
        counted = evaluation.execution is not None and evaluation.execution.total > 0
        return evaluation if counted else self._run(row, answer).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()


def run_references(rows: Sequence[Row]) -> list[Result]:
    """The results of the references of all rows that have one and can run."""
    with Execution() as execution:
        for row in rows:
            if row.reference is not None and row.unsupported is None:
                execution.submit(row, 0, ExtractedCode(row.reference, fenced=True, truncated=False))
        return list(execution.finish())


def proved(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, of which those are unsupported whose reference does not pass here."""
    failed = {result.task: result for result in run_references(rows) if not result.passes}
    return tuple(
        replace(row, unsupported=f"its reference does not pass here: {failed[row.id].failure}") if row.id in failed else row
        for row in rows
    )
