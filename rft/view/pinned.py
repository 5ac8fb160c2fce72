"""Lines that stay at the bottom of a terminal while others are printed above them.

rich's own Live wipes its lines and writes them again, which shows over a slow line, and it does not know that a terminal that
becomes narrower wraps what stands there. Here a line is written over the old one, nothing is written when nothing changed, and
what was wrapped is counted. The cursor stays visible: whatever ends the program, the terminal is as it was.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, redirect_stderr, redirect_stdout
from typing import TextIO, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.control import Control
from rich.file_proxy import FileProxy
from rich.segment import ControlType, Segment
from rich.text import Text

Lines = Callable[[int, int], Sequence[Text]]
"""The lines for a terminal of so many columns and lines; none may be as wide as the terminal."""
Code = tuple[ControlType, int]
ERASE_REST = Segment("\x1b[J", None, [(ControlType.ERASE_IN_LINE, 0)])
"""Erases from the cursor to the end of the screen."""


class Pinned(RenderHook):
    """The lines of one console. `lock` is held by whoever prints, so that what is printed and where it goes belong together."""

    def __init__(self, console: Console, lines: Lines) -> None:
        self.lock = threading.RLock()
        self._console, self._lines = console, lines
        self._drawing = Control()
        self._shown: tuple[int, Sequence[Text]] = (0, ())
        self._open = ExitStack()

    def start(self) -> None:
        """Begin to stand below what is printed, by `print` and on stderr too."""
        self._console.push_render_hook(self)
        self._open.callback(self._console.pop_render_hook)
        for redirect, stream in ((redirect_stdout, sys.stdout), (redirect_stderr, sys.stderr)):
            if stream.isatty() and not isinstance(stream, FileProxy):
                self._open.enter_context(redirect(cast(TextIO, _Above(self._console, stream, self.lock))))

    def draw(self) -> None:
        """Bring the lines up to date."""
        with self.lock:
            if self._shown != self._now():
                self._console.print(self._drawing, crop=False)

    def stop(self) -> None:
        """Take the lines away."""
        with self.lock, self._open:
            self._lines = _none
            self._console.print(self._drawing, crop=False)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Called by the console for all that it prints."""
        with self.lock:
            old, self._shown = self._shown, self._now()
        # Rows that a terminal has wrapped stay joined for it until they are wiped: it would move them when it is wider again.
        over = renderables == [self._drawing] and old[0] == self._shown[0] and self._shown[1]
        begin = _to_the_top if over else _wiped
        return [begin(_rows(old[1], self._shown[0])), *renderables, _Written(self._shown[1])]

    def _now(self) -> tuple[int, Sequence[Text]]:
        size = self._console.size
        return size.width, self._lines(size.width, size.height)


def _none(_width: int, _height: int) -> Sequence[Text]:
    return ()


def _rows(lines: Sequence[Text], width: int) -> int:
    """How many rows the lines take on the terminal, also where it has wrapped them since they were written."""
    return sum(max(1, -(-line.cell_len // width)) for line in lines)


def _to_the_top(rows: int) -> Control:
    """From the last of the rows to the first column of the first."""
    return Control(ControlType.CARRIAGE_RETURN, *_moved(ControlType.CURSOR_UP, rows - 1)) if rows else Control()


def _wiped(rows: int) -> Control:
    """The same, with the rows emptied. One by one: a terminal that is told to erase all of its screen may put a copy into its
    history."""
    if not rows:
        return Control()
    wipe: list[Code] = [(ControlType.ERASE_IN_LINE, 0), *_moved(ControlType.CURSOR_DOWN, 1)] * (rows - 1)
    up = _moved(ControlType.CURSOR_UP, rows - 1)
    return Control(ControlType.CARRIAGE_RETURN, *up, *wipe, (ControlType.ERASE_IN_LINE, 0), *up)


def _moved(way: ControlType, rows: int) -> list[Code]:
    return [(way, rows)] if rows > 0 else []


class _Above(FileProxy):
    """A stream whose lines are printed by the console. It holds the lock from where they go to where they are."""

    def __init__(self, console: Console, stream: TextIO, lock: AbstractContextManager[object]) -> None:
        super().__init__(console, stream)
        self._lock = lock

    def write(self, text: str) -> int:
        with self._lock:
            return super().write(text)

    def flush(self) -> None:
        with self._lock:
            super().flush()


class _Written:
    """The lines, each over what stood there, and nothing below."""

    def __init__(self, lines: Sequence[Text]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, line in enumerate(self._lines):
            if number:
                yield Segment.line()
            yield from line.render(console)
            yield Control((ControlType.ERASE_IN_LINE, 0))
        if self._lines:
            yield ERASE_REST
