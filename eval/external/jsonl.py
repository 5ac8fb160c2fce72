"""Rows of a JSONL file, with the place of each for whoever has to mend it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.external.row import SuiteError


def read_text(file: Path) -> str:
    """The text of a file. Raises SuiteError when there is none, or when it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SuiteError(f"there is no file {file}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{file} cannot be read: {error}.", hint="It must be a text file in UTF-8.") from error


def read_rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of every line that is not blank; a place is "FILE:LINE". Raises SuiteError for what is no object."""
    for number, line in enumerate(read_text(file).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{file}:{number}"
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise SuiteError(f"{place}: not valid JSON: {error}.", hint="Every line is one JSON object.") from error
        if not isinstance(fields, dict):
            raise SuiteError(f"{place}: not a JSON object.", hint="Every line is one JSON object.")
        yield place, fields


def text_field(fields: dict[str, Any], name: str, place: str, hint: str) -> str:
    """A field that must be a text with something in it. Raises SuiteError."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SuiteError(f"{place}: the field `{name}` is {'missing' if name not in fields else 'no text'}.", hint=hint)
    return value
