"""Scores candidates in worker processes as they arrive, each distinct answer once, every score durable."""

import hashlib
import json
from collections import deque
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from eval.task import Task
from rft.rewards import Facts
from rft.store import RunStore
from rollouts.store import Candidate
from scorers import SCORERS_VERSION
from scorers.compiler import compiler_version
from scorers.execution import Evaluation, LuauPool
from scorers.extraction import ExtractedCode, extract_code


def extracted(candidate: Candidate) -> ExtractedCode:
    """The code in a candidate's reply."""
    return extract_code(candidate.text, finish_reason=candidate.finish_reason)


def score_key(code: str, task: Task) -> str:
    """What a score depends on: a fixed test or an upgrade of a scorer or the compiler rescores, and never resamples."""
    facts = [code, task.fingerprint(), SCORERS_VERSION, compiler_version()]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


class Scoring:
    """Evaluations on their way. A context manager; leaving it waits for nothing, because what is missing is asked again."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._pool = LuauPool()
        self._running: deque[tuple[str, Future[Evaluation]]] = deque()
        self._asked: set[str] = set()

    def submit(self, candidate: Candidate, task: Task) -> None:
        """Have the candidate evaluated unless the store or the queue already has its answer; store what is ready."""
        code = extracted(candidate).code
        key = score_key(code, task)
        if key not in self._asked and self._store.score(key) is None:
            self._asked.add(key)
            self._running.append((key, self._pool.submit_evaluate(code, task.executable())))
        while self._running and self._running[0][1].done():
            self._store_next()

    def finish(self) -> None:
        """Wait for all that was submitted. Raises ScorersError when a worker could not answer."""
        while self._running:
            self._store_next()

    def _store_next(self) -> None:
        key, future = self._running.popleft()
        self._store.add_score(key, future.result().to_json())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()


def facts_of(store: RunStore, candidate: Candidate, task: Task) -> Facts:
    """What the store knows of a scored candidate. Raises KeyError when it was not scored: a missing score is no zero."""
    answer = extracted(candidate)
    stored = store.score(score_key(answer.code, task))
    if stored is None:
        raise KeyError(f"{candidate.stage}/{candidate.task}/{candidate.index} has no score")
    evaluation = Evaluation.from_json(stored)
    if evaluation.static is None or evaluation.execution is None:
        raise KeyError(f"{candidate.stage}/{candidate.task}/{candidate.index} was scored without tests")
    return Facts(evaluation.static, evaluation.execution, answer.truncated)
