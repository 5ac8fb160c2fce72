"""What was paid, or may have been paid, without a verdict that selection needed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from judges.calls import Unusable
from judges.cost.records import Call, Records


@dataclass(frozen=True, slots=True)
class Spending:
    """Calls and pico-dollars of one reason. Possibly lost ones count with their worst case."""

    name: str
    calls: int
    pico: int


@dataclass(frozen=True, slots=True)
class Waste:
    """The fifth section. `unusable` by reason, `purposes` for all but judging itself."""

    unusable: tuple[Spending, ...]
    possibly_lost: Spending
    possibly_paid_twice: int
    """Questions of which one attempt was lost and another answered."""
    retries: int
    """Attempts after the first of a question."""
    failed_attempts: int
    """Attempts that were surely not billed."""
    purposes: tuple[Spending, ...]


def waste(records: Records) -> Waste:
    """Count it."""
    calls = records.calls
    lost = {call.key for call in calls if call.state == "unknown"}
    others = [call for call in calls if call.purpose != "judge" and call.state != "failed"]
    return Waste(
        unusable=_by((call.outcome.reason, call) for call in calls if isinstance(call.outcome, Unusable)),
        possibly_lost=Spending(
            "possibly lost", sum(call.lost_pico > 0 or call.state == "unknown" for call in calls), sum(c.lost_pico for c in calls)
        ),
        possibly_paid_twice=len(lost & {call.key for call in records.answered()}),
        retries=sum(call.number > 1 for call in calls),
        failed_attempts=sum(call.state == "failed" for call in calls),
        purposes=_by((call.purpose, call) for call in others),
    )


def _by(named: Iterable[tuple[str, Call]]) -> tuple[Spending, ...]:
    count: Counter[str] = Counter()
    pico: Counter[str] = Counter()
    for name, call in named:
        count[name] += 1
        pico[name] += call.charged_pico
    return tuple(Spending(name, count[name], pico[name]) for name in sorted(count))
