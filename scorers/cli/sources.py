"""Finds and reads the Luau files that were named."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from scorers.cli.problems import Problem

SUFFIXES = (".luau", ".lua")
SKIPPED_FOLDERS = frozenset({".git", "node_modules", "Packages", "ServerPackages", "DevPackages", "_Index"})
"""Folders below a named one that are left out: other people's code. Wally puts packages in the last four."""

_MAX_BYTES = 16 << 20
"""What is read of a file. It is more than the scorers accept, so a longer file still gets their finding about its size."""


@dataclass(frozen=True, slots=True)
class Source:
    """One script: the name under which it is shown, and its text."""

    name: str
    code: str
    objection: None = None
    """A file stands for itself; only replies in rows have objections of their own."""


def find_files(names: Sequence[str]) -> list[str]:
    """The files behind `names`: a file is itself, a folder is every Luau file below it in the order of the paths.

    Links to folders are not followed. A file that is named twice is there once. `-` is standard input.

    Raises:
        Problem: a path does not exist, or a folder has no Luau file.
    """
    found: dict[str, None] = {}
    for name in names:
        if name != "-" and Path(name).is_dir():
            inside = sorted(_walk(name))
            if not inside:
                raise Problem(f"the folder {name} has no .luau or .lua file.", hint="Check the path.")
            found.update(dict.fromkeys(map(os.path.normpath, inside)))
        else:
            if name != "-" and not Path(name).exists():
                raise Problem(f"{name} cannot be read: there is no such file.", hint="Check the path.")
            found[os.path.normpath(name)] = None
    return list(found)


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        paths = (Path(parent, name) for name in files if name.endswith(SUFFIXES))
        yield from (str(path) for path in paths if path.is_file())


def _unreadable(error: OSError) -> None:
    raise Problem(f"the folder {error.filename} cannot be read: {error.strerror}.", hint="Check its permissions.") from error


def standard_input() -> BinaryIO:
    """What stands behind `-`. Raises Problem where it is closed."""
    if sys.stdin is None:
        raise Problem("standard input is closed.", hint="Pipe something in, or name a file.")
    return sys.stdin.buffer


def read_source(name: str) -> Source:
    """Read one file. What is not UTF-8 is replaced, with a note on standard error.

    Raises:
        Problem: the file cannot be read.
    """
    try:
        if name == "-":
            data = standard_input().read(_MAX_BYTES)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MAX_BYTES)
    except OSError as error:
        raise Problem(f"{name} cannot be read: {error.strerror}.", hint="Check the path and its permissions.") from error
    code = data.decode("utf-8", errors="replace")
    if "\ufffd" in code and code.encode() != data:
        click.echo(f"{name} is not UTF-8; what cannot be read is scored as U+FFFD.", err=True)
    return Source(name, code)
