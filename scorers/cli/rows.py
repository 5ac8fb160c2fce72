"""Rows of JSON in, rows of JSON out."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from scorers.cli.problems import Problem
from scorers.cli.sources import standard_input
from scorers.extraction import extract_code
from scorers.replies import ACCEPT, WRONG_LANGUAGE, ReplyCheck, verify_reply

_REPLIES = ("response", "completion")
"""Fields that hold a model's reply, the first one there counts."""
_FIELDS = ("check", "scorer", "severity", "line", "column", "end_line", "end_column", "message", "hint")


@dataclass(frozen=True, slots=True)
class Row:
    """One script of a file of rows. `id` is any JSON value, None where the row has none; `line` counts from 1.

    `checked` is there where the row holds a model's reply: `code` is then the code that the reply is asked for.
    """

    id: Any
    code: str
    line: int
    checked: ReplyCheck | None = None

    @property
    def name(self) -> str:
        """How the row is called in messages."""
        return f"line {self.line} (id {json.dumps(self.id)})"

    @property
    def objection(self) -> str | None:
        """Why the reply is not fit to learn from, None where it is or where the row holds code."""
        return None if self.checked is None or self.checked.verdict == ACCEPT else self.checked.verdict


@contextmanager
def open_rows(name: str) -> Iterator[IO[bytes]]:
    """Open a file of rows, `-` for standard input. Raises Problem where it cannot be opened."""
    if name == "-":
        yield standard_input()
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise Problem(f"{name} cannot be read: {error.strerror}.", hint="Check the path.") from error
        yield file


def read_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Read one row a line; empty lines are left out.

    Raises:
        Problem: a line is not a row. It names the line.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, number)


def _row(line: bytes, number: int) -> Row:
    try:
        fields = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _bad(number, f"is not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise _bad(number, "is not an object")
    field = next((name for name in ("code", *_REPLIES) if fields.get(name) is not None), None)
    if field is None:
        raise _bad(number, 'has no "code" and no "response"')
    text = fields[field]
    if not isinstance(text, str):
        raise _bad(number, f'has a "{field}" that is no string')
    if field == "code":
        return Row(fields.get("id"), text, number)
    checked = verify_reply(text)
    code = "" if checked.verdict == WRONG_LANGUAGE else extract_code(text).code
    return Row(fields.get("id"), code, number, checked)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _bad(number: int, what: str) -> Problem:
    hint = 'Each line must be an object {"id": ..., "code": "..."}, or with a model\'s reply {"id": ..., "response": "..."}.'
    return Problem(f"line {number} {what}.", hint=hint)


def answer_line(row: Row, report: dict[str, Any]) -> str:
    """The line of output for a row."""
    reply = {} if row.checked is None else asdict(row.checked)
    return json.dumps(
        {
            "id": row.id,
            "compiles": report["compiles"],
            "scores": report["scores"],
            "composite": report["composite"],
            "diagnostics": [{key: found[key] for key in _FIELDS if key in found} for found in report["diagnostics"]],
            **reply,
        }
    )
