"""A comparison for a person: what moved, by category, and two answers as one difference."""

import difflib

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rft.code_view import highlighted
from rft.comparing.comparison import Comparison, TaskDelta
from rft.comparing.sides import Best
from rft.plain import visible
from rft.reporting.cells import p_in_words

CONTEXT = 3
"""Lines around a difference."""
NAMED = 12
"""Tasks that are named of a kind; `--json` has all."""


def print_comparison(found: Comparison, console: Console) -> None:
    """Print the paired difference, the categories, and the tasks whose result is not the same."""
    say(console, f"\nB {found.b} minus A {found.a}, on {len(found.tasks)} held-out tasks, {found.k} samples each")
    say(console, f"Cases passed: {found.difference.text()} points with the 95 % interval over tasks.")
    say(console, f"The gate's test, one-sided, that B is better: {p_in_words(found.p_value)}.")
    console.print(_categories(found))
    moved = [task for task in found.tasks if task.delta or task.passed_a != task.passed_b]
    if moved:
        console.print(_tasks(moved))
    same = len(found.tasks) - len(moved)
    gained, lost = (sum(task.flip == flip for task in found.tasks) for flip in ("gained", "lost"))
    say(console, f"{gained} tasks gained (A never passes, B does), {lost} lost; {same} of {len(found.tasks)} the same.")
    for line in _not_compared(found):
        say(console, line)


def narrow_table(title: str) -> Table:
    """An empty table that fits 80 columns."""
    return Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)


def _categories(found: Comparison) -> Table:
    table = narrow_table("By category; share of cases passed in %")
    table.add_column("category", overflow="fold")
    for heading in ("tasks", "A", "B", "B - A", "gained", "lost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found.categories:
        shares = (f"{100 * each.share_a:.1f}", f"{100 * each.share_b:.1f}", f"{100 * (each.share_b - each.share_a):+.1f}")
        table.add_row(Text(each.category), str(each.tasks), *shares, str(each.gained or ""), str(each.lost or ""))
    return table


def _tasks(moved: list[TaskDelta]) -> Table:
    table = narrow_table("Tasks that moved; samples that pass, and points of cases passed")
    table.add_column("category", overflow="fold")
    table.add_column("task", overflow="fold")
    for heading in ("A", "B", "B - A"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    before = ""
    for task in sorted(moved, key=lambda task: (task.category, -task.delta, task.task)):
        category = "" if task.category == before else task.category
        before = task.category
        style = {"gained": "green", "lost": "red"}.get(task.flip, "")
        passed = (f"{task.passed_a}/{task.k}", f"{task.passed_b}/{task.k}")
        table.add_row(Text(category), Text(task.task), *passed, f"{100 * task.delta:+.1f}", Text(task.flip, style))
    return table


def _not_compared(found: Comparison) -> list[str]:
    lines = []
    if found.k_a != found.k_b:
        lines.append(f"A has {found.k_a} samples of a task and B {found.k_b}: the first {found.k} of each are compared.")
    for what, tasks in (
        ("Only A has", found.only_a),
        ("Only B has", found.only_b),
        ("Not compared, because the question or the tests differ:", found.changed),
    ):
        if tasks:
            more = f" and {len(tasks) - NAMED} more" if len(tasks) > NAMED else ""
            lines.append(f"{what} {', '.join(tasks[:NAMED])}{more}.")
    return lines


def print_answers(task: str, a: tuple[str, Best], b: tuple[str, Best], console: Console) -> None:
    """Print the two best answers to a task as a unified difference."""
    for letter, (label, best) in (("A", a), ("B", b)):
        say(console, f"{letter} {label}: answer {best.index} to {task} passes {best.passed} of {best.total} cases")
    old, new = (visible(best.code).rstrip().split("\n") for _, best in (a, b))
    lines = list(difflib.unified_diff(old, new, f"A {a[0]}", f"B {b[0]}", lineterm="", n=CONTEXT))
    if not lines:
        say(console, "The two answers are the same:")
        lines = old
    for line in highlighted("\n".join(lines), "diff" if lines is not old else "luau"):
        console.print(line, soft_wrap=True)


def say(console: Console, line: str) -> None:
    """Print a line as it is."""
    console.print(visible(line), highlight=False, markup=False, soft_wrap=True)
