"""A run of the real loop in this process, and every durable write of it seen before it happens.

Whatever would take a child process is done here by stand-ins that are functions of what they are asked, and that count what
they do: candidates drawn, answers evaluated, optimizer steps. All else is real: inputs, store, engine, gate, adapters, link,
exports, log page.

Writes are not listed by hand. Python's audit events tell of every file that is opened for writing, renamed, linked, removed or
made within the run's workspace, and the connection tells of every commit.
"""

import hashlib
import importlib.metadata
import io
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from rich.console import Console

import eval.gate
import rft.inputs
import rft.run
import rft.training.adapter
from checkpoints.adapter import CONFIG, WEIGHTS
from rft.config import QUICKSTART, load_config
from rft.errors import InputError
from rft.store import RunPaths, open_for_reading
from rollouts.local import LocalSource
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate
from scorers import SCORERS, ScoreReport
from scorers.compiler import CompileResult
from scorers.execution import Evaluation, ExecutionReport, LuauPool, Status
from tests.rft.world import write_workspace

NAME = "small"
RIGHT = "f=type"
SHRUNK = {"steps = 40": "steps = 2", "rounds = 1": "rounds = 2", "[data]": "[gate]\nalpha = 0.5\n\n[data]\nlimit = 6"}
CASES = 3
COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class Write:
    """A durable write that is about to happen (`commit`, or the name of an audit event), or a commit that has (`committed`)."""

    kind: str
    subject: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


@dataclass
class Work:
    """What was done: how often each candidate was drawn, each answer evaluated, each step of a stage trained."""

    drawn: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    evaluated: Counter[str] = field(default_factory=Counter)
    trained: Counter[str] = field(default_factory=Counter)


# Stand-ins


def _chance(*of: object) -> float:
    return int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:4]) / 2**32


def _is_right(stage: str, task: str, index: int) -> bool:
    """SFT passes half of the held-out tasks, the rounds' adapters all of them; in a round each task is another case."""
    if stage.startswith("benchmark"):
        return stage.startswith("benchmark-round") or (stage == "benchmark-sft" and task < "d")
    return (task[0], index) in {("b", 0), ("b", 1), ("c", 1), ("l", 0)}


def _drawn(work: Work, request: SampleRequest) -> Iterator[Candidate | Progress]:
    for prompt in request.prompts:
        for index in prompt.indices:
            asked = (request.policy.identity, request.stage, prompt.task, index, request.seed)
            key = hashlib.sha256(repr(asked).encode()).hexdigest()[:32]
            text = RIGHT if _is_right(request.stage, prompt.task, index) else f"f={key[:4]}"
            yield Progress(2)
            work.drawn[request.stage, prompt.task, index] += 1
            yield Candidate(request.stage, prompt.task, index, key, text, 2, "stop")


def _evaluation(code: str) -> Evaluation:
    passed = CASES if RIGHT in code else 0
    status = Status.PASSED if passed else Status.FAILED
    scores = {name: round(0.7 + 0.3 * _chance(code, name), 3) for name in SCORERS}
    return Evaluation(CompileResult(True), ExecutionReport(status, passed, CASES), ScoreReport(True, scores))


def _trained(work: Work, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    out, asked = Path(request["out"]), request["training"]
    stage = out.name.strip(".").removesuffix(".partial")
    steps = asked["config"]["steps"]
    for step in range(1, steps + 1):
        work.trained[stage] += 1
        yield {"kind": "step", "step": step, "steps": steps, "loss": 1 / step, "tokens": 8, "seconds": float(step)}
    out.mkdir(parents=True)
    (out / WEIGHTS).write_bytes(hashlib.sha256(json.dumps([asked["rows"], asked["seed"]]).encode()).digest() * 8)
    (out / CONFIG).write_text("{}\n")
    yield {
        "kind": "trained", "change_norm": 1.0, "validation_loss": 0.5, "final_loss": 0.1, "steps": steps, "resumed_at": 0,
        "best_step": None,
    }  # fmt: skip


@contextmanager
def stand_ins(work: Work) -> Iterator[None]:
    """No child processes: candidates, evaluations and adapters are made here, and counted in `work`. No flushing either: what a
    process has written outlives it without."""

    def submit(_pool: LuauPool, code: str, *_rest: Any, **_named: Any) -> "Future[Evaluation]":
        work.evaluated[code] += 1
        future: Future[Evaluation] = Future()
        future.set_result(_evaluation(code))
        return future

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalSource, "draw", lambda _source, request: _drawn(work, request))
        patch.setattr(LocalSource, "__enter__", lambda source: source, raising=False)
        patch.setattr(LocalSource, "__exit__", lambda _source, *_error: None, raising=False)
        patch.setattr(LuauPool, "submit_evaluate", submit)
        patch.setattr(rft.inputs, "check_references", lambda _tasks: [])
        patch.setattr(rft.training.adapter, "stream_child", lambda _module, request, _log: _trained(work, request))
        patch.setattr(importlib.metadata, "version", cache(importlib.metadata.version))
        patch.setattr(eval.gate, "smallest_visible_gain", lambda *_results, **_named: None)
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=SeenConnection))
        patch.setattr(rft.run, "render", lambda *_arguments: None)  # A quarter of the time.
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


# The run


def small_workspace(folder: Path) -> RunPaths:
    """A workspace whose run has two rounds and takes a fraction of a second with the stand-ins."""
    folder.mkdir(parents=True, exist_ok=True)
    write_workspace(folder)
    file = folder / "rft.toml"
    text = file.read_text()
    for before, after in SHRUNK.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    return RunPaths(folder, NAME)


