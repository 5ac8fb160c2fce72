"""Replies of any model, from a JSONL file."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

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
        task, text, finish = fields.get("task"), fields.get("reply"), fields.get("finish_reason", "stop")
        if not isinstance(task, str) or not isinstance(text, str) or finish not in ("stop", "length"):
            raise InputError(f"{place}: not a row of task and reply.", hint=HINT)
        if task in known:
            replies.append(Reply(task, counts[task], text, finish))
            counts[task] += 1
        elif not limited:
            raise InputError(f"{place}: the suite has no task {task!r}.", hint="Give the suite that the replies belong to.")
    if not replies:
        raise InputError(f"{file} holds no reply to this suite.", hint=HINT)
    return replies
