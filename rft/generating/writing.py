"""Writes files whose names a model chose: below one folder, through no link, over nothing that is there, all or none."""

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rft.errors import RftError

LONGEST_NAME = 1024
"""Characters of a path that a model chose."""
_NO_FOLLOW = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class NotWritten(RftError):
    """A file of an answer has a name that is refused, or stands in the way of one that is there."""


def write_files(folder: Path, files: Mapping[str, str], *, force: bool = False) -> list[Path]:
    """Write `files`, code by path below `folder`, and return where they lie. The folder is made if it is not there.

    Everything is looked at before anything is written. Raises NotWritten for a path that is absolute, climbs, leads through a
    link or clashes with another one, and for a file that is there unless `force` is given; then nothing was written.
    """
    parts = {name: _parts(name) for name in files}
    _refuse_clashes(parts)
    with _opened(folder) as root:
        for name, path in parts.items():
            _refuse_taken(root, name, path, force)
        for name, path in parts.items():
            _write(root, name, path, files[name])
    return [folder.joinpath(*path) for path in parts.values()]


def _parts(name: str) -> tuple[str, ...]:
    parts = tuple(name.split("/"))
    climbs = any(part in ("", ".", "..") for part in parts)
    if climbs or "\\" in name or re.match(r"[A-Za-z]:", name) or not name.isprintable() or len(name) > LONGEST_NAME:
        raise NotWritten(
            f"the answer names a file {name[:80]!r}, which leads out of the folder or is no file name.",
            hint="Nothing was written. Ask again, or write the code by hand.",
        )
    return parts


def _refuse_clashes(parts: Mapping[str, tuple[str, ...]]) -> None:
    """Two names that are one file where case does not count, and a file where another one needs a folder."""
    seen: dict[tuple[str, ...], str] = {}
    folders: dict[tuple[str, ...], str] = {}
    for name, path in parts.items():
        folded = tuple(part.casefold() for part in path)
        for length in range(1, len(folded)):
            folders.setdefault(folded[:length], name)
        if (other := seen.setdefault(folded, name)) != name:
            raise _clash(name, other)
    for folded in seen.keys() & folders.keys():
        raise _clash(folders[folded], seen[folded])


def _clash(one: str, other: str) -> NotWritten:
    return NotWritten(f"the answer's files {one!r} and {other!r} cannot both be there.", hint="Nothing was written. Ask again.")


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The folder that the person named; that one may be a link."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise NotWritten(f"{folder} cannot be used: {error.strerror}.", hint="Give -o another folder.") from error
    try:
        yield root
    finally:
        os.close(root)


def _refuse_taken(root: int, name: str, path: Sequence[str], force: bool) -> None:
    """Look at every part of the path that is there."""
    at = os.dup(root)
    try:
        for number, part in enumerate(path, 1):
            mode = _mode(at, part, name)
            if mode is None:
                return
            _refuse_kind(mode, "/".join(path[:number]), number == len(path), force)
            if number < len(path):
                at = _into(at, part)
    finally:
        os.close(at)


def _mode(folder: int, part: str, name: str) -> int | None:
    try:
        return os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotWritten(f"{name[:80]!r} cannot be written: {error.strerror}.", hint="Nothing was written.") from error


def _refuse_kind(mode: int, path: str, is_last: bool, force: bool) -> None:
    if stat.S_ISLNK(mode):
        raise NotWritten(f"{path} is a link, and nothing is written through one.", hint="Give -o another place.")
    if not is_last and not stat.S_ISDIR(mode):
        raise NotWritten(f"{path} is a file, and the answer needs a folder there.", hint="Give -o another place.")
    if is_last and not stat.S_ISREG(mode):
        raise NotWritten(f"{path} is there and is no file.", hint="Give -o another place.")
    if is_last and not force:
        raise NotWritten(f"{path} is there already.", hint="Give -o another place, or --force to write over it.")


def _into(folder: int, part: str) -> int:
    """The folder in a folder, in whose place the first is closed."""
    inner = os.open(part, _NO_FOLLOW, dir_fd=folder)
    os.close(folder)
    return inner


def _write(root: int, name: str, path: Sequence[str], code: str) -> None:
    """Whole or not at all: beside its place first, then moved there."""
    at = os.dup(root)
    try:
        for part in path[:-1]:
            if _mode(at, part, name) is None:
                os.mkdir(part, dir_fd=at)
            at = _into(at, part)
        partial = f".{os.getpid()}.partial"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=at), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(code if code.endswith("\n") else f"{code}\n")
        os.replace(partial, path[-1], src_dir_fd=at, dst_dir_fd=at)
    except OSError as error:
        raise NotWritten(f"{name!r} cannot be written: {error.strerror}.", hint="Make room, or give -o another place.") from error
    finally:
        os.close(at)
