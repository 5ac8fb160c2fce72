"""The file of the task format's schema."""

import json
from pathlib import Path

from checkpoints.durable import write_whole
from eval.task_schema import TITLE, task_schema
from rft.errors import InputError

LARGEST = 1 << 20
"""Bytes. A larger file is no schema of ours and is not read."""


def schema_text() -> str:
    """The schema as JSON, with a line end."""
    return json.dumps(task_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(file: Path) -> None:
    """Write the schema, in place of an older one too. Raises InputError where another file stands, or nothing can be written."""
    try:
        if file.exists() and not _is_schema(file):
            raise InputError(f"{file} is there and is no schema of tasks.", hint="Give another name, or move it away first.")
        write_whole(file.resolve(), schema_text())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", hint="Name a place where you may write.") from error


def _is_schema(file: Path) -> bool:
    if not file.is_file() or file.stat().st_size > LARGEST:
        return False
    try:
        told = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("title") == TITLE
