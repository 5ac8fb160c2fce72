"""What the fake answers. A verdict is a pure function of the request, so the same request gets the same verdict."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.messages_schema import example
from tests.fakes.messages_types import Json

Decide = Callable[[Json], Json]
"""From the body of a request to the JSON object that the answer holds."""

_SUBMISSION = re.compile(r"<(submission[^\s>]*)[^>]*>\n?(.*?)\n?</\1>", re.DOTALL)
"""From a tag to the first that ends it: what looks like the end of another tag is inside."""


def schema_of(body: Json) -> Json | None:
    """The schema that the answer must fit, or None for free text."""
    form = (body.get("output_config") or {}).get("format")
    return None if form is None else form["schema"]


def submission(body: Json) -> str:
    """What stands in `<submission...>` in the last block of the last message, or else that whole block."""
    content = body["messages"][-1]["content"]
    text: str = content if isinstance(content, str) else content[-1].get("text", "")
    found = _SUBMISSION.search(text)
    return found.group(2) if found else text


def hash_of(body: Json) -> str:
    """The hash that all chance of the fake comes from."""
    return hashlib.sha256(submission(body).encode()).hexdigest()


def by_hash(body: Json) -> Json:
    """A verdict drawn from the hash of the submission; lists stay empty."""
    schema = schema_of(body)
    return {} if schema is None else dict(example(schema, hash_of(body)))


def by_marker(table: Mapping[str, Mapping[str, Any]], otherwise: Decide = by_hash) -> Decide:
    """Verdicts by what stands in the submission: over `otherwise`, the values of the first marker that it contains."""

    def decide(body: Json) -> Json:
        text = submission(body)
        values = next((values for marker, values in table.items() if marker in text), {})
        return {**otherwise(body), **values}

    return decide
