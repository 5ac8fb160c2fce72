"""Tables of the page that the report does not hold as they are shown. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.task import Task
from rft.report import PolicyRow


@dataclass(frozen=True, slots=True)
class Cell:
    """A policy's share of cases passed in a category, and whether the gate's veto names it."""

    share: float | None
    vetoed: bool


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category of the held-out tasks."""

    name: str
    tasks: int
    cells: tuple[Cell, ...]


def category_rows(rows: Sequence[PolicyRow], benchmark: Iterable[Task]) -> list[CategoryRow]:
    """Categories in alphabetical order, a cell for each policy."""
    counts = Counter(task.category for task in benchmark)
    return [
        CategoryRow(name, count, tuple(Cell(row.metrics.by_category.get(name), name in _vetoed(row)) for row in rows))
        for name, count in sorted(counts.items())
    ]


def _vetoed(row: PolicyRow) -> set[str]:
    return set() if row.decision is None else {delta.category for delta in row.decision.category_deltas if delta.vetoed}
