"""Figures as a report writes them."""

from eval.gate import Decision
from rft.reporting.data import RoundData
from rft.reporting.shares import Shares

DATA_HEADINGS = ("policy", "tasks", "never", "always", "kept", "low", "match", "twice", "rows", "loss", "unseen")
DATA_LEGEND = (
    "never, always: tasks of which no candidate or every one passes. low: tasks with one that passes, but below the threshold. "
    "match, twice: kept answers so far that training left out, because they match held-out tasks or are there already. "
    "rows: trained on. unseen: loss on the held-out references."
)


def percent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * value:.0f}"


def count(value: int | None) -> str:
    """A number, empty where there is none."""
    return "" if value is None else str(value)


def loss(training: dict[str, float] | None, name: str) -> str:
    """One of the losses of a training, empty where there was none."""
    return "" if not training else f"{training[name]:.3f}"


def p_value(value: float) -> str:
    """A p-value in four digits; none is zero."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def p_in_words(value: float) -> str:
    """The same with what it is, for a sentence."""
    return f"p {'' if value < 0.0001 else '= '}{p_value(value)}"


def verdict(decision: Decision) -> str:
    """The gate's word."""
    return "promoted" if decision.promote else "refused"


def of_data(data: RoundData | None) -> tuple[str, ...]:
    """The cells between a policy's name and its losses; a policy without rounds has none of its own."""
    if data is None:
        return ("",) * 8
    numbers = (data.tasks, data.never, data.always, data.kept, data.too_low, data.in_held_out, data.twice, data.rows)
    return tuple(map(count, numbers))


def in_words(shares: Shares) -> str:
    """How many tasks are at either end."""
    none, all_ = (sum(task.last == end for task in shares.tasks) for end in (0, 1))
    return f"{none} of {len(shares.tasks)} end at 0, {all_} at 100"
