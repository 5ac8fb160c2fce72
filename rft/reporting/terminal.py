"""A report for a person at a terminal: measured, moved, decided, the data and its tasks, what to do next."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rft.engine import BASE, FEW_SHOT, SFT
from rft.forgetting import TITLE, General, fill, percent
from rft.plain import visible
from rft.reporting.answers import CASES
from rft.reporting.cells import DATA_HEADINGS, DATA_LEGEND, data_cells, in_words, p_value, verdict, whole
from rft.reporting.model import Report
from rft.reporting.shares import Shares, TaskShare
from rft.sampling_view import TITLE as SAMPLING
from rft.sampling_view import fill as fill_sampling
from rft.sampling_view import gains_in_words
from rft.trend import RoundFigures, trend_table

ABREAST = 3
"""Rounds whose differences fit 80 columns side by side."""
MOST_TASKS = 3
"""Of the best and of the worst tasks."""
FIRST_TABLE = (CASES, "pass@1", "compile")
"""Figures that the first table shows with their intervals."""


def render(report: Report, console: Console, rounds: Sequence[RoundFigures] = ()) -> None:
    """Print the report. `rounds` are the figures of the rounds' candidates, where they are known."""
    _head(report, console)
    if report.rows:
        console.print(_measured(report), _scored(report))
    else:
        _say(console, "Nothing was measured yet.")
    if forgotten := general_rows(report):
        console.print(fill(_table(TITLE), forgotten))
    for table in _moved(report):
        console.print(table)
    if len(report.rows) > 1 or rounds:
        console.print(trend_table(report.rows, rounds))
    _print_decisions(report, console)
    _print_data(report, console)
    _print_tasks(report, console)
    _print_advice(report, console)


def render_delta(report: Report, console: Console) -> None:
    """Print for each round the table from SFT to it: what a model card shows."""
    _head(report, console)
    if not report.compared:
        _say(console, "No round was measured yet: there is nothing to compare with SFT.")
    for name in report.compared:
        console.print(_delta(report, name))
    if report.compared:
        _say(console, "Means over the held-out tasks; minus SFT: paired by task, 95 % interval.")


def general_rows(report: Report) -> list[tuple[str, General]]:
    """The policies that were measured on the general suite."""
    return [(row.name, row.general) for row in report.rows if row.general is not None]


def notes(report: Report) -> list[str]:
    """What the tables have no room for, in sentences."""
    counts = [(row.name, row.unsupported) for row in report.rows]
    counts += [(f"{name} on the general suite", general.unsupported) for name, general in general_rows(report)]
    what = "answers that used what the world does not model, counted as failed."
    gains = gains_in_words({row.name: row.gain for row in report.rounds if row.gain is not None})
    return [*gains, *(f"{name}: unsupported {number}: {what}" for name, number in counts if number)]


def _head(report: Report, console: Console) -> None:
    state = "" if report.finished else " (not finished)"
    judge = "" if report.judge is None else f", judge {report.judge['name']}"
    facts = f"model {report.model}, seed {report.seed}, reward mode {report.reward_mode}{judge}"
    console.print(f"\nRun {report.run}{state}: {facts}", markup=False)


def _say(console: Console, line: str) -> None:
    console.print(visible(line), highlight=False, markup=False, soft_wrap=True)


def _table(title: str) -> Table:
    """Narrow enough that every table fits 80 columns."""
    return Table(title=title or None, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)


def _measured(report: Report) -> Table:
    table = _table("On the held-out tasks, in %, with 95 % intervals over tasks")
    table.add_column("policy")
    for heading in (CASES, "pass@1", "pass@k", "compile"):
        table.add_column(heading, justify="right")
    for row in report.rows:
        m = row.metrics
        table.add_row(row.name, percent(m.cases), percent(m.pass_at_1), whole(m.pass_at_k), whole(m.compile_rate))
    return table


