"""The results file of an evaluation: one JSON file a measurement, of which none is ever written over."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from eval.external.row import Row
from rft.evaluation.figures import Result
from rft.evaluation.samples import SampleFileError
from scorers.execution import Tests

FORMAT: Final = "rft eval results 1"
FOLDER = Path("evals")
"""Where results lie, in the folder that `rft eval` is called in."""
LONGEST_NAME = 80


def content_of(question: str, system: str | None, tests: Tests) -> str:
    """A hash of what a task asks and of what decides whether an answer passes: results of two tasks compare when it is the same.

    A reference that nothing compares with decides nothing, nor does the seed of inputs that are not there.
    """
    facts = tests.to_json()
    if tests.random_inputs is None:
        facts |= {"reference": None, "seed": 0}
    return hashlib.sha256(json.dumps([question, system, facts], sort_keys=True).encode()).hexdigest()[:16]


def results_json(
    what: Mapping[str, Any], figures: Mapping[str, Any], rows: Sequence[Row], results: Iterable[Result]
) -> dict[str, Any]:
    """What a results file holds: what was measured, the figures, and each task with its answers by index."""
    found: dict[str, list[Result]] = {row.id: [] for row in rows}
    for result in sorted(results, key=lambda result: result.index):
        found[result.task].append(result)
    tasks = [{"task": row.id, "category": row.category, **_of_row(row, found[row.id])} for row in rows]
    return {"format": FORMAT, "evaluation": dict(what), "figures": dict(figures), "tasks": tasks}


def _of_row(row: Row, found: Sequence[Result]) -> dict[str, Any]:
    answers = [{"passed": each.passed, "total": each.total, "compiles": each.compiles} for each in found]
    unsupported = {} if row.unsupported is None else {"unsupported": row.unsupported}
    return {"content": content_of(row.prompt, row.system, row.tests), **unsupported, "answers": answers}


def write_results(content: Mapping[str, Any], suite: str, policy: str) -> Path:
    """Write a new file in FOLDER, named after the suite and the policy with the first free number.

    Raises SampleFileError where it cannot be written; nothing is left then.
    """
    name = f"{_plain(suite)}-{_plain(policy)}"[:LONGEST_NAME]
    text = json.dumps(content, indent=1) + "\n"
    try:
        FOLDER.mkdir(exist_ok=True)
        files = (FOLDER / f"{name}-{number}.json" for number in count(1))
        return next(file for file in files if _written(file, text))
    except OSError as error:
        raise SampleFileError(
            f"the results cannot be kept in {FOLDER}: {error.strerror}.",
            hint="They are printed above. Make room, or measure in a folder that can be written.",
        ) from error


def _written(file: Path, text: str) -> bool:
    """Whether the file is new and now whole."""
    try:
        stream = file.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with stream:
            stream.write(text)
    except OSError:
        file.unlink(missing_ok=True)
        raise
    return True


def _plain(name: str) -> str:
    """A part of a file's name: of a path its last part."""
    last = Path(name).name if Path(name).is_absolute() else name
    return re.sub(r"[^A-Za-z0-9._]+", "-", last.removeprefix("builtin:")).strip("-.") or "unnamed"
