"""Our own snippets, one JSON object a line.

`broken.jsonl`: `{"id", "code", "line", "kind", "foreign"}`, each refused by the compiler; `line` (from 1) is where a person
would put the mistake, `foreign` the language that the code was mixed up with.
`valid.jsonl`: `{"id", "code"}`, each accepted; `"flag": true` marks syntax that the compiler keeps behind a flag.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    """The rows of `broken` or `valid`."""
    text = (Path(__file__).parent / f"{name}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())
