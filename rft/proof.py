"""The proof of whole suites: which ones the package brings, and how they are checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Task as Bar
from rich.text import Text

from eval.check import AS_MEASURED, STRICT, Bounds, SuiteCheck, check_tasks
from eval.near import Repeat, find_repeats
from eval.task import Task, load_task, load_tasks
from rft import config
from rft.inputs import BUILTIN, benchmark_folder, task_folder

QUICKSTART = f"{BUILTIN}quickstart"


@dataclass(frozen=True, slots=True)
class Suite:
    """Tasks of one folder or file."""

    name: str
    tasks: tuple[Task, ...]
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found about several suites."""

    suites: tuple[Suite, ...]
    checks: tuple[SuiteCheck, ...]
    repeats: tuple[Repeat, ...]

    @property
    def problems(self) -> list[dict[str, str]]:
        """Of all suites, with the suite's name."""
        found = [
            {"folder": suite.name, "task": problem.task, "problem": problem.text}
            for suite, check in zip(self.suites, self.checks, strict=True)
            for problem in check.problems
        ]
        return found + [{"folder": near.split, "task": near.task, "problem": near.text} for near in self.repeats]

    @property
    def has_problems(self) -> bool:
        return bool(self.problems)

    def to_json(self) -> dict[str, Any]:
        suites = [{"folder": suite.name, **check.to_json()} for suite, check in zip(self.suites, self.checks, strict=True)]
        return {"problems": self.problems, "repeats": [near.to_json() for near in self.repeats], "suites": suites}


def suites_of(file: Path | None) -> list[str]:
    """The folders of tasks that a configuration file names, but for the package's. Raises InputError for a file that is wrong."""
    if file is None:
        return []
    data = config.load_config(file, config.QUICKSTART, {}).data
    named = (data.tasks, data.benchmark, data.general)
    return [setting for setting in named if setting is not None and not setting.startswith(BUILTIN)]


def packaged_suites() -> list[str]:
    """All folders of tasks that the package brings."""
    held_out = Path(str(resources.files("eval") / "suites"))
    training = Path(str(resources.files("rft"))) / "luau" / "tasks"
    folders = [task_folder(QUICKSTART), training, *sorted(held_out.iterdir())]
    return [str(folder) for folder in folders if any(folder.rglob("*.toml"))]


def read_suite(path: str) -> Suite:
    """The tasks of a folder, or the one of a file, which is no suite and has no rate to reach as one. Raises TaskFileError."""
    place = Path(path)
    kept = {folder.resolve() for folder in (task_folder(QUICKSTART), benchmark_folder(QUICKSTART))}
    bounds = STRICT if kept.isdisjoint((place.resolve(), place.resolve().parent)) else AS_MEASURED
    if place.is_file():
        return Suite(_short(place), (load_task(place),), replace(bounds, suite_rate=0.0))
    return Suite(_short(place), load_tasks(place), bounds)


def _short(place: Path) -> str:
    """The path from the working directory, where it lies below it."""
    return str(place.resolve().relative_to(Path.cwd()) if place.resolve().is_relative_to(Path.cwd()) else place)


def check_suites(suites: Sequence[Suite], mutants: int, console: Console) -> Proof:
    """Check all tasks of all suites, with a bar on `console` where that is a terminal. Raises ScorersError."""
    checks: list[SuiteCheck] = []
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        for suite in suites:
            bar = progress.add_task(escape(suite.name), total=None)

            def advance(done: int, total: int, bar: Any = bar) -> None:
                progress.update(bar, completed=done, total=total)

            checks.append(check_tasks(suite.tasks, bounds=suite.bounds, mutants=mutants, on_progress=advance))
            progress.remove_task(bar)
    repeats = find_repeats([(suite.name, suite.tasks) for suite in suites])
    return Proof(tuple(suites), tuple(checks), tuple(repeats))


class _Rate(ProgressColumn):
    """Answers a second."""

    def render(self, task: Bar) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")