def carry_on(paths: RunPaths, work: Work | None = None, *, said: list[str] | None = None) -> Work:
    """`rft run`, from wherever it stands, with the stand-ins; what it did. What it says is added to `said`."""
    work = work or Work()
    out = io.StringIO()
    with stand_ins(work), pytest.MonkeyPatch.context() as patch:
        patch.chdir(paths.workspace)
        rft.run.start(load_config(Path("rft.toml"), QUICKSTART, {}), paths, Console(file=out))
    if said is not None:
        said.append(out.getvalue())
    return work


# Seeing the writes


class SeenConnection(sqlite3.Connection):
    """A connection that tells of its commits, and of what was written in them."""

    subject = ""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if sql.startswith("PRAGMA synchronous"):
            sql = "PRAGMA synchronous = OFF"
        if sql.startswith("INSERT"):
            self.subject = f"{sql.partition(' INTO ')[2].split()[0]} {parameters[0]}"
        return super().execute(sql, parameters)

    def executescript(self, sql: str) -> sqlite3.Cursor:
        _tell(Write("commit", "tables"))
        cursor = super().executescript(sql)
        _tell(Write(COMMITTED, "tables"))
        return cursor

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> Any:
        if kind is not None:
            return super().__exit__(kind, error, trace)
        try:
            _tell(Write("commit", self.subject))
        except BaseException as raised:
            super().__exit__(type(raised), raised, raised.__traceback__)
            raise
        super().__exit__(None, None, None)
        _tell(Write(COMMITTED, self.subject))
        return None


WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND
_watched: list[tuple[str, Callable[[Write], None]]] = []


def _tell(write: Write) -> None:
    if _watched:
        _watched[0][1](write)


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watched:
        return
    root, tell = _watched[0]
    if event == "open":
        path, mode, flags = arguments
        if not (flags & WRITING):
            return
        event = f"open-{mode or 'fd'}"
    elif event in ("os.rename", "os.symlink", "os.link"):
        path = arguments[1]
    elif event in ("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"):
        path = arguments[0]
    else:
        return
    if isinstance(path, (str, os.PathLike)):
        place = str(Path.cwd() / path)
        if place.startswith(root):
            tell(Write(event, place.removeprefix(root).removeprefix("/").replace(str(os.getpid()), "PID")))


_hooked = False


@contextmanager
def watching(folder: Path, tell: Callable[[Write], None]) -> Iterator[None]:
    """Call `tell` before every write below `folder`, and after every commit. What it raises takes the place of the write."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_audited)  # It stays for the life of the process, and looks away while nobody watches.
        _hooked = True
    _watched.append((str(folder.resolve()), tell))
    try:
        yield
    finally:
        _watched.clear()


# What a run came to


@dataclass(frozen=True, slots=True)
class Held:
    """What a run's store and folders hold. Two runs that went the same way hold the same."""

    candidates: dict[tuple[str, str, int], tuple[str, ...]]
    scores: dict[str, str]
    facts: dict[str, Any]
    files: dict[str, bytes]
    link: str | None


def held(paths: RunPaths) -> Held:
    """Read off the store, the run's adapters and exports, the report and the link. Logs, metrics and events are left out: they
    tell what happened, and a run that was stopped has more to tell."""
    rows: list[tuple[Any, ...]] = []
    scores: dict[str, str] = {}
    facts: dict[str, Any] = {}
    with suppress(InputError), open_for_reading(paths) as store:  # There is none yet, or it is still empty.
        rows = store.connection.execute("SELECT * FROM candidates").fetchall()
        scores = dict(store.connection.execute("SELECT key, json FROM scores").fetchall())
        facts = {name: json.loads(text) for name, text in store.connection.execute("SELECT name, json FROM facts")}
    link = str(paths.latest.readlink()) if paths.latest.is_symlink() else None
    return Held({row[:3]: row[3:] for row in rows}, scores, facts, _files(paths), link)


TELLING = ("run.db", "lock", "events.jsonl", "metrics.jsonl", "logs")


def _files(paths: RunPaths) -> dict[str, bytes]:
    found = [file for file in paths.folder.rglob("*") if file.is_file()]
    kept = [file for file in found if not file.relative_to(paths.folder).parts[0].startswith(TELLING)]
    pages = [paths.log_page] if paths.log_page.is_file() else []
    return {file.relative_to(paths.workspace).as_posix(): _content(file) for file in (*kept, *pages)}


def _content(file: Path) -> bytes:
    """Without what the report says of the time it took, and of who drew how much of a round."""
    if file.name != "report.json":
        return file.read_bytes()
    try:
        report = json.loads(file.read_text())
    except ValueError:
        return b"torn"
    rounds = [{key: value for key, value in each.items() if key != "sampling"} for each in report["rounds"]]
    return json.dumps({**report, "rounds": rounds}).encode()


def essence(state: Held) -> Held:
    """What two real runs have in common that went the same way: all but times, and where a training was carried on."""
    facts = {name: timeless(fact) for name, fact in state.facts.items()}
    files = {name: content for name, content in state.files.items() if not name.endswith("report.json")}
    return replace(state, scores=dict.fromkeys(state.scores, ""), facts=facts, files=files)


def timeless(fact: Any) -> Any:
    """A fact without the step that a training was carried on from."""
    return {key: value for key, value in fact.items() if key != "resumed_at"} if isinstance(fact, dict) else fact
