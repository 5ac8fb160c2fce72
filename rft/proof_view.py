"""What a person sees of the proof of task suites."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.categories import seed_counts
from eval.check import SuiteCheck, TaskCheck
from rft.proof import Proof

PIPE_WIDTH = 120
"""Columns where there is no terminal to fit."""
DIFFICULTIES = ("1", "2", "3", "4", "5")
_COLUMNS = ("tasks", "d1 d2 d3 d4 d5", "asserts", "killed", "equal", "rate", "problems")


def show_proof(proof: Proof, console: Console) -> None:
    """Every problem in a line, the surviving mutants where one task alone was asked about, then a table: each suite with its
    categories under it. d1 to d5 count tasks by difficulty; asserts are the least and the median of a task; killed are the
    mutants that fail, of those that were made; equal ones, which do what the reference does, do not count for the rate."""
    for problem in proof.problems:
        console.print(f"{problem['task']}: {problem['problem']}", markup=False, highlight=False, soft_wrap=True)
    for check in proof.checks:
        if len(check.tasks) == 1:
            _show_survivors(check.tasks[0], console)
    table = Table(box=box.SIMPLE_HEAD, padding=0)
    table.add_column("suite", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for suite, check in zip(proof.suites, proof.checks, strict=True):
        repeats = [repeat.task for repeat in proof.repeats if repeat.split == suite.name]
        table.add_row(f"[bold]{escape(suite.name)}[/]", *_figures(check, len(check.problems) + len(repeats)))
        for name, part in check.by_category().items():
            names = {task.task for task in part.tasks}
            alike = sum(task in names for task in repeats)
            table.add_row(f"  {escape(name)}", *_figures(part, len(part.problems) + alike))
    console.print(table)
    for suite in proof.suites:
        counts = seed_counts([task.category for task in suite.tasks])
        if counts:
            text = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
            console.print(f"{suite.name} by coarse category: {text}", markup=False, highlight=False)


def _show_survivors(task: TaskCheck, console: Console) -> None:
    for survivor in task.survivors:
        note = " (cannot be run in this world)" if survivor.unsupported else ""
        text = f"{task.task}: passes: {survivor.label}{note}\n    {survivor.before}\n    {survivor.after}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _figures(check: SuiteCheck, problems: int) -> tuple[str, ...]:
    levels = check.histogram("difficulty")
    return (
        str(len(check.tasks)),
        " ".join(f"{levels.get(level, 0):2}" for level in DIFFICULTIES),
        "" if check.assertions is None else "{}/{:g}".format(*check.assertions),
        f"{check.killed}/{check.made}",
        str(check.equivalent),
        "" if check.kill_rate is None else f"{check.kill_rate:.1%}",
        str(problems),
    )
