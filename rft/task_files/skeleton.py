"""The text of a new task file, and what of it is still to be written."""

import json
import re
import string
from importlib import resources

from eval.task import Task
from rft.starting.code.drafts import identifier
from scorers.execution.tests import Kind

MARK = "FILL IN:"
"""Stands in every part of a new file that a person has to write."""
DEFAULT_CATEGORY = "own"
RESERVED = frozenset(
    (
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or",
        "repeat", "return", "then", "true", "until", "while", "test", "expect", "solution", "world", "calls", "random",
    )
)  # fmt: skip
"""Luau's keywords, and what the tests know by another meaning."""


def skeleton(task: str, category: str, kind: Kind) -> str:
    """A commented task file of this kind. It can be read, and its reference does not pass before the tests are written."""
    template = resources.files("rft.task_files.skeletons") / f"{kind}.toml"
    text = string.Template(template.read_text(encoding="utf-8"))
    return text.substitute(entry_point=entry_point(task), category=json.dumps(category))


def entry_point(task: str) -> str:
    """A function's name from a task's id: `parse-duration` gives `parseDuration`."""
    first, *others = identifier(task).split("-")
    name = first + "".join(part.capitalize() for part in others)
    usable = re.match(r"[a-z]", name) and name not in RESERVED
    return name if usable else f"solve{name[:1].upper()}{name[1:]}"


def unwritten(task: Task) -> list[str]:
    """The fields of a task that still hold the mark, in the order of the file."""
    return [name for name in ("prompt", "setup", "reference", "tests", "random_inputs", "wrong") if _is_unwritten(task, name)]


def _is_unwritten(task: Task, name: str) -> bool:
    value = getattr(task, name)
    texts = value if isinstance(value, tuple) else (value or "",)
    return any(MARK in text for text in texts)