def _scored(report: Report) -> Table:
    """The figures that the first table does not have, a column each."""
    table = _table("Means in %; code that does not compile counts as 0")
    table.add_column("policy")
    rows = [row for row in report.figures if row.figure not in FIRST_TABLE]
    for row in rows:
        table.add_column(row.figure, justify="right")
    for policy in report.rows:
        table.add_row(policy.name, *(f"{100 * row.values[policy.name]:.1f}" for row in rows))
    return table


def _moved(report: Report) -> Iterator[Table]:
    """What each round moved, a few rounds side by side."""
    names = report.compared
    for start in range(0, len(names), ABREAST):
        table = _table("Minus SFT, in points, paired by task, with 95 % intervals")
        table.add_column("figure", no_wrap=True)
        abreast = names[start : start + ABREAST]
        for name in abreast:
            table.add_column(name, justify="right", no_wrap=True)
        for row in report.figures:
            table.add_row(row.figure, *(row.against_sft[name].text() for name in abreast))
        yield table


def _delta(report: Report, name: str) -> Table:
    table = _table(f"From SFT to {name}, in %; difference in points")
    table.add_column("figure", no_wrap=True)
    known = [row.name for row in report.rows if row.name in (BASE, FEW_SHOT, SFT, name)]
    for heading in (*known, "minus SFT"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in report.figures:
        levels = (f"{100 * row.values[policy]:.1f}" for policy in known)
        table.add_row(row.figure, *levels, row.against_sft[name].text())
    return table


def _print_decisions(report: Report, console: Console) -> None:
    decided = [(row.name, row.decision) for row in report.rows if row.decision is not None]
    if not decided:
        return
    table = _table("The gate; visible: the gain it sees in 80 %")
    for heading in ("policy", "decision", "p", "needed", "visible"):
        table.add_column(heading, justify="left" if heading in ("policy", "decision") else "right", no_wrap=True)
    for name, d in decided:
        visible_gain = "none" if d.mde is None else f"{100 * d.mde:+.1f}"
        table.add_row(name, verdict(d), p_value(d.p_value), f"{d.alpha:.4f}", visible_gain)
    console.print(table)
    for name, d in decided:
        _say(console, f"{name}: {'promoted' if d.promote else 'not promoted'}: {d.reason}.")


def _print_data(report: Report, console: Console) -> None:
    if rows := list(data_cells(report)):
        table = _table("The data: what a round sampled and kept, and what was trained on")
        for heading in DATA_HEADINGS:
            table.add_column(heading, justify="left" if heading == "policy" else "right")
        for cells in rows:
            table.add_row(*cells)
        console.print(table)
        console.print(DATA_LEGEND, highlight=False)
    if sampled := [row.sampling for row in report.rounds if row.sampling is not None]:
        console.print(fill_sampling(_table(SAMPLING), sampled))
    for line in notes(report):
        _say(console, line)


def _print_tasks(report: Report, console: Console) -> None:
    for title, shares in (("Training tasks", report.training_tasks), ("Held-out tasks", report.held_out_tasks)):
        if shares is not None:
            _say(console, f"\n{title}, % of answers that pass; {in_words(shares)}")
            console.print(_tasks(shares))


def _tasks(shares: Shares) -> Table:
    table = _table("")
    table.add_column("")
    table.add_column("task", overflow="fold")
    for heading in (shares.first, shares.last, "answers"):
        table.add_column(heading, justify="right", no_wrap=True)
    for what, tasks in (("best", shares.best(MOST_TASKS)), ("worst", shares.worst(MOST_TASKS))):
        for task in tasks:
            table.add_row(what if task is tasks[0] else "", *_share_cells(task))
    return table


def _share_cells(task: TaskShare) -> tuple[Text, str, str, str]:
    return Text(task.task), whole(task.first), whole(task.last), str(task.answers)


def _print_advice(report: Report, console: Console) -> None:
    if not report.advice:
        return
    console.print("\nWhat to do next")
    grid = Table.grid(padding=(0, 1))
    for each in report.advice:
        grid.add_row("-", Text(visible(each.text)))
    console.print(grid)
