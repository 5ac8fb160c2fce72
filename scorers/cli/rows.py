"""Rows of JSON in, rows of JSON out."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from scorers.cli.problems import Problem
from scorers.cli.sources import standard_input
from scorers.extraction import extract_code
from scorers.replies import ACCEPT, WRONG_LANGUAGE, ReplyCheck, verify_reply

_HINT = 'Each line must be an object {"id": ..., "code": "..."}, or with a model\'s reply {"id": ..., "response": "..."}.'
_REPLIES = ("response", "completion")
"""Fields that hold a model's reply, the first one there counts."""
_LONGEST = 16 << 20
"""Bytes. A longer line is no row but another kind of file, and would be read into memory as a whole."""
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


def read_rows(lines: IO[bytes], name: str) -> Iterator[Row]:
    """Read one row a line; empty lines are left out. `name` is the file's, `-` for standard input.

    Raises:
        Problem: a line is not a row. It names the file and the line.
    """
    source = "standard input" if name == "-" else name
    number = 0
    while line := lines.readline(_LONGEST + 1):
        number += 1
        try:
            if len(line) > _LONGEST:
                raise _Wrong(f"is longer than {_LONGEST >> 20} MiB")
            if line.strip():
                yield _row(line, number)
        except _Wrong as error:
            raise Problem(f"{source}, line {number} {error}.", hint=_HINT) from error


class _Wrong(ValueError):
    """What is wrong with a line."""


def _row(line: bytes, number: int) -> Row:
    try:
        fields = json.loads(line, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise _Wrong(f"is not JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"is not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise _Wrong("is not an object")
    field = next((name for name in ("code", *_REPLIES) if fields.get(name) is not None), None)
    if field is None:
        raise _Wrong('has no "code" and no "response"')
    text = fields[field]
    if not isinstance(text, str):
        raise _Wrong(f'has a "{field}" that is no string')
    if field == "code":
        return Row(fields.get("id"), text, number)
    checked = verify_reply(text)
    code = "" if checked.verdict == WRONG_LANGUAGE else extract_code(text).code
    return Row(fields.get("id"), code, number, checked)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


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
