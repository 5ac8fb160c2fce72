"""The live view on a terminal: it stays below what is said, survives a resize, and leaves nothing behind."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rft.view.facts import Facts, Seen
from rft.view.panel import panel
from rft.view.pinned import Pinned
from tests.rft.live_world import AT_80, FACTS, HEIGHT, Terminal, has_color, words
from tests.rft.screen import Screen

ROOT = Path(__file__).parents[2]

# Lines that stay at the bottom


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(80)


@pytest.fixture
def facts() -> list[Facts]:
    """What is shown: the last of them."""
    return [FACTS]


@pytest.fixture
def pinned(terminal: Terminal, facts: list[Facts]) -> Pinned:
    pinned = Pinned(terminal.console, lambda width, height: panel(facts[-1], width, height))
    pinned.start()
    return pinned


def at_80() -> list[str]:
    return AT_80.strip("\n").splitlines()


def test_what_is_said_stands_above(terminal: Terminal, pinned: Pinned) -> None:
    pinned.draw()
    assert terminal.show() == at_80()
    for word in ("one", "a long line " * 20):
        terminal.console.print(word.strip(), soft_wrap=True)
    lines = terminal.show()
    assert lines[-8:] == at_80()
    assert "".join(line.ljust(80) for line in lines[1:-8]).strip() == ("a long line " * 20).strip()
    assert lines[0] == "one"


def test_a_shorter_panel_leaves_nothing_of_the_longer_one(terminal: Terminal, pinned: Pinned, facts: list[Facts]) -> None:
    terminal.console.print("said")
    pinned.draw()
    facts.append(replace(FACTS, stages=(), seen=Seen()))
    pinned.draw()
    short = words(panel(facts[-1], 80, HEIGHT))
    assert len(short) == 2
    assert terminal.show() == ["said", *short]
    facts.append(FACTS)
    pinned.draw()
    assert terminal.show() == ["said", *at_80()]


def test_nothing_is_written_when_nothing_changed(terminal: Terminal, pinned: Pinned, facts: list[Facts]) -> None:
    pinned.draw()
    assert terminal.written()
    pinned.draw()
    assert terminal.written() == ""
    facts.append(replace(FACTS, seconds=202))
    pinned.draw()
    assert terminal.written()


def test_a_line_is_written_over_the_old_one(terminal: Terminal, pinned: Pinned, facts: list[Facts]) -> None:
    """No line is wiped before it is written: that is what flickers over a slow line."""
    pinned.draw()
    terminal.written()
    facts.append(replace(FACTS, seconds=202))
    pinned.draw()
    text = terminal.written()
    assert "\x1b[2K" not in text
    assert text.count("\x1b[J") == 1
    assert text.endswith("\x1b[J")


@pytest.mark.parametrize("width", [20, 39, 40, 79, 100])
def test_a_resize_leaves_nothing_behind(terminal: Terminal, pinned: Pinned, facts: list[Facts], width: int) -> None:
    terminal.console.print("said")
    pinned.draw()
    for each in (width, 80, width):
        terminal.resize(each)
        pinned.draw()
    expected = words(panel(facts[-1], width, 24))
    assert terminal.show() == ["said", *expected]
    terminal.resize(13)
    terminal.console.print("more")
    assert terminal.show() == ["said", "more", *words(panel(facts[-1], 13, HEIGHT))]
    terminal.resize(200)
    pinned.draw()
    assert terminal.show() == ["said", "more", *words(panel(facts[-1], 200, HEIGHT))]
    pinned.stop()
    assert terminal.show() == ["said", "more"]


def test_afterwards_nothing_is_left(terminal: Terminal, pinned: Pinned) -> None:
    terminal.console.print("said")
    pinned.draw()
    pinned.stop()
    terminal.console.print("after")
    assert terminal.show() == ["said", "after"]
    assert terminal.screen.cursor == (2, 0)


def test_no_color_has_none() -> None:
    seen = {}
    for no_color in (False, True):
        terminal = Terminal(80, no_color=no_color)
        pinned = Pinned(terminal.console, lambda width, height: panel(FACTS, width, height))
        pinned.start()
        pinned.draw()
        seen[no_color] = terminal.written()
        pinned.stop()
    assert has_color(seen[False])
    assert not has_color(seen[True])


# The view on a terminal

PROGRAM = """
import fcntl, signal, sys, termios, time
from pathlib import Path
from rich.console import Console
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from rft.view import View, ticker
from rft.view.facts import Policy, Seen, TaskShare
ticker.TICK_SECONDS = 0.02

