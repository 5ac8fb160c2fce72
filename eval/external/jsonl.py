"""Rows of a JSONL file, with the place of each for whoever has to mend it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.external.row import SuiteError

LONGEST_ROW = 16 << 20
"""Bytes. A longer line is no row but another kind of file, and would be read into memory as a whole."""


class RowError(SuiteError):
    """A line is no row."""


def read_text(file: Path) -> str:
    """The text of a file. Raises SuiteError when there is none, or when it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SuiteError(f"there is no file {file}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{file} cannot be read: {error}.", hint="It must be a text file in UTF-8.") from error


def read_rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of every line that is not blank; a place is "FILE:LINE". One line is held at a time.

    Raises SuiteError when there is no such file, RowError for a line that is no object.
    """
    for number, line in _lines(file):
        place = f"{file}:{number}"
        try:
            # A mark of the byte order, as some editors write it, is no part of the first row.
            fields = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:
            raise RowError(f"{place}: {_reason(error)}.", hint="Every line is one JSON object.") from error
        if not isinstance(fields, dict):
            raise RowError(f"{place}: not a JSON object.", hint="Every line is one JSON object.")
        yield place, fields


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        stream = file.open("rb")
    except FileNotFoundError as error:
        raise SuiteError(f"there is no file {file}.", hint="Check the path.") from error
    except OSError as error:
        raise SuiteError(f"{file} cannot be read: {error.strerror}.", hint="It must be a text file in UTF-8.") from error
    with stream:
        number = 0
        while line := stream.readline(LONGEST_ROW + 1):
            number += 1
            if len(line) > LONGEST_ROW:
                raise RowError(f"{file}:{number}: longer than {LONGEST_ROW >> 20} MiB.", hint="Every line is one JSON object.")
            if line.strip():
                yield number, line


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it cannot be read as UTF-8 (byte {error.object[error.start]:#04x}, column {error.start + 1})"
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {error.msg} (column {error.colno})"
    return f"not valid JSON: {error}"


def text_field(fields: dict[str, Any], name: str, place: str, hint: str) -> str:
    """A field that must be a text with something in it. Raises SuiteError."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SuiteError(f"{place}: the field `{name}` is {'missing' if name not in fields else 'no text'}.", hint=hint)
    return value
