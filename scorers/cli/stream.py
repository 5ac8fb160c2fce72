"""Scores a stream of scripts over processes, in order and in constant memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from scorers.cli.problems import Problem, ScorerFailed
from scorers.errors import ScorersError
from scorers.execution.options import ScoringOptions
from scorers.execution.pool import LuauPool, ScoredBatch

_MAX_SCRIPTS = 64
_MAX_CHARACTERS = 1 << 18
"""A batch of 64 scripts takes about 60 ms, which makes a fork and a round trip of about 2 ms cheap."""
_BATCHES_PER_WORKER = 3


class Script(Protocol):
    """What is scored: its `code`, and the `name` under which a person knows it."""

    @property
    def name(self) -> str: ...

    @property
    def code(self) -> str: ...


S = TypeVar("S", bound=Script)
Pending = tuple[list[S], Future[ScoredBatch]]


def score_stream(
    scripts: Iterable[S], *, workers: int, options: ScoringOptions, notice: Callable[[str], None]
) -> Generator[tuple[S, dict[str, Any]]]:
    """Yield each script with its report (`ScoreReport.to_json`), in order.

    At most three batches a worker are in flight. When `scripts` raises a Problem, the scripts before it are finished
    and yielded first.

    Args:
        notice: Called once, with the reason, where the compiler should be asked and cannot be.

    Raises:
        Problem: raised by `scripts`.
        ScorerFailed: a worker failed, twice on the same batch if it died.
    """
    told = False
    with LuauPool(workers) as pool:
        submitted = (
            (batch, pool.submit_score_many([script.code for script in batch], options)) for batch in _batches(scripts, workers)
        )
        for batch, future in _in_order(submitted, workers * _BATCHES_PER_WORKER):
            answer = _answer(batch, future)
            if answer.without_compiler and not told:
                notice(answer.without_compiler)
                told = True
            yield from zip(batch, answer.reports, strict=True)


def _batches(scripts: Iterable[S], workers: int) -> Iterator[list[S]]:
    """Batches that grow, so that few scripts are spread over the workers too. A Problem comes after what was before it."""
    batch: list[S] = []
    size = 0
    count = 0
    try:
        for script in scripts:
            batch.append(script)
            size += len(script.code)
            if len(batch) >= min(_MAX_SCRIPTS, 1 + count // workers) or size >= _MAX_CHARACTERS:
                yield batch
                batch, size, count = [], 0, count + 1
    except Problem:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _in_order(submitted: Iterable[Pending[S]], room: int) -> Iterator[Pending[S]]:
    """Let at most `room` batches wait, and hand on the oldest first. A Problem comes after what was before it."""
    waiting: deque[Pending[S]] = deque()
    problem = None
    try:
        for pending in submitted:
            waiting.append(pending)
            while len(waiting) > room or (waiting and waiting[0][1].done()):
                yield waiting.popleft()
    except Problem as raised:
        problem = raised
    yield from waiting
    if problem is not None:
        raise problem


def _answer(batch: list[S], future: Future[ScoredBatch]) -> ScoredBatch:
    try:
        return future.result()
    except ScorersError as error:
        scripts = batch[0].name if len(batch) == 1 else f"{batch[0].name} to {batch[-1].name}"
        raise ScorerFailed(f"{scripts}: {error}.", hint=error.hint) from error