class Watch:
    run, planned, looks = "night", ("benchmark-base", "round-1"), 0
    def look(self, stages):
        self.looks += 1
        return Seen([Policy("base", 0.5, 0.4, 0.6)], [0.5, None], [TaskShare("fizz", 3, 4)])
    def __enter__(self): return self
    def __exit__(self, *error): print("left")

def main(end):
    watch = Watch()
    console = Console()
    # As `rft run` has it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with View(console, Path("events.jsonl"), watch) as view:
        view.say("begun")
        stage = view.stage("round-1", 8)
        for _ in range(4):
            stage.advance(note="12 tokens/s")
        print("printed")
        print("warned", file=sys.stderr)
        while watch.looks < 3:
            time.sleep(0.01)
        view.say("ready")
        Path("ready").touch()
        if end == "error":
            raise ValueError("no")
        if end == "wait":
            time.sleep(60)
        stage.close()
    console.print("the report")

try:
    main(sys.argv[1])
except BaseException as error:
    print("ended by", type(error).__name__)
"""


class Terminals:
    """Runs programs on pseudo-terminals."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "program.py").write_text(PROGRAM)

    def run(self, end: str, *, send: Callable[[int, int], object] | None = None, **environment: str) -> tuple[str, Screen]:
        """What the program wrote, and how it looks. `send` gets its process id and the terminal when it is ready."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR")}
        process = subprocess.Popen(
            [sys.executable, "program.py", end],
            cwd=self._folder,
            env={**plain, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **environment},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        written, ready = "", self._folder / "ready"
        ready.unlink(missing_ok=True)
        for piece in pieces_of(master):
            written += piece
            # A terminal drops what it has not shown yet when Ctrl-C is pressed: that is not what is tried here.
            if send is not None and not piece and ready.exists():
                send(process.pid, master)
                send = None
        process.wait()
        os.close(master)
        screen = Screen(80)
        screen.write(written)
        return written, screen


def pieces_of(master: int) -> Iterator[str]:
    """What comes from a terminal, to the end of the program; nothing when nothing came for a moment."""
    while True:
        if not select.select([master], [], [], 0.1)[0]:
            yield ""
            continue
        try:
            piece = os.read(master, 65_536)
        except OSError:  # on Linux this is how it ends
            return
        if not piece:
            return
        yield piece.decode(errors="replace")


@pytest.fixture
def terminals(tmp_path: Path) -> Terminals:
    return Terminals(tmp_path)


def press_ctrl_c(_process: int, master: int) -> None:
    os.write(master, b"\x03")


def terminate(process: int, _master: int) -> None:
    os.kill(process, signal.SIGTERM)


SAID = ["begun", "printed", "warned", "ready"]


@pytest.mark.parametrize(
    ("end", "send", "last", "environment"),
    [
        ("well", None, ["the report"], {}),
        ("error", None, ["ended by ValueError"], {"NO_COLOR": "1"}),
        ("wait", press_ctrl_c, ["ended by KeyboardInterrupt"], {}),
        ("wait", terminate, ["ended by KeyboardInterrupt"], {}),
    ],
    ids=["well", "error", "ctrl-c", "sigterm"],
)
def test_a_terminal_is_left_clean(
    terminals: Terminals,
    end: str,
    send: Callable[[int, int], object] | None,
    last: list[str],
    environment: dict[str, str],
) -> None:
    written, screen = terminals.run(end, send=send, **environment)
    assert screen.lines == [*SAID, "left", *last]
    assert "\x1b[?25l" not in written
    assert has_color(written) is not bool(environment)
    assert "round-1  ████████████░░░░░░░░░░░░  4/8  12 tokens/s" in re.sub(r"\x1b\[[0-9;]*m", "", written)
    assert "fizz 3/4" in written
