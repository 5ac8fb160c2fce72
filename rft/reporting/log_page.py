"""The page of a run in the workspace: docs/runs/NAME.md, and the report's JSON beside the run.

Nothing on it depends on time: a run that was stopped and carried on has the page of one that was not.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rft.forgetting import markdown, percent
from rft.reporting.cells import DATA_HEADINGS, DATA_LEGEND, data_cells, in_words, p_value, verdict, whole
from rft.reporting.delta import FigureRow
from rft.reporting.model import PolicyRow, Report
from rft.reporting.shares import Shares
from rft.reporting.terminal import general_rows, notes
from rft.store import RunPaths

MOST_TASKS = 5
"""Of the best and of the worst."""


def write_log_page(report: Report, paths: RunPaths) -> Path:
    """Write both files; returns the page's."""
    paths.log_page.parent.mkdir(parents=True, exist_ok=True)
    paths.log_page.write_text("\n".join(_lines(report)) + "\n")
    (paths.folder / "report.json").write_text(json.dumps(report.to_json(), indent=1))
    return paths.log_page


def _lines(report: Report) -> Iterator[str]:
    judge = "" if report.judge is None else f", judge {report.judge['name']}"
    yield from (f"# Run {report.run}", "")
    yield from (f"Model {report.model}, seed {report.seed}, reward mode {report.reward_mode}{judge}.", "")
    headings = ("policy", "cases passed %", "pass@1 %", "compile %", "decision", "p", "reason")
    yield from _table(headings, map(_policy, report.rows))
    if report.figures:
        yield from ("", "## From SFT to the rounds: means in %, differences in points with 95 % intervals", "", *_moved(report))
    categories = list(report.rows[0].metrics.by_category) if report.rows else []
    yield from ("", "## Cases passed by category, %", "")
    shares = ([row.name, *(f"{100 * row.metrics.by_category[name]:.1f}" for name in categories)] for row in report.rows)
    yield from _table(("policy", *categories), shares)
    if forgotten := general_rows(report):
        yield from ("", *markdown(forgotten))
    yield from ("", "## Data", "", *_table(DATA_HEADINGS, data_cells(report)), "", DATA_LEGEND)
    if said := notes(report):
        yield from ("", *said)
    yield from _tasks("Training tasks", report.training_tasks)
    yield from _tasks("Held-out tasks", report.held_out_tasks)
    for row in report.rounds:
        without = ", ".join(sorted(row.without or {})) or "none"
        yield from ("", f"## {row.name}", "", f"Sampled {row.sampled}, kept {row.kept}. Tasks with none kept: {without}.")
    if report.advice:
        yield from ("", "## What to do next", "", *(f"- {each.text}" for each in report.advice))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield "|---" * len(headings) + "|"
    for cells in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _policy(row: PolicyRow) -> Sequence[str]:
    m, d = row.metrics, row.decision
    said = ("", "", "") if d is None else (verdict(d), p_value(d.p_value), d.reason)
    return (row.name, percent(m.cases), percent(m.pass_at_1), whole(m.compile_rate), *said)


def _moved(report: Report) -> Iterator[str]:
    rounds = report.compared
    policies = [row.name for row in report.rows if row.name not in rounds]
    headings = ["figure", *policies, *(heading for name in rounds for heading in (name, f"{name} - SFT"))]
    return _table(headings, (_figure(row, policies, rounds) for row in report.figures))


def _figure(row: FigureRow, policies: Sequence[str], rounds: Sequence[str]) -> Sequence[str]:
    moved = ((f"{100 * row.values[name]:.1f}", row.against_sft[name].text()) for name in rounds)
    return [row.figure, *(f"{100 * row.values[name]:.1f}" for name in policies), *(cell for pair in moved for cell in pair)]


def _tasks(title: str, shares: Shares | None) -> Iterator[str]:
    if shares is None:
        return
    yield from ("", f"## {title}, % of answers that pass; {in_words(shares)}", "")
    groups = (("best", shares.best(MOST_TASKS)), ("worst", shares.worst(MOST_TASKS)))
    rows = ([what, each.task, whole(each.first), whole(each.last)] for what, tasks in groups for each in tasks)
    yield from _table(("", "task", shares.first, shares.last), rows)
