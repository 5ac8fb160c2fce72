"""Scores candidates in worker processes as they arrive, each distinct answer once, every score durable."""

import hashlib
import json
from collections import Counter, deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eval.task import Task
from rft.entry import Entry
from rft.errors import RftError
from rft.rewards import Facts
from rft.store import RunStore
from rollouts.store import Candidate, FinishReason
from scorers import SCORERS, SCORERS_VERSION, ScoreReport
from scorers.compiler import compiler_version
from scorers.errors import WorkerFailed
from scorers.execution import Evaluation, LuauPool
from scorers.execution.tests import Kind
from scorers.extraction import ExtractedCode, extract_answer

MOST_RUNNING = 512
"""Evaluations on their way at once: candidates that are read from a file would all wait in memory, each with its task's tests."""


def extracted(candidate: Candidate, task: Task) -> ExtractedCode:
    """The answer in a candidate's reply, in the form that the task asks for."""
    return _answer(candidate.text, task.kind, candidate.finish_reason)


@lru_cache(maxsize=2048)
def _answer(text: str, kind: Kind, finish_reason: FinishReason) -> ExtractedCode:
    """Many candidates of a task say the same, and each is read when it is scored and when it is selected."""
    return extract_answer(text, kind, finish_reason=finish_reason)


class ScoreKeys:
    """The keys of a task's scores by code: what a score depends on. A fixed test or an upgrade of a scorer, the compiler or the
    world rescores, and never resamples."""

    def __init__(self, task: Task) -> None:
        world = [_world_version()] if task.world else []
        self._facts = [task.fingerprint(), SCORERS_VERSION, _compiler_version(), *world]

    def of(self, code: str) -> str:
        """The key of the code's score."""
        return hashlib.sha256(json.dumps([code, *self._facts]).encode()).hexdigest()[:32]


def score_key(code: str, task: Task) -> str:
    """The key of one score."""
    return ScoreKeys(task).of(code)


@cache
def _compiler_version() -> str:
    """Asking for it reads the package's metadata, which takes as long as scoring a short script."""
    return compiler_version()


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
        self._waiting: dict[str, list[str]] = {}
        self._pending: Counter[str] = Counter()
        self._stored: set[str] = set()
        self._keys: dict[str, ScoreKeys] = {}

    @property
    def is_full(self) -> bool:
        """Whether `submit` would have to wait."""
        return len(self._running) >= MOST_RUNNING

    def submit(self, candidate: Candidate, task: Task) -> None:
        """Have the candidate evaluated unless the store or the queue already has its answer."""
        code = extracted(candidate, task).code
        key = self._key(code, task)
        if key in self._stored:
            return
        if key not in self._waiting:
            if self._store.score(key) is not None:
                self._stored.add(key)
                return
            self.relieve()
            self._waiting[key] = []
            self._running.append((key, code, task, self._pool.submit_evaluate(code, task.executable())))
        self._waiting[key].append(task.id)
        self._pending[task.id] += 1

    def relieve(self) -> None:
        """Wait until there is room for one more."""
        while self.is_full:
            self._store_next()

    def collect(self) -> None:
        """Store what is ready."""
        while self._running and self._running[0][3].done():
            self._store_next()

    def is_scored(self, task: str) -> bool:
        """Whether all that was submitted of the task is stored."""
        return not self._pending[task]

    def finish(self) -> None:
        """Wait for all that was submitted. Raises ScoringError when a candidate cannot be evaluated."""
        while self._running:
            self._store_next()

    def _key(self, code: str, task: Task) -> str:
        if task.id not in self._keys:
            self._keys[task.id] = ScoreKeys(task)
        return self._keys[task.id].of(code)

    def _store_next(self) -> None:
        key, code, task, future = self._running.popleft()
        self._store.add_score(key, self._settled(code, task, future).to_json())
        self._stored.add(key)
        self._pending.subtract(self._waiting.pop(key))

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
    return _facts(store.score(score_key(answer.code, task)), candidate, answer)


def entries_of(store: RunStore, stage: str, task: Task, upto: int | None = None) -> list[Entry]:
    """All scored candidates of a task in a stage, or those of the first `upto` indices, by index. Raises ScoringError.

    One task at a time: a stage may hold more than fits in memory.
    """
    keys, facts = ScoreKeys(task), dict[tuple[str, bool], Facts]()
    entries = []
    for candidate in store.candidates.of_task(stage, task.id):
        if upto is None or candidate.index < upto:
            answer = extracted(candidate, task)
            same = (answer.code, answer.truncated)
            if same not in facts:
                facts[same] = _facts(store.score(keys.of(answer.code)), candidate, answer)
            entries.append(Entry(candidate, task, answer.code, facts[same]))
    return entries


def _facts(stored: Mapping[str, Any] | None, candidate: Candidate, answer: ExtractedCode) -> Facts:
    evaluation = None if stored is None else Evaluation.from_json(stored)
    if evaluation is None or evaluation.static is None or evaluation.execution is None:
        raise ScoringError(
            f"candidate {candidate.index} of {candidate.task} in {candidate.stage} has no score by these scorers and tests.",
            hint="`rft resume` scores what is missing; of a finished run docs/runs holds what it measured.",
        )
    return Facts(evaluation.static, evaluation.execution, answer.truncated)
