"""An engine whose candidates come from a table, with the real scorers: which task answers what at which index."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from rich.console import Console

from eval.task import Task
from judges import JudgePaused
from rft.engine import Engine
from rft.entry import Entry
from rft.judging.opinions import JudgedRound, Opinion, RoundJudge
from rft.sampling_stages import Inputs
from rft.store import RunPaths, RunStore
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate
from tests.rft.world import a_config, a_task

RIGHT, WRONG = "return type", "return tostring"
HELD_OUT = a_task("held-out", reference="return function(a, b, c) return a * b + c / 2 - a end", number=9)

Answer = Callable[[str, int], str | None]
"""The reply of a task at an index; None where the source has no such candidate."""


def right(number: int) -> str:
    """A right answer unlike those of other numbers."""
    return f"-- {number}\n{RIGHT}"


class Stop(Exception):
    """The process ends here."""


@dataclass
class TableSource:
    """A source (`rollouts.source.Source`) that answers from a table, in order.

    Stops before its `stop_at`-th candidate. Before the last one of a request it gives progress and nothing else until `awaited`
    stands in the log.
    """

    answer: Answer
    log: list[str] = field(default_factory=list)
    stop_at: int | None = None
    awaited: str = ""
    drawn: list[tuple[str, int]] = field(default_factory=list)

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        places = [(prompt.task, index) for prompt in request.prompts for index in prompt.indices]
        for task, index in places:
            if len(self.drawn) == self.stop_at:
                raise Stop
            while self.awaited and (task, index) == places[-1] and self.awaited not in self.log:
                yield Progress(1)
            if (text := self.answer(task, index)) is not None:
                self.drawn.append((task, index))
                self.log.append(f"drew {task} {index}")
                yield Candidate(request.stage, task, index, f"{task}-{index}", text, 3, "stop")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.log.append("source closed")


@dataclass
class FakeJudge:
    """A judge (`RoundJudge`) that writes down what it is given and when; `leaves_out` gets no opinion, `pauses` at its end."""

    log: list[str] = field(default_factory=list)
    leaves_out: str = ""
    pauses: bool = False
    asked: list[str] = field(default_factory=list)
    rounds: int = 0

    def begin(self, _stage: str, _tasks: int, _view: View) -> Self:
        self.rounds += 1
        self.asked = []
        return self

    def add(self, entries: Sequence[Entry]) -> None:
        if entries:
            self.log.append(f"judge got {entries[0].task.id}")
        self.asked += [entry.candidate.key for entry in entries if entry.facts.eligible]

    def finish(self) -> JudgedRound:
        self.log.append("judge is waited for")
        if self.pauses:
            raise JudgePaused("the budget is used up.", hint="Raise it.")
        return JudgedRound("fake", {key: Opinion(0.5, 1, "because") for key in self.asked if key != self.leaves_out}, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def tasks_of(*names: str) -> tuple[Task, ...]:
    return tuple(a_task(name, number=i) for i, name in enumerate(names))


def engine_of(
    paths: RunPaths, store: RunStore, tasks: Sequence[Task], judge: RoundJudge | None = None, **sampling: Any
) -> Engine:
    """An engine of these tasks."""
    config: Mapping[str, Any] = {"model": "tiny-random", "sampling": sampling}
    if judge is not None:
        config = {**config, "judge": {"backend": "claude"}}
    inputs = Inputs(tuple(tasks), (HELD_OUT,), (TrainingRow("ask", "answer"),), Path("model"), "base")
    view = View(Console(file=io.StringIO()), paths.events)
    return Engine(a_config(**config), inputs, paths, store, view, judge)


def use_source(monkeypatch: pytest.MonkeyPatch, source: TableSource) -> TableSource:
    """Have the rounds draw from it."""
    monkeypatch.setattr("rft.sampling_stages.source_of_rounds", lambda *_: source)
    return source
