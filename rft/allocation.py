"""How many candidates each task of a round gets, wave by wave. Pure.

Without `enough` every task gets N in one wave. With it a task stops once it has that many distinct accepted answers, and what it
leaves of its N goes to tasks that pass sometimes, then to those that never did. Which candidates a wave draws depends on the
results of earlier waves alone, so a resumed run finds the same waves in its store.

Accepted is what passes every test: a fact that is there as soon as a candidate is scored. A judge's opinion is not waited for. It
ranks accepted answers, asks about few of them, and begins where a task's drawing has ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FIRST_PART = 4
"""The first wave draws this part of N, or as many as are enough, if that is more."""
SOMETIMES = 0.5
"""A task that passes this often gives enough answers within its N, unless they are all the same: more would not help."""
MOST_FOR_SOMETIMES, MOST_FOR_NEVER = 4, 2
"""Times N: what a task may have at most of what others left. What fails 2 N times waits for a better policy."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the waves so far brought of one task: indices 0 to `drawn` - 1 were asked for; `accepted` of them pass every test,
    and these are `distinct` answers."""

    drawn: int = 0
    accepted: int = 0
    distinct: int = 0

    def has(self, enough: int | None) -> bool:
        """Whether the task has enough: nothing more is ever drawn for it."""
        return enough is not None and self.distinct >= enough


def next_wave(n: int, enough: int | None, tallies: Mapping[str, Tally]) -> dict[str, range]:
    """The indices to draw next of each task; empty when the round has all its candidates.

    `tallies` has an entry for every task of the round, empty ones before the first wave. All waves together draw at most N times
    as many candidates as there are tasks, and no index twice.
    """
    if enough is None:
        return {task: range(n) for task, tally in tallies.items() if not tally.drawn}
    unfinished = {task: tally for task, tally in tallies.items() if not tally.has(enough)}
    counts = {task: min(_wish(tally, n, enough), n - tally.drawn) for task, tally in unfinished.items() if tally.drawn < n}
    counts |= _shared(_spare(n, tallies, unfinished), _wishes(n, enough, unfinished))
    return {task: range(tallies[task].drawn, tallies[task].drawn + count) for task, count in counts.items()}


def _wish(tally: Tally, n: int, enough: int) -> int:
    """How many more the task should need at its rate so far; at most as many as it had, because the rate is a guess."""
    if not tally.drawn:
        return min(n, max(enough, -(-n // FIRST_PART)))
    if not tally.distinct:
        return tally.drawn
    return min(tally.drawn, -(-(enough - tally.distinct) * tally.drawn // tally.distinct))


def _spare(n: int, tallies: Mapping[str, Tally], unfinished: Mapping[str, Tally]) -> int:
    """What finished tasks left of their N. An unfinished one keeps its own N, whatever others could use."""
    promised = sum(max(n, tally.drawn) if task in unfinished else tally.drawn for task, tally in tallies.items())
    return n * len(tallies) - promised


def _wishes(n: int, enough: int, unfinished: Mapping[str, Tally]) -> dict[str, int]:
    """What those who had their N could use. Who never passed comes when nobody else is left who passes sometimes, or may yet."""

    def of(tasks: Iterable[str], most: int) -> dict[str, int]:
        return {task: min(_wish(tally, n, enough), most * n - tally.drawn) for task in tasks if (tally := unfinished[task])}

    at_n = {task: tally for task, tally in unfinished.items() if tally.drawn >= n}
    sometimes = of((task for task, t in at_n.items() if 0 < t.accepted < SOMETIMES * t.drawn), MOST_FOR_SOMETIMES)
    wishes = {task: wish for task, wish in sometimes.items() if wish > 0}
    if wishes or len(at_n) < len(unfinished):
        return wishes
    never = of((task for task, tally in at_n.items() if not tally.accepted), MOST_FOR_NEVER)
    return {task: wish for task, wish in never.items() if wish > 0}


def _shared(spare: int, wishes: Mapping[str, int]) -> dict[str, int]:
    """The spare candidates in equal parts, nobody more than it wishes; the smallest wishes are served first."""
    counts: dict[str, int] = {}
    for served, (task, wish) in enumerate(sorted(wishes.items(), key=lambda item: item[1])):
        part = min(wish, -(-spare // (len(wishes) - served)))
        spare -= part
        if part:
            counts[task] = part
    return counts


@dataclass(frozen=True, slots=True)
class Gain:
    """What a round's waves brought, beside what the first N candidates of every task alone would have.

    `solved` are tasks with an accepted answer. `answers` are distinct accepted answers, of each task at most `enough`. Both are
    exact: a task that stopped before its N has enough either way, and of all others the first N were drawn.
    """

    enough: int
    samples: int
    """Drawn, of `budget` that N for every task would have been."""
    budget: int
    solved: int
    solved_alone: int
    answers: int
    answers_alone: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def gain(n: int, enough: int, accepted: Mapping[str, Sequence[str | None]]) -> Gain:
    """The gain of a finished round. `accepted` has each task's candidates by index: the answer where it passes every test."""

    def answers(upto: int | None) -> list[int]:
        return [min(enough, len(set(found[:upto]) - {None})) for found in accepted.values()]

    with_waves, alone = answers(None), answers(n)
    return Gain(
        enough=enough,
        samples=sum(map(len, accepted.values())),
        budget=n * len(accepted),
        solved=sum(map(bool, with_waves)),
        solved_alone=sum(map(bool, alone)),
        answers=sum(with_waves),
        answers_alone=sum(alone),
    )
