"""What a person sees of a run: a live line on a terminal, plain lines in a pipe, and every event in the run's log."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

ESTIMATE_SHARE = 0.1
"""Part of a stage that must be finished before its time left is guessed: the first candidates to end are the short ones."""
LINE_SECONDS = 15.0
"""In a pipe a stage says how far it is at most this often."""


def progress_bar(console: Console) -> Progress:
    """A bar with count, `rate` (a field of each task), elapsed time and time left; nothing where there is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


class View:
    """Progress of one run. Use as a context manager."""

    def __init__(self, console: Console, events: Path) -> None:
        self._console = console
        self._events = events
        self._progress = progress_bar(console)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    @property
    def width(self) -> int:
        """Columns of the terminal, or of what a pipe is taken for."""
        return self._console.width

    def say(self, text: str, **facts: Any) -> None:
        """One line for the person, one event for the log."""
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
        self.event("said", text=text, **facts)

    def event(self, event: str, **facts: Any) -> None:
        """Append one event to events.jsonl."""
        with self._events.open("a") as file:
            file.write(json.dumps({"time": round(time.time(), 3), "event": event, **facts}) + "\n")

    def stage(self, name: str, total: int, done: int = 0) -> "Stage":
        """Begin to show a stage of `total` things of which `done` were found finished."""
        self.event("stage", name=name, total=total, done=done)
        return Stage(name, total, done, self._console, self._progress)


class Stage:
    """How far one stage is. `unit` counts per second are shown as its rate."""

    def __init__(self, name: str, total: int, done: int, console: Console, progress: Progress) -> None:
        self._name, self._total, self.done = name, total, done
        self._console, self._progress = console, progress
        self._started = self._said = time.monotonic()
        self._first = done
        self._units = 0
        self._bar: TaskID = progress.add_task(name, total=total, completed=done, rate="")

    def advance(self, count: int = 1, note: str = "") -> None:
        """`count` more things are finished."""
        self.done += count
        self._progress.update(self._bar, completed=self.done)
        self._refresh(note)

    def work(self, units: int, unit: str) -> None:
        """`units` (tokens, say) were worked on, whether or not a thing is finished."""
        self._units += units
        self._refresh(f"{self._units / self.seconds:.0f} {unit}/s")

    @property
    def seconds(self) -> float:
        """Since the stage began."""
        return max(1e-6, time.monotonic() - self._started)

    def _refresh(self, note: str) -> None:
        if note:
            self._progress.update(self._bar, rate=note)
        if not self._console.is_terminal and time.monotonic() - self._said >= LINE_SECONDS:
            self._said = time.monotonic()
            left = self._left()
            tail = f", about {left:.0f} s left" if left is not None else ""
            self._console.print(
                f"  {self._name}: {self.done} of {self._total}{', ' + note if note else ''}{tail}", highlight=False
            )

    def _left(self) -> float | None:
        fresh = self.done - self._first
        if fresh < ESTIMATE_SHARE * (self._total - self._first):
            return None
        return self.seconds / fresh * (self._total - self.done)

    def close(self) -> None:
        """Take the stage's bar away."""
        self._progress.remove_task(self._bar)
