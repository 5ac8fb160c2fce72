"""A judged round over a loopback server: the part of `bench_engine` that needs the fakes of the tests."""

import io
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import PropertyMock, patch

from rich.console import Console

from eval.task import Task, load_tasks
from rft import selection
from rft.config import parse_config
from rft.engine import Engine
from rft.inputs import task_folder
from rft.judging.opening import open_judge
from rft.judging.rounds import LoopJudge
from rft.sampling_stages import Inputs
from rft.store import RunPaths, open_for_writing
from rft.throughput import read_throughput
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate
from tests.fakes.messages_api import GOOD_KEY, MessagesServer, by_hash

TASKS, PER_TASK = 12, 8
SECONDS_PER_CANDIDATE = 0.06
LATENCY = 0.5
"""Seconds of an opinion. Of a real one more like six, and of a real candidate more than a second: the ratio is what counts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A round's wall time and waits in seconds, and the keys of what it kept."""

    seconds: float
    sampling: float
    judging: float
    kept: Mapping[str, int]


class SlowSource:
    """Three of four replies are right, each in its own way; each takes its time."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        for prompt in request.prompts:
            for index in prompt.indices:
                time.sleep(SECONDS_PER_CANDIDATE)
                code = self._tasks[prompt.task].reference if index % 4 else "return nil"
                text = f"```luau\n-- attempt {index}\n{code}\n```"
                yield Candidate(request.stage, prompt.task, index, f"{prompt.task} {index}", text, 100, "stop")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def judged_round(*, beside: bool) -> Judged:
    """One round, judged beside the sampling or after it."""
    tasks = load_tasks(task_folder("builtin:quickstart"))[:TASKS]
    source = SlowSource({task.id: task for task in tasks})
    with (
        tempfile.TemporaryDirectory() as folder,
        MessagesServer(decide=_good, latency=LATENCY) as server,
        patch.dict(os.environ, {"ANTHROPIC_API_KEY": GOOD_KEY, "NO_PROXY": "127.0.0.1"}),
        patch("rft.sampling_stages.source_of_rounds", lambda *_: source),
        patch.object(LoopJudge, "asks_beside_sampling", PropertyMock(return_value=beside)),
    ):
        return _round(Path(folder), server, tasks)


def _round(folder: Path, server: MessagesServer, tasks: tuple[Task, ...]) -> Judged:
    paths = RunPaths(folder, "overlap")
    judge = {"backend": "claude", "base_url": server.url, "concurrency": 4}
    config = parse_config({"sampling": {"n": PER_TASK}, "judge": judge}, source="bench")
    inputs = Inputs(tasks, (), (TrainingRow("ask", "answer"),), Path("model"), "base")
    console = Console(file=io.StringIO())
    with (
        open_for_writing(paths) as store,
        open_judge(config, paths, tasks, lambda _: None) as opened,
        View(console, paths.events) as view,
    ):
        engine = Engine(config, inputs, paths, store, view, opened)
        kept = selection.best_of_n(engine.sample("round-1", tasks, None, 1), config.reward.keep_at).kept
    found = read_throughput(paths.metrics)["round-1"]
    return Judged(found.seconds, found.sampling_seconds, found.judging_seconds, {task: best.index for task, best in kept.items()})


def _good(body: dict[str, Any]) -> dict[str, Any]:
    return {**by_hash(body), "flags": []}
