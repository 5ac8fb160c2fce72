"""From a run's store to what its page shows. Reads, and computes nothing that the report does not say too."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from eval.task import Task
from judges.cost.facts import CostReport
from judges.cost.view import show_cost
from rft.config import RftConfig
from rft.config_view import settings
from rft.page.chart import Chart, Mark, chart
from rft.page.rendering import draw_answer
from rft.page.samples import MOST_BYTES, Browser, TaskShown
from rft.page.tables import CategoryRow, category_rows
from rft.report import PolicyRow, Report
from rft.store import RunStore
from rft.task_round import task_round
from rft.trend import RoundFigures

COST_COLUMNS = 100
MOST_TASKS = 5
"""Of the best and of the worst tasks that are named."""
_USER = re.compile(r"//[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Page:
    """What the template is given. `cost` is the judge's in words, None without one; `samples_missing` says why there are no
    samples, where it is so."""

    report: Report
    state: str
    charts: tuple[Chart, ...]
    categories: tuple[CategoryRow, ...]
    rounds: tuple[RoundFigures, ...]
    tasks: tuple[TaskShown, ...]
    notes: tuple[str, ...]
    samples_missing: str
    cost: str | None
    cost_missing: str
    settings: tuple[tuple[str, str, str], ...]
    most_tasks: int = MOST_TASKS


def page_of(
    report: Report,
    state: str,
    store: RunStore,
    config: RftConfig,
    *,
    benchmark: Sequence[Task],
    training: Sequence[Task],
    rounds: Sequence[RoundFigures],
    samples_missing: str = "",
    cost: CostReport | None = None,
    cost_missing: str = "",
    most_bytes: int = MOST_BYTES,
) -> Page:
    """The page of a run as it stands. `state` is the run's, in words; `training` is empty where `samples_missing` says why."""
    browser = _browsed(store, config, training, most_bytes)
    return Page(
        report=report,
        state=state,
        charts=_charts(report),
        categories=tuple(category_rows(report.rows, benchmark)) if report.rows else (),
        rounds=tuple(rounds),
        tasks=tuple(browser.tasks()),
        notes=tuple(browser.notes()),
        samples_missing=samples_missing,
        cost=None if cost is None else _cost_in_words(cost),
        cost_missing=cost_missing,
        settings=tuple((name, _setting(value), says) for name, value, says in settings(config)),
    )


def _browsed(store: RunStore, config: RftConfig, tasks: Iterable[Task], most_bytes: int) -> Browser:
    browser = Browser(draw_answer, most_bytes)
    for task in tasks:
        if browser.is_full:
            browser.skip()
            continue
        found = [task_round(store, task, index, config) for index in range(1, config.rounds + 1)]
        browser.add(task, [each for each in found if each is not None])
    return browser


def _charts(report: Report) -> tuple[Chart, ...]:
    marks = [(row, _mark(row)) for row in report.rows]
    drawn = (
        chart("Cases passed on the held-out tasks, %", [(row.name, row.metrics.cases, mark) for row, mark in marks]),
        chart("pass@1 on the held-out tasks, %", [(row.name, row.metrics.pass_at_1, mark) for row, mark in marks]),
    )
    return tuple(each for each in drawn if each is not None)


def _mark(row: PolicyRow) -> Mark:
    if row.decision is None:
        return "measured"
    return "promoted" if row.decision.promote else "refused"


def _cost_in_words(cost: CostReport) -> str:
    stream = io.StringIO()
    show_cost(cost, Console(file=stream, width=COST_COLUMNS, no_color=True, force_terminal=False))
    return "\n".join(line.rstrip() for line in stream.getvalue().strip("\n").split("\n"))


def _setting(value: Any) -> str:
    """A value as it is read; a page is passed on, so a name and password in an address are not on it."""
    return "unset" if value is None else _USER.sub("//…@", str(value))
