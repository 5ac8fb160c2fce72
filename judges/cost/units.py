"""What one of something cost."""

from dataclasses import dataclass

from judges.cost.counting import is_verdict
from judges.cost.money import each
from judges.cost.records import Records
from judges.cost.runfacts import RunFacts


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Pico-dollars for one; None where there is none or nobody said how many there are. What is possibly lost is in them."""

    per_task: int | None
    per_candidate: int | None
    per_verdict: int | None
    """For a verdict that was paid here."""
    per_kept: int | None
    per_certified: int | None
    per_point: int | None
    """For a point that promoted adapters gained on the benchmark."""
    per_1k_training_tokens: int | None


def unit_costs(records: Records, facts: RunFacts) -> UnitCosts:
    """The second section."""
    spent = sum(call.charged_pico for call in records.calls)
    return UnitCosts(
        per_task=each(spent, len(records.tasks())),
        per_candidate=each(spent, facts.candidates or 0),
        per_verdict=each(spent, sum(map(is_verdict, records.calls))),
        per_kept=each(spent, facts.kept or 0),
        per_certified=each(spent, facts.certified or 0),
        per_point=each(spent, facts.gained_points or 0),
        per_1k_training_tokens=each(1000 * spent, facts.training_tokens or 0),
    )
