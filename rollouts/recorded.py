"""Candidates that were drawn elsewhere, from a file: sample on a machine with more GPUs, score and train here.

A row of the JSONL file is {"task": "id", "text": "the whole reply"}, and may have "index" (its place among the task's candidates,
from 0; without it they count as they come), "finish_reason" ("stop", "length", "repetition" or "died"; "stop" without it) and
"tokens" (of the reply). Other fields are left alone. Every round reads the same rows: with several rounds, record anew between
them.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, get_args

from rollouts.errors import RolloutError
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate, FinishReason

LONGEST_ROW = 16 << 20
"""Bytes. A longer line is no reply but another file, and would be read into memory as a whole."""


class RecordedError(RolloutError):
    """The file of recorded candidates is not there, or a row of it is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """One row of the file, checked."""

    task: str
    index: int
    text: str
    finish_reason: FinishReason
    tokens: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading of the file found: rows, rows that were asked for, and candidates asked for that it does not have."""

    rows: int
    used: int
    lacking: int

    def __str__(self) -> str:
        parts = [f"{self.used} of {self.rows} recorded candidates used"]
        if self.rows > self.used:
            parts.append(f"{self.rows - self.used} are of tasks or places that were not asked for")
        if self.lacking:
            parts.append(f"{self.lacking} asked for are not there")
        return ", ".join(parts)


class RecordedSource:
    """Gives what a file holds of the candidates that are asked for, in the file's order. A task with fewer rows than are asked
    for gets fewer candidates; `reading` says how many, after `draw` has ended.

    Memory does not grow with the texts: one row is held at a time, and of each only its place is remembered.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.reading: Reading | None = None

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        """What `rollouts.source.Source` says, as far as the file goes. Raises RecordedError, with the row's number."""
        wanted = {prompt.task: set(prompt.indices) for prompt in request.prompts}
        rows = used = 0
        for row in recorded_rows(self._file):
            rows += 1
            if row.index in wanted.get(row.task, ()):
                used += 1
                yield Candidate(request.stage, row.task, row.index, _key(row), row.text, row.tokens, row.finish_reason)
        self.reading = Reading(rows, used, sum(map(len, wanted.values())) - used)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The file is closed with the iterator that `draw` returned."""


def survey(file: Path, tasks: Collection[str], n: int) -> Reading:
    """What the file has for `n` candidates of each task, before anything else of a run begins.

    Raises RecordedError for a wrong row, and where no row is of any of the tasks.
    """
    known = set(tasks)
    rows = used = 0
    for row in recorded_rows(file):
        rows += 1
        used += row.task in known and row.index < n
    if not used:
        raise RecordedError(
            f"{file} has no candidate of any of the {len(known)} training tasks ({rows} rows).",
            hint=f'"task" holds a task\'s id, like {min(known, default="coin-pickup")!r}; sampling.candidates names the file.',
        )
    return Reading(rows, used, n * len(known) - used)


def recorded_rows(file: Path) -> Iterator[RecordedRow]:
    """All rows of the file, checked, in one pass. Raises RecordedError, with the row's number."""
    places = _Places()
    for number, line in _lines(file):
        try:
            yield places.placed(_fields(line))
        except ValueError as error:
            raise RecordedError(
                f"{file}, row {number}: {error}.",
                hint='A row is {"task": "id", "text": "the whole reply"}, perhaps with "index", "finish_reason" and "tokens".',
            ) from None


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        opened: IO[bytes] = file.open("rb")
    except OSError as error:
        raise RecordedError(
            f"the recorded candidates {file} cannot be read: {error.strerror}.", hint="Check sampling.candidates."
        ) from error
    with opened as stream:
        number = 0
        while line := stream.readline(LONGEST_ROW + 1):
            number += 1
            if len(line) > LONGEST_ROW:
                raise RecordedError(f"{file}, row {number}: more than {LONGEST_ROW} bytes.", hint="One reply is one row.")
            if line.strip():
                yield number, line


class _Places:
    """Which places of which tasks the rows so far have taken."""

    def __init__(self) -> None:
        self._taken: dict[str, set[int]] = {}
        self._counted: dict[str, bool] = {}

    def placed(self, fields: dict[str, Any]) -> RecordedRow:
        """The row with its place. Raises ValueError."""
        task, counted = fields["task"], fields["index"] is None
        if self._counted.setdefault(task, counted) != counted:
            raise ValueError(f'the rows of task {task!r} must all have an "index", or none of them')
        taken = self._taken.setdefault(task, set())
        index = len(taken) if counted else fields["index"]
        if index in taken:
            raise ValueError(f"candidate {index} of task {task!r} is there twice")
        taken.add(index)
        return RecordedRow(**{**fields, "index": index})


def _fields(line: bytes) -> dict[str, Any]:
    """The fields of a row, checked one by one. Raises ValueError."""
    try:
        told = json.loads(line.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON ({error.msg}, column {error.colno})") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON in UTF-8 ({error})") from None
    if not isinstance(told, dict):
        raise ValueError("it is no JSON object")
    task, text, finish = told.get("task"), told.get("text"), told.get("finish_reason", "stop")
    if not isinstance(task, str) or not task:
        raise ValueError('"task" must be the id of a task')
    if not isinstance(text, str):
        raise ValueError('"text" must be the reply, a string')
    if finish not in get_args(FinishReason):
        raise ValueError(f'"finish_reason" must be one of {", ".join(get_args(FinishReason))}, not {finish!r}')
    # A lone surrogate, which JSON can hold and no file can, becomes a question mark.
    text = text.encode(errors="replace").decode()
    index, tokens = _whole(told, "index"), _whole(told, "tokens")
    return {"task": task, "text": text, "finish_reason": finish, "index": index, "tokens": tokens or 0}


def _whole(told: dict[str, Any], name: str) -> int | None:
    number = told.get(name)
    if number is not None and (type(number) is not int or not 0 <= number < 2**53):
        raise ValueError(f'"{name}" must be a whole number from 0, not {number!r}')
    return number


def _key(row: RecordedRow) -> str:
    """Nobody knows what drew it, so that the reply stands for its own identity."""
    facts = ["recorded", row.task, row.index, row.finish_reason, row.text]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
