"""Progress of a run: said lines, a panel on a terminal, and every event in the run's log."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.text import Text

from rft.view.facts import Facts, Seen, Watch
from rft.view.panel import panel
from rft.view.pinned import Pinned
from rft.view.stage import Stage
from rft.view.ticker import Ticker


class View:
    """Progress of one run. Use as a context manager. Where nobody watches at a terminal it is lines, and no more.

    `watch` looks at what only the run's store and the machine know; without one the panel shows the stages alone.
    """

    def __init__(self, console: Console, events: Path, watch: Watch | None = None) -> None:
        self._console, self._events, self._watch = console, events, watch
        self._started = time.monotonic()
        self._stages: list[Stage] = []
        self._latest, self._seen = "", Seen()
        self._is_live = is_live(console)
        self._pinned = Pinned(console, self._lines)
        self._ticker = Ticker(self._tick, watch or nullcontext())

    def __enter__(self) -> Self:
        if self._is_live:
            self._pinned.start()
            self._ticker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_live:
            try:
                self._ticker.stop()
            finally:  # a second Ctrl-C comes while the thread ends
                self._pinned.stop()

    @property
    def width(self) -> int:
        """Columns of the terminal, or of what a pipe is taken for."""
        return self._console.width

    def say(self, text: str, **facts: Any) -> None:
        """One line for the person, one event for the log."""
        with self._pinned.lock:
            self._console.print(text, highlight=False, soft_wrap=True, markup=False)
        self.event("said", text=text, **facts)

    def event(self, event: str, **facts: Any) -> None:
        """Append one event to events.jsonl."""
        with self._events.open("a") as file:
            file.write(json.dumps({"time": round(time.time(), 3), "event": event, **facts}) + "\n")

    def stage(self, name: str, total: int, done: int = 0) -> Stage:
        """Begin to show a stage of `total` things of which `done` were found finished."""
        self.event("stage", name=name, total=total, done=done)
        stage = Stage(name, total, done, None if self._is_live else self._tell, self._stages.remove)
        self._stages.append(stage)
        if self._watch is not None and name in self._watch.planned:
            self._latest = name
        return stage

    def _tell(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)

    def _tick(self) -> None:
        if self._watch is not None:
            self._seen = self._watch.look([stage.name for stage in tuple(self._stages)])
        self._pinned.draw()

    def _lines(self, width: int, height: int) -> list[Text]:
        stages = tuple(stage.facts() for stage in tuple(self._stages))
        run, planned = ("", ()) if self._watch is None else (self._watch.run, self._watch.planned)
        seconds = time.monotonic() - self._started
        return panel(Facts(run, seconds, planned, self._latest, stages, self._seen), width, height)


def is_live(console: Console) -> bool:
    """Whether lines can be drawn over each other: on a terminal that moves its cursor and knows more than ASCII, and not where
    colours are merely forced into a pipe, or COLUMNS says that there are none."""
    return console.is_interactive and console.file.isatty() and console.width > 0 and not console.options.ascii_only
