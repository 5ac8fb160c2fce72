"""From what a person types after `--suite` to rows."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

from eval.external.exercism import read_exercism
from eval.external.luau_bench import read_luau_bench
from eval.external.multipl_e import read_multipl_e
from eval.external.row import Row
from eval.task import Task, load_tasks
from rft.errors import InputError
from rft.inputs import BUILTIN, benchmark_folder
from scorers.extraction import ExtractedCode, extract_answer

EXTERNAL: Mapping[str, Callable[[Path], tuple[Row, ...]]] = {
    "multipl-e": read_multipl_e,
    "exercism": read_exercism,
    "luau-bench": read_luau_bench,
}
FORMS = "builtin:NAME, a FOLDER of task files, multipl-e:FILE, exercism:FOLDER, luau-bench:FILE"


@dataclass(frozen=True, slots=True)
class Suite:
    """Rows in their order. Of an external suite a reference that fails is a fact about Lua and Luau, of ours it is an error."""

    name: str
    rows: tuple[Row, ...]
    is_external: bool

    @property
    def digest(self) -> str:
        """A hash of all that is asked and tested."""
        facts = [(row.id, row.prompt, row.system, row.tests.to_json(), row.unsupported) for row in self.rows]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a suite that are measured: those of these `categories`, all where none is named."""

    suite: Suite
    rows: tuple[Row, ...]
    categories: tuple[str, ...] = ()

    @property
    def is_less(self) -> bool:
        """Whether something of the suite is left out."""
        return len(self.rows) < len(self.suite.rows)


def part_of(suite: Suite, categories: Sequence[str], limit: int | None) -> Part:
    """The first `limit` rows of the named categories. Raises InputError for a category that the suite does not have."""
    known = sorted({row.category for row in suite.rows})
    if unknown := [name for name in categories if name not in known]:
        raise InputError(f"{suite.name} has no category {unknown[0]!r}.", hint=f"Categories: {', '.join(known)}.")
    rows = tuple(row for row in suite.rows if not categories or row.category in categories)
    return Part(suite, rows[:limit], tuple(categories))


def open_suite(name: str) -> Suite:
    """Read a suite. Raises InputError, TaskFileError or SuiteError, each with the next step."""
    scheme, _, place = name.partition(":")
    if read := EXTERNAL.get(scheme):
        return Suite(name, _unique(read(Path(place)), name), is_external=True)
    if name.startswith(BUILTIN):
        return _of_tasks(name, _builtin(name))
    if not Path(name).exists() and name in _builtin_names():
        return _of_tasks(f"{BUILTIN}{name}", _builtin(f"{BUILTIN}{name}"))
    if place and not Path(name).exists():
        raise InputError(f"there is no kind of suite {scheme!r}.", hint=f"Kinds: {FORMS}.")
    return _of_tasks(name, Path(name))


def _builtin(name: str) -> Path:
    folder = benchmark_folder(name)
    if not folder.is_dir():
        known = ", ".join(BUILTIN + each for each in _builtin_names())
        raise InputError(f"there is no built-in suite {name!r}.", hint=f"Built in: {known}.")
    return folder


def _builtin_names() -> list[str]:
    return sorted(path.name for path in (resources.files("eval") / "suites").iterdir() if path.is_dir())


def _of_tasks(name: str, folder: Path) -> Suite:
    return Suite(name, tuple(_row(task) for task in load_tasks(folder)), is_external=False)


def _row(task: Task) -> Row:
    return Row(
        task.id, task.category, task.question(), task.executable(), partial(_answer, task=task), reference=task.reference
    )  # fmt: skip


def _answer(reply: str, finish_reason: str, *, task: Task) -> ExtractedCode:
    return extract_answer(reply, task.kind, finish_reason=finish_reason)


def _unique(rows: tuple[Row, ...], name: str) -> tuple[Row, ...]:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError(f"{name} holds {row.id!r} twice.", hint="Give each task a name of its own.")
        seen.add(row.id)
    return rows
