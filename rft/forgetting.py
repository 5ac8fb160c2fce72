"""What a report says of the general suite: the tasks outside the domain, on which no adapter may fall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from eval.benchmark import Figure, Metrics
from eval.task import Task
from rft.engine import BASE
from rft.measure import GENERAL, benchmark_result, metrics_of, unsupported_answers
from rft.paired import Difference, difference
from rft.store import RunStore

TITLE = "On the general suite, outside the domain, in %"
HEADINGS = ("policy", "cases passed", "pass@1", "minus base")


@dataclass(frozen=True, slots=True)
class General:
    """One policy on the general suite. `against_base` is its paired difference in share of cases passed; None for the base.
    `unsupported` counts its answers that used what the world does not model."""

    metrics: Metrics
    against_base: Difference | None
    unsupported: int

    def to_json(self) -> dict[str, Any]:
        counted_apart = {"unsupported": self.unsupported} if self.unsupported else {}
        against = None if self.against_base is None else self.against_base.to_json()
        return {"metrics": self.metrics.to_json(), **counted_apart, "against_base": against}


def general_of(store: RunStore, name: str, tasks: Sequence[Task], seed: int) -> General | None:
    """What the run measured of the policy there; None where it measured nothing (yet)."""
    if store.fact(f"general:{name}") is None:
        return None
    result = benchmark_result(store, name, tasks, GENERAL)
    against = None if name == BASE else difference(result, benchmark_result(store, BASE, tasks, GENERAL), seed=seed)
    return General(metrics_of(store, name, tasks, seed, GENERAL), against, unsupported_answers(store, name, tasks, GENERAL))


def fill(table: Table, rows: Iterable[tuple[str, General]]) -> Table:
    """Put the measured policies into an empty table."""
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "policy" else "right")
    for cells in _cells(rows):
        table.add_row(*cells)
    return table


def markdown(rows: Iterable[tuple[str, General]]) -> list[str]:
    """The same table as lines of Markdown."""
    lines = [f"## {TITLE}", "", f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    return lines + [f"| {' | '.join(cells)} |" for cells in _cells(rows)]


def _cells(rows: Iterable[tuple[str, General]]) -> list[tuple[str, ...]]:
    return [
        (name, percent(g.metrics.cases), percent(g.metrics.pass_at_1), "" if g.against_base is None else g.against_base.text())
        for name, g in rows
    ]


def percent(figure: Figure) -> str:
    """A figure with its interval, in %."""
    return f"{100 * figure.mean:.1f} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"
