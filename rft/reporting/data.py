"""What a round's data came to: what was drawn, what was kept, what was left out and why, what was trained on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rft.store import RunStore


@dataclass(frozen=True, slots=True)
class RoundData:
    """One round whose selection is made. What is None is not there yet.

    `tasks` were sampled: of `never` no candidate passes every test, of `always` all do. `passing` and `cut_off` (at the most
    tokens) count candidates. Of the tasks that have none kept, `none_passes` have no candidate that passes, `too_low` have one
    whose reward does not suffice. `in_held_out` and `twice` are kept answers of this round and those before it that training left
    out, because they match a held-out task or are there already; `rows` were trained on.
    """

    name: str
    tasks: int
    candidates: int
    tokens: int
    passing: int
    cut_off: int
    always: int
    never: int
    kept: int
    none_passes: int
    too_low: int
    in_held_out: int | None
    twice: int | None
    rows: int | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A task's candidates in a round."""

    candidates: int
    tokens: int
    cut_off: int


def round_data(store: RunStore, names: Iterable[str]) -> tuple[RoundData, ...]:
    """The rounds of these names that have come to their selection. Reads sums, not the candidates."""
    found = ((name, store.fact(f"selection:{name}")) for name in names)
    return tuple(_round(store, name, selection) for name, selection in found if selection is not None)


def answers_by_task(store: RunStore, names: Sequence[str]) -> dict[str, int]:
    """How many candidates each task has in these rounds together."""
    counts: dict[str, int] = {}
    for name in names:
        for task, drawn in _drawn(store, name).items():
            counts[task] = counts.get(task, 0) + drawn.candidates
    return counts


def _round(store: RunStore, name: str, selection: Mapping[str, Any]) -> RoundData:
    drawn, rates = _drawn(store, name), selection["pass_rates"]
    pool, adapter = store.fact(f"pool:{name}") or {}, store.fact(f"adapter:{name}") or {}
    none_passes = sum(rates.get(task) == 0 for task in selection["without"])
    return RoundData(
        name=name,
        tasks=len(rates),
        candidates=selection["sampled"],
        tokens=sum(each.tokens for each in drawn.values()),
        passing=sum(round(rate * drawn[task].candidates) for task, rate in rates.items() if task in drawn),
        cut_off=sum(each.cut_off for each in drawn.values()),
        always=sum(rate == 1 for rate in rates.values()),
        never=sum(rate == 0 for rate in rates.values()),
        kept=len(selection["kept"]),
        none_passes=none_passes,
        too_low=len(selection["without"]) - none_passes,
        in_held_out=len(pool["contaminated"]) if "contaminated" in pool else None,
        twice=pool.get("duplicates"),
        rows=adapter.get("rows"),
    )


def _drawn(store: RunStore, stage: str) -> dict[str, _Drawn]:
    query = "SELECT task, count(*), sum(tokens), sum(finish_reason = 'length') FROM candidates WHERE stage = ? GROUP BY task"
    return {task: _Drawn(*sums) for task, *sums in store.connection.execute(query, (stage,))}
