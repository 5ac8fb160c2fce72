"""Finds and reads a person's Luau files."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rft.errors import InputError
from scorers.language import Unit, parse

ENDINGS = (".luau", ".lua")
SKIPPED = frozenset(("node_modules", "Packages", "ServerPackages", "DevPackages", "_Index"))
"""Folders of other people's code. Those that begin with a dot are left out too."""
TEST_FOLDERS = frozenset(("test", "tests", "__tests__", "spec", "specs"))
TEST_MARKS = (".spec", ".test", "_spec", "_test")
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. `name` is its path below the place that was named; `module` is what `require` calls it."""

    name: str
    module: str
    folder: str
    unit: Unit
    is_test: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why something gave no task: reason -> names."""

    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        self.names.setdefault(reason, []).append(name)


def read_sources(place: Path, left_out: LeftOut) -> list[Source]:
    """All Luau files of a folder, or the one file, in the order of their paths.

    Raises InputError where there is no such place, or no Luau in it.
    """
    if not place.exists():
        raise InputError(f"there is no file or folder {place}.", hint="Check the path given to --from-code.")
    files = [place] if place.is_file() else sorted(_files(place))
    if not any(file.suffix in ENDINGS for file in files):
        raise InputError(
            f"{place} holds no Luau (*.luau, *.lua).", hint="Give --from-code a Luau file, or a folder that holds some."
        )
    root = place.parent if place.is_file() else place
    found = [_read(file, root, left_out) for file in files]
    return [source for source in found if source is not None]


def _files(folder: Path) -> Iterator[Path]:
    """Links to folders are not followed: they may lead in a circle."""
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        yield from (Path(here) / name for name in files if name.endswith(ENDINGS) and not name.startswith("."))


def _read(file: Path, root: Path, left_out: LeftOut) -> Source | None:
    name = _printable(file.relative_to(root).as_posix())
    try:
        facts = file.stat()
        if facts.st_size > MAX_BYTES:
            left_out.add("files of more than a megabyte", name)
            return None
        if not stat.S_ISREG(facts.st_mode):  # a pipe would keep us waiting
            left_out.add("files that cannot be read", name)
            return None
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        left_out.add("files that are not UTF-8", name)
        return None
    except OSError:
        left_out.add("files that cannot be read", name)
        return None
    unit = parse(text)
    if unit.errors:
        left_out.add("files with a syntax error", f"{name}:{unit.errors[0].line}")
        return None
    return _source(file, root, name, unit)


def _source(file: Path, root: Path, name: str, unit: Unit) -> Source:
    stem = _printable(file.name.removesuffix(file.suffix))
    folders = file.relative_to(root).parts[:-1]
    marked = stem.endswith(TEST_MARKS) or not TEST_FOLDERS.isdisjoint(part.lower() for part in folders)
    folder = _printable(folders[-1] if folders else root.resolve().name)
    module = folder if stem == "init" else stem
    for mark in (*TEST_MARKS, ".server", ".client"):
        module = module.removesuffix(mark)
    return Source(name, module, folder, unit, marked)


def _printable(name: str) -> str:
    """A name that UTF-8, a terminal and a comment in TOML can take, whatever bytes the file system has for it."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
