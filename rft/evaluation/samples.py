"""The file of an evaluation: a line that says what is measured, then a line for every reply and its result."""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from rft.errors import InputError, RftError
from rft.evaluation.figures import Result


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said to one task. `index` counts the replies to it from 0."""

    task: str
    index: int
    text: str
    finish_reason: str = "stop"
    tokens: int = 0
    key: str = ""


class SampleFile:
    """Replies that were drawn before, and a place for new ones. A line is on the disk before the next reply is asked for."""

    def __init__(self, file: IO[str] | None, known: tuple[Reply, ...]) -> None:
        self._file = file
        self.known = known

    def only(self, tasks: Collection[str], k: int | None = None) -> "SampleFile":
        """The same file, of whose replies only the first `k` to these tasks are known."""
        known = tuple(reply for reply in self.known if reply.task in tasks and (k is None or reply.index < k))
        return SampleFile(self._file, known)

    def add(self, reply: Reply, result: Result) -> None:
        """Append a reply with its result."""
        if self._file is not None:
            write_line(self._file, {**asdict(reply), "result": result.to_json()})


@contextmanager
def open_samples(path: Path | None, what: dict[str, Any]) -> Iterator[SampleFile]:
    """Carry a file on, or begin one; without a path nothing is kept.

    Raises InputError when the file holds another evaluation or none at all, SampleFileError when it cannot be written.
    """
    if path is None:
        yield SampleFile(None, ())
        return
    known = _read(path, what)
    file = _opened(path)
    try:
        if path.stat().st_size == 0:
            write_line(file, {"evaluation": what})
        yield SampleFile(file, known)
    finally:
        with suppress(OSError):  # Every line was written out; one that could not be was told already.
            file.close()


class SampleFileError(RftError):
    """The file of an evaluation cannot be written."""


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise _unwritable(str(path), error) from error


def _unwritable(path: str, error: OSError) -> SampleFileError:
    return SampleFileError(
        f"{path} cannot be written: {error.strerror}.",
        hint="Make room or give another --out; the same command carries on from what the file holds.",
    )


def write_line(file: IO[str], value: dict[str, Any]) -> None:
    """One durable line. Raises SampleFileError when the disk is full or gone."""
    try:
        file.write(json.dumps(value) + "\n")
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(file.name, error) from error


def _read(path: Path, what: dict[str, Any]) -> tuple[Reply, ...]:
    if not path.is_file():
        if not path.parent.is_dir():
            raise InputError(f"there is no folder {path.parent} for {path.name}.", hint="Make it, or give another --out.")
        return ()
    whole = path.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    if len(kept) < len(whole) and (kept or whole.startswith(b'{"evaluation"')):
        os.truncate(path, len(kept))  # a kill in the middle of a line
    lines = kept.decode("utf-8", errors="replace").splitlines()
    rows = [_parsed(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]
    if rows:
        _refuse_other(path, rows[0].get("evaluation"), what)
    elif whole and not whole.startswith(b'{"evaluation"'):
        raise _foreign(str(path))
    names = Reply.__slots__
    if any(name not in row for row in rows[1:] for name in names):
        raise _foreign(str(path))
    replies = (Reply(**{name: row[name] for name in names}) for row in rows[1:])
    first: dict[tuple[str, int], Reply] = {}  # two processes may have written the same file
    for reply in replies:
        first.setdefault((reply.task, reply.index), reply)
    return tuple(first.values())


def _parsed(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _foreign(place) from error
    if not isinstance(row, dict):
        raise _foreign(place)
    return row


def _refuse_other(path: Path, stored: object, what: dict[str, Any]) -> None:
    if not isinstance(stored, dict):
        raise _foreign(str(path))
    other = [name for name in what if stored.get(name) != what[name]]
    if other:
        raise InputError(
            f"{path} holds another evaluation: it differs in {', '.join(other)}.",
            hint="Give another --out, or move that file away.",
        )


def _foreign(place: str) -> InputError:
    return InputError(f"{place} is not a file of `rft eval`.", hint="Give another --out.")
