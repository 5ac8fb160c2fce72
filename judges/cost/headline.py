"""What was spent, what is left, and what the rest of the run will cost."""

import random
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from judges.cost.records import Records
from judges.cost.runfacts import RunFacts
from judges.cost.statistics import tails

RECENT_ROUNDS = 3
"""Rounds that the projection looks back on."""
RESAMPLES = 400
SEED = 20_261_121
"""The same ledger gives the same range."""


@dataclass(frozen=True, slots=True)
class RoundSpent:
    """A round's calls and pico-dollars."""

    round: str
    calls: int
    known_pico: int
    possibly_lost_pico: int


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """A limit and what is left of it, in pico-dollars."""

    scope: str
    limit_pico: int
    left_pico: int


@dataclass(frozen=True, slots=True)
class Projection:
    """What the rounds left will cost: the mean cost of a task in the last rounds, with a bootstrap over their tasks."""

    expected_pico: int
    p10_pico: int
    p90_pico: int
    tasks_left: int
    tasks_seen: int


@dataclass(frozen=True, slots=True)
class Headline:
    """Pico-dollars. `possibly_lost`: calls that may have been billed and brought no answer, and answers without a known price, at
    their worst case. `in_flight`: reserved by calls under way."""

    known_pico: int
    possibly_lost_pico: int
    in_flight_pico: int
    calls: int
    """Attempts that were or may have been billed, or are under way."""
    unpriced_calls: int
    rounds: tuple[RoundSpent, ...]
    budgets: tuple[BudgetLeft, ...]
    projection: Projection | None

    @property
    def charged_pico(self) -> int:
        """What budgets count, without what is under way."""
        return self.known_pico + self.possibly_lost_pico


def headline(records: Records, facts: RunFacts) -> Headline:
    """The first section."""
    rounds = tuple(_round(records, name) for name in records.rounds())
    open_calls = [call for call in records.calls if call.state in ("inflight", "batched")]
    return Headline(
        known_pico=sum(row.known_pico for row in rounds),
        possibly_lost_pico=sum(row.possibly_lost_pico for row in rounds),
        in_flight_pico=sum(call.reserved_pico or 0 for call in open_calls),
        calls=sum(row.calls for row in rounds),
        unpriced_calls=sum(call.pico is None for call in records.answered()),
        rounds=rounds,
        budgets=tuple(BudgetLeft(b.scope, b.limit_pico, b.limit_pico - b.charged_pico) for b in facts.budgets),
        projection=_projection(records, facts),
    )


def _round(records: Records, name: str) -> RoundSpent:
    calls = [call for call in records.calls if call.round == name]
    return RoundSpent(
        name,
        sum(call.state != "failed" for call in calls),
        sum(call.known_pico for call in calls),
        sum(call.lost_pico for call in calls),
    )


def _projection(records: Records, facts: RunFacts) -> Projection | None:
    left = facts.rounds_left * facts.tasks_per_round
    recent = records.rounds()[-RECENT_ROUNDS:]
    costs: dict[tuple[str, str], int] = defaultdict(int)
    for call in records.calls:
        costs[call.round, call.task] += call.charged_pico
    # Tasks that needed no call cost nothing and count too.
    seen = [costs.get(task, 0) for task in records.tasks() if task[0] in recent]
    if not left or not seen:
        return None
    draw = random.Random(SEED)
    sums = [sum(draw.choices(seen, k=len(seen))) for _ in range(RESAMPLES)]
    expected, p10, p90 = (round(Fraction(int(total) * left, len(seen))) for total in (sum(seen), *tails(sums)))
    return Projection(expected, p10, p90, left, len(seen))
