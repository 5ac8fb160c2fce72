"""What each task cost."""

from collections import defaultdict
from dataclasses import dataclass

from judges.cost.counting import is_verdict
from judges.cost.records import Call, Note, Records, Use
from judges.cost.runfacts import RunFacts


@dataclass(frozen=True, slots=True)
class TaskCost:
    """A task in a round. Money in pico-dollars."""

    round: str
    task: str
    calls: int
    """Attempts that were or may have been billed, or are under way."""
    verdicts: int
    """Paid here."""
    reused: int
    """Taken from the ledger or from a twin."""
    pruned: int
    """Candidates that nobody had to be asked about: they could not be kept, or could not win."""
    known_pico: int
    possibly_lost_pico: int
    best: float | None
    """Highest judge's score, where the caller handed scores in."""
    kept: bool | None
    """None where nobody said."""


def task_costs(records: Records, facts: RunFacts) -> tuple[TaskCost, ...]:
    """All tasks, the dearest first."""
    calls: dict[tuple[str, str], list[Call]] = defaultdict(list)
    uses: dict[tuple[str, str], list[Use]] = defaultdict(list)
    notes: dict[tuple[str, str], list[Note]] = defaultdict(list)
    for call in records.calls:
        calls[call.round, call.task].append(call)
    for use in records.uses:
        uses[use.round, use.task].append(use)
    for note in records.notes:
        notes[note.round, note.task].append(note)
    best, kept = _handed_in(facts)
    rows = [_task(who, calls[who], uses[who], notes[who], best.get(who), kept.get(who)) for who in records.tasks()]
    return tuple(sorted(rows, key=lambda row: (-row.known_pico - row.possibly_lost_pico, row.round, row.task)))


def _handed_in(facts: RunFacts) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], bool]]:
    best, kept = {}, {}
    for choice in facts.choices:
        who = (choice.round, choice.task)
        scores = [candidate.judge for candidate in choice.candidates if candidate.judge is not None]
        if scores:
            best[who] = max(scores)
        kept[who] = choice.chosen is not None
    return best, kept


def _task(
    who: tuple[str, str], calls: list[Call], uses: list[Use], notes: list[Note], best: float | None, kept: bool | None
) -> TaskCost:
    return TaskCost(
        *who,
        calls=sum(call.state != "failed" for call in calls),
        verdicts=sum(map(is_verdict, calls)),
        reused=sum(use.source != "paid" for use in uses),
        pruned=sum(note.count for note in notes if note.kind in ("below_threshold", "cannot_win")),
        known_pico=sum(call.known_pico for call in calls),
        possibly_lost_pico=sum(call.lost_pico for call in calls),
        best=best,
        kept=kept,
    )
