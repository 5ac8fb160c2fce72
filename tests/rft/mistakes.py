"""What a mistake is: how the workspace gets into it, the command that a person types, and what they must be told.

The mistakes themselves are lists in `mistakes_*.py`; each reads as a line of documentation.
"""

import re
import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from rft.cli import main
from tests.rft.world import write_workspace

OK, SAID_NO, WRONG_INPUT, CANNOT_SCORE, PAUSED, INTERRUPTED = 0, 1, 2, 3, 75, 130
"""The exit codes as docs/commands.md has them."""
LONGEST = 6
"""Lines that a person reads before they scroll."""


@dataclass(frozen=True, slots=True)
class World:
    """The workspace of `tests.rft.world`, which is the current folder. What is patched or entered ends with the test."""

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack

    def write(self, place: str, content: str | bytes) -> Path:
        """Write a file, and the folders that it lies in."""
        file = self.folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def change(self, place: str, old: str, new: str) -> None:
        """Replace what is there in a file."""
        text = (self.folder / place).read_text()
        assert old in text
        self.write(place, text.replace(old, new, 1))

    def append(self, place: str, text: str) -> None:
        """Add to a file."""
        self.write(place, (self.folder / place).read_text() + text)

    def trust_tasks(self) -> None:
        """Do not run the references again: the mistake is behind that, and half a second away."""
        self.patch.setattr("rft.inputs.refuse_broken_tasks", lambda _tasks: None)

    def enter(self, context: AbstractContextManager[object]) -> None:
        """Enter a context for as long as the test lasts."""
        self.stack.enter_context(context)


Prepare = Callable[[World], object]


def nothing(_world: World) -> None:
    """The workspace is as it should be; only the command is wrong."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in plain words, the command line, and what the message must hold, as regular expressions: what is wrong, where
    (file, key, line or name), and the next step. `prepare` makes the mistake where it is not in the command. `on_stdout`: the
    command's very work is to list such problems, which a program may read."""

    name: str
    command: str
    code: int
    what: str
    where: str
    step: str
    prepare: Prepare = nothing
    on_stdout: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the program said and how it ended."""

    code: int
    out: str
    err: str


Streams = Callable[[], tuple[str, str]]
"""Reads what was written since it was asked last: standard output and standard error."""


def tell(mistake: Mistake, folder: Path, patch: pytest.MonkeyPatch, streams: Streams) -> Told:
    """Make the mistake in a new workspace."""
    write_workspace(folder)
    patch.chdir(folder)
    with ExitStack() as stack:
        mistake.prepare(World(folder, patch, stack))
        return ended(mistake.command, patch, streams)


def ended(command: str, patch: pytest.MonkeyPatch, streams: Streams) -> Told:
    """What comes of a command line, through the entry point that the program has."""
    patch.setenv("COLUMNS", "100")
    patch.setattr(sys, "argv", shlex.split(command))
    streams()
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return Told(end.value.code, *streams())


def wrapped(pattern: str) -> str:
    """A message may be broken into lines anywhere between its words."""
    return pattern.replace(" ", r"\s+")


def holds(text: str, pattern: str) -> bool:
    """Whether the words are there."""
    return re.search(wrapped(pattern), text) is not None
