"""Scores candidates in worker processes as they arrive, each distinct answer once, every score durable."""

import hashlib
import json
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from eval.task import Task
from rft.errors import RftError
from rft.rewards import Facts
from rft.store import RunStore
from rollouts.store import Candidate
from scorers import SCORERS, SCORERS_VERSION, ScoreReport
from scorers.compiler import compiler_version
from scorers.errors import WorkerFailed
from scorers.execution import Evaluation, LuauPool
from scorers.extraction import ExtractedCode, extract_answer


def extracted(candidate: Candidate, task: Task) -> ExtractedCode:
    """The answer in a candidate's reply, in the form that the task asks for."""
    return extract_answer(candidate.text, task.kind, finish_reason=candidate.finish_reason)


def score_key(code: str, task: Task) -> str:
    """What a score depends on: a fixed test or an upgrade of a scorer, the compiler or the world rescores, and never
    resamples."""
    facts = [code, task.fingerprint(), SCORERS_VERSION, compiler_version()]
    if task.world:
        facts.append(_world_version())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


@cache
def _world_version() -> str:
    """A hash of what the world and the harness are made of."""
    root = Path(str(resources.files("scorers")))
    digest = hashlib.sha256()
    for folder in (root / "execution", root / "roblox"):
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".luau", ".json")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


class ScoringError(RftError):
    """A candidate could not be evaluated, or what is asked for was not scored."""


UNSCORABLE = ScoreReport(compiles=None, scores=dict.fromkeys(SCORERS, 0.0), diagnostics=())


class Scoring:
    """Evaluations on their way. A context manager; leaving it waits for nothing, because what is missing is asked again."""

    def __init__(self, store: RunStore, log: Path | None = None) -> None:
        self._store = store
        self._pool = LuauPool(log=log)
        self._running: deque[tuple[str, str, Task, Future[Evaluation]]] = deque()
        self._asked: set[str] = set()

    def submit(self, candidate: Candidate, task: Task) -> None:
        """Have the candidate evaluated unless the store or the queue already has its answer; store what is ready."""
        code = extracted(candidate, task).code
        key = score_key(code, task)
        if key not in self._asked and self._store.score(key) is None:
            self._asked.add(key)
            self._running.append((key, code, task, self._pool.submit_evaluate(code, task.executable())))
        while self._running and self._running[0][3].done():
            self._store_next()

    def finish(self) -> None:
        """Wait for all that was submitted. Raises ScoringError when a candidate cannot be evaluated."""
        while self._running:
            self._store_next()

    def _store_next(self) -> None:
        key, code, task, future = self._running.popleft()
        self._store.add_score(key, self._settled(code, task, future).to_json())

    def _settled(self, code: str, task: Task, future: "Future[Evaluation]") -> Evaluation:
        """An evaluation that says how many cases there are, and that has static scores.

        A worker that could not answer, or ran into its limits before the tests were counted, is asked once more: on a busy
        machine that happens. Code that breaks a scorer for good has no static merit; that is a fact about the code.
        """
        try:
            evaluation = future.result()
        except WorkerFailed:
            evaluation = self._pool.evaluate(code, task.executable(), static=False)
        if evaluation.execution is None or evaluation.execution.total == 0 or evaluation.static is None:
            evaluation = self._again(code, task)
        if evaluation.execution is None or evaluation.execution.total == 0:
            raise ScoringError(
                f"the tests of task {task.id} could not be run.",
                hint="Run the same command again; if it stays, look at the task with `rft tasks check`.",
            )
        return replace(evaluation, static=evaluation.static or UNSCORABLE)

    def _again(self, code: str, task: Task) -> Evaluation:
        try:
            return self._pool.evaluate(code, task.executable())
        except WorkerFailed:
            return self._pool.evaluate(code, task.executable(), static=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()


def facts_of(store: RunStore, candidate: Candidate, task: Task) -> Facts:
    """What the store knows of a scored candidate. Raises ScoringError when it was not scored: a missing score is no zero."""
    answer = extracted(candidate, task)
    stored = store.score(score_key(answer.code, task))
    evaluation = None if stored is None else Evaluation.from_json(stored)
    if evaluation is None or evaluation.static is None or evaluation.execution is None:
        raise ScoringError(
            f"candidate {candidate.index} of {candidate.task} in {candidate.stage} has no score by these scorers and tests.",
            hint="`rft resume` scores what is missing; of a finished run docs/runs holds what it measured.",
        )
    return Facts(evaluation.static, evaluation.execution, answer.truncated)
