"""Replies of any model, from a JSONL file."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.external.jsonl import read_rows
from eval.external.row import Row
from rft.errors import InputError
from rft.evaluation.samples import Reply

HINT = 'A row is {"task": "id", "reply": "text"}; "finish_reason" may be "length" for one that was cut off.'


def read_replies(file: Path, rows: Sequence[Row], limited: bool) -> list[Reply]:
    """All replies of a file, those to one task numbered in their order.

    Replies to tasks that are not in `rows` are an error unless the suite is `limited`. Raises InputError or SuiteError naming
    the line.
    """
    known = {row.id for row in rows}
    counts: Counter[str] = Counter()
    replies: list[Reply] = []
    for place, fields in read_rows(file):
        task, text = (_text(fields, name, place) for name in ("task", "reply"))
        finish = fields.get("finish_reason", "stop")
        if finish not in ("stop", "length"):
            raise InputError(f"{place}: its 'finish_reason' is {finish!r}, neither 'stop' nor 'length'.", hint=HINT)
        if task in known:
            replies.append(Reply(task, counts[task], text, finish))
            counts[task] += 1
        elif not limited:
            raise InputError(f"{place}: the suite has no task {task!r}.", hint="Give the suite that the replies belong to.")
    if not replies:
        raise InputError(f"{file} holds no reply to this suite.", hint=HINT)
    return replies


def _text(fields: dict[str, Any], name: str, place: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise InputError(f"{place}: its {name!r} is no text." if name in fields else f"{place}: it has no {name!r}.", hint=HINT)
    return value
