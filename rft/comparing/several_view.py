"""Several policies side by side, for a person."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rft.comparing.command import letters
from rft.comparing.several import Column, Several, TaskAcross
from rft.comparing.view import narrow_table, say
from rft.plain import visible
from rft.reporting.cells import p_value

MISSING = "missing"


def print_several(found: Several, console: Console) -> None:
    """Print the policies, the categories, and the tasks whose results differ or are missing somewhere."""
    names = letters(len(found.columns))
    say(console, f"\n{len(found.columns)} policies on the {found.common} tasks that all have, {found.k} answers to each")
    console.print(_policies(found, names))
    console.print(_categories(found, names))
    told = [task for task in found.tasks if not _is_plain(task)]
    if told:
        console.print(_tasks(told, names))
    say(console, f"{len(found.tasks) - len(told)} of {len(found.tasks)} tasks are passed as often by all.")
    if any(not task.is_same for task in told):
        say(console, "*: the question or the tests are not the same everywhere; these tasks stand in no figure.")


def _policies(found: Several, names: Sequence[str]) -> Table:
    table = narrow_table("In %; minus A in points, paired by task; p: the gate's one-sided test")
    table.add_column("")
    table.add_column("policy", overflow="fold")
    for heading in ("cases", "pass@1", "minus A", "p", MISSING):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, column in zip(names, found.columns, strict=True):
        table.add_row(name, Text(visible(column.label)), *_figures(column))
    return table


def _figures(column: Column) -> tuple[str, ...]:
    against = "" if column.against_first is None else column.against_first.text()
    p = "" if column.p_value is None else p_value(column.p_value)
    return f"{100 * column.cases:.1f}", f"{100 * column.pass_at_1:.1f}", against, p, str(column.missing or "")


def _categories(found: Several, names: Sequence[str]) -> Table:
    table = narrow_table("By category; share of cases passed in %")
    table.add_column("category", overflow="fold")
    for heading in ("tasks", *names):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found.categories:
        table.add_row(Text(visible(each.category)), str(each.tasks), *(f"{100 * share:.1f}" for share in each.shares))
    return table


def _tasks(told: Sequence[TaskAcross], names: Sequence[str]) -> Table:
    table = narrow_table("Tasks that differ: answers that pass every test")
    table.add_column("category", overflow="fold")
    table.add_column("task", overflow="fold")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    before = ""
    for task in sorted(told, key=lambda task: (task.category, task.task)):
        category = "" if task.category == before else visible(task.category)
        before = task.category
        cells = (MISSING if passed is None else f"{passed}/{k}" for passed, k in zip(task.passed, task.answers, strict=True))
        table.add_row(Text(category), Text(f"{visible(task.task)}{'' if task.is_same else ' *'}"), *cells)
    return table


def _is_plain(task: TaskAcross) -> bool:
    """Whether there is nothing to tell of a task: all have it, and passed it as often."""
    if not task.is_same or None in task.passed:
        return False
    return len({(passed or 0) / (k or 1) for passed, k in zip(task.passed, task.answers, strict=True)}) == 1
