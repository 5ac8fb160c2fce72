"""What is known of the task files that are watched: each proved once for what stands in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from eval.check import STRICT, SuiteCheck, TaskCheck
from eval.near import find_repeats
from eval.task import Task, TaskFileError, load_task
from rft.proof import Suite, check_suites
from rft.task_files.skeleton import unwritten
from rft.task_files.unfinished import told

EACH = replace(STRICT, suite_rate=0.0)
"""A task alone has no rate to reach as a suite."""


@dataclass(frozen=True, slots=True)
class Known:
    """A file. `error` says why it is no task; it has neither `task` nor `check` then."""

    place: Path
    text: bytes
    task: Task | None = None
    check: TaskCheck | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a look found: all files with what is wrong with them, and which are new, gone or otherwise than before."""

    files: Mapping[Path, Known]
    problems: Mapping[Path, tuple[str, ...]]
    of_places: tuple[str, ...]
    saved: frozenset[Path]
    turned: frozenset[Path]
    """Files that were not saved and have other problems than before, since another file was."""
    gone: tuple[Path, ...]


class Watched:
    """The task files of some places, in the order in which a suite has them."""

    def __init__(self, places: Sequence[Path], mutants: int, bar: Console) -> None:
        self.places = tuple(places)
        self._mutants, self._bar = mutants, bar
        self._files: dict[Path, Known] = {}
        self._problems: dict[Path, tuple[str, ...]] = {}

    def look(self, files: Mapping[Path, Sequence[Path]]) -> News:
        """Read the files of every place, prove those that hold something new. Raises ScorersError."""
        found = {file: known for place, listed in files.items() for file in listed if (known := _read(place, file)) is not None}
        saved = frozenset(file for file, known in found.items() if self._is_new(file, known))
        gone = tuple(file for file in self._files if file not in found)
        fresh = self._proved({file: _loaded(file, known) for file, known in found.items() if file in saved})
        self._files = {file: fresh.get(file) or self._files[file] for file in found}
        before, self._problems = self._problems, _problems(self._files)
        turned = frozenset(file for file, told in self._problems.items() if file not in saved and before.get(file) != told)
        return News(self._files, self._problems, tuple(_rates(self._files)), saved, turned, gone)

    def _is_new(self, file: Path, known: Known) -> bool:
        before = self._files.get(file)
        return before is None or before.text != known.text

    def _proved(self, files: dict[Path, Known]) -> dict[Path, Known]:
        tasks = {file: known.task for file, known in files.items() if known.task is not None}
        if not tasks:
            return files
        name = str(next(iter(tasks))) if len(tasks) == 1 else f"{len(tasks)} tasks"
        (suite,) = check_suites([Suite(name, tuple(tasks.values()), EACH)], self._mutants, self._bar).checks
        checks = {file: told(task, check) for (file, task), check in zip(tasks.items(), suite.tasks, strict=True)}
        return {file: replace(known, check=checks.get(file)) for file, known in files.items()}


def _read(place: Path, file: Path) -> Known | None:
    try:
        return Known(place, file.read_bytes())
    except FileNotFoundError:
        return None  # taken away since it was listed
    except OSError:
        return Known(place, b"")  # load_task says why


def _loaded(file: Path, known: Known) -> Known:
    try:
        return replace(known, task=load_task(file))
    except TaskFileError as error:
        return replace(known, error=str(error))


def _problems(files: Mapping[Path, Known]) -> dict[Path, tuple[str, ...]]:
    """Of each file its own problems, and those that it has with others."""
    first: dict[tuple[Path, str], Path] = {}
    found: dict[Path, list[str]] = {}
    for file, known in files.items():
        own = known.check.problems if known.check is not None else (known.error,)
        found[file] = [*own]
        other = first.setdefault((known.place, file.stem), file)
        if other != file:
            found[file].append(f"{other} has the same id")
    for file, text in _repeats(files):
        found[file].append(text)
    return {file: tuple(texts) for file, texts in found.items()}


def _repeats(files: Mapping[Path, Known]) -> Iterator[tuple[Path, str]]:
    """What repeats a file before it. Every file is a split of its own here, so that it is known by its path."""
    tasks = {str(file): (file, known.task) for file, known in files.items() if known.task and not unwritten(known.task)}
    for repeat in find_repeats([(name, [task]) for name, (_, task) in tasks.items()]):
        yield tasks[repeat.split][0], repeat.text


def _rates(files: Mapping[Path, Known]) -> Iterator[str]:
    """The folders of whose mutants too few fail."""
    for place in {known.place: None for known in files.values()}:
        whole = SuiteCheck(tuple(known.check for known in files.values() if known.place == place and known.check is not None))
        rate = whole.kill_rate
        if place.is_dir() and rate is not None and rate < STRICT.suite_rate:
            counted = whole.made - whole.equivalent
            least = f"{STRICT.suite_rate:.0%}"
            yield f"{place}: only {whole.killed} of {counted} mutants of all its tasks fail ({rate:.1%}); at least {least} must"
