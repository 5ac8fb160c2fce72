"""Figures as a report writes them."""

from collections.abc import Iterator
from typing import Any

from eval.gate import Decision
from rft.reporting.data import RoundData
from rft.reporting.model import Report
from rft.reporting.shares import Shares

DATA_HEADINGS = ("policy", "tasks", "never", "always", "kept", "low", "match", "twice", "rows", "loss", "unseen")
DATA_LEGEND = (
    "never, always: tasks of which no candidate or every one passes. low: tasks with one that passes, but below the threshold. "
    "match, twice: kept answers so far that training left out, because they match held-out tasks or are there already. "
    "rows: trained on. unseen: loss on the held-out references."
)


def whole(value: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * value:.0f}"


def p_value(value: float) -> str:
    """A p-value in four digits; none is zero."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def p_in_words(value: float) -> str:
    """The same with what it is, for a sentence."""
    return f"p {'' if value < 0.0001 else '= '}{p_value(value)}"


def verdict(decision: Decision) -> str:
    """The gate's word."""
    return "promoted" if decision.promote else "refused"


def data_cells(report: Report) -> Iterator[tuple[str, ...]]:
    """Rows under DATA_HEADINGS: every policy that was trained and decided about, and every round that has come to its selection.
    What is not there (yet) is empty."""
    data, trained = {each.name: each for each in report.data}, {row.name: row.training for row in report.rows if row.training}
    for name in dict.fromkeys((*trained, *data)):
        yield (name, *_sampled(data.get(name)), *_trained(trained.get(name), data.get(name)))


def _sampled(data: RoundData | None) -> tuple[str, ...]:
    if data is None:
        return ("",) * 7
    numbers = (data.tasks, data.never, data.always, data.kept, data.too_low, data.in_held_out, data.twice)
    return tuple("" if number is None else str(number) for number in numbers)


def _trained(training: dict[str, Any] | None, data: RoundData | None) -> tuple[str, ...]:
    rows = data.rows if training is None and data is not None else (training or {}).get("rows")
    losses = ("", "") if training is None else tuple(f"{training[name]:.3f}" for name in ("final_loss", "validation_loss"))
    return ("" if rows is None else str(rows), *losses)


def in_words(shares: Shares) -> str:
    """How many tasks are at either end."""
    none, all_ = (sum(task.last == end for task in shares.tasks) for end in (0, 1))
    return f"{none} of {len(shares.tasks)} end at 0, {all_} at 100"
