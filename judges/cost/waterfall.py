"""From what asking about every eligible candidate would have cost down to what was spent. The steps add up exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from judges.cost.counting import Counted, is_verdict
from judges.cost.money import whole
from judges.cost.pricing import Priced
from judges.cost.records import Call, Records

EXTRAS = ("unusable", "repeated", "confirm", "audit", "canary", "calibrate")
"""What is paid besides one verdict for each candidate. `unusable`: a reply without a verdict; `repeated`: a second reply to a
first question."""


@dataclass(frozen=True, slots=True)
class Step:
    """Candidates, or calls where they are paid on top, and pico-dollars. What is saved is above 0, also where a prompt cache
    was written and never read: then it is below."""

    name: str
    count: int
    pico: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`everything` - `spared` = `asked`; its pico - `discounts` = first verdicts; that + `extras` = `spent`.

    A verdict that was not bought counts at the mean plain price of those that were, without cache and batch. Of a task that is
    not decided yet only the candidates that were asked about are in it.
    """

    everything: Step
    """All eligible candidates, each asked once at the plain price."""
    spared: tuple[Step, ...]
    asked: Step
    discounts: tuple[Step, ...]
    """The prompt cache and the batches; their count is that of the calls that had them."""
    extras: tuple[Step, ...]
    spent: Step
    """What is known to be spent, over all answered calls."""
    ineligible: int
    """Candidates that failed tests and were never eligible; in no step."""

    @property
    def adds_up(self) -> bool:
        """Whether candidates and dollars agree to the last pico-dollar."""
        first = self.asked.pico - sum(step.pico for step in self.discounts)
        return (
            self.everything.count == self.asked.count + sum(step.count for step in self.spared)
            and self.everything.pico == self.asked.pico + sum(step.pico for step in self.spared)
            and self.spent.pico == first + sum(step.pico for step in self.extras)
        )


def waterfall(records: Records, counts: Counted, priced: Mapping[tuple[str, int], Priced]) -> Waterfall:
    """The fourth section."""
    firsts = [_priced(call, priced) for call in counts.verdicts]
    plain = sum(found.plain for found in firsts)
    mean = Fraction(plain, len(firsts)) if firsts else _older_mean(records, priced)
    kinds = {**counts.spared, "no verdict": counts.without}
    spared = tuple(map(Step, kinds, kinds.values(), whole(mean * count for count in kinds.values())))
    asked = Step("asked", len(firsts), plain)
    everything = Step("every eligible candidate", asked.count + sum(s.count for s in spared), plain + sum(s.pico for s in spared))
    answered = records.answered()
    return Waterfall(
        everything,
        spared,
        asked,
        _discounts(counts.verdicts, firsts),
        _extras(answered, counts.verdicts),
        Step("spent", len(answered), sum(call.known_pico for call in answered)),
        counts.ineligible,
    )


def _priced(call: Call, priced: Mapping[tuple[str, int], Priced]) -> Priced:
    return priced[call.key, call.number]


def _older_mean(records: Records, priced: Mapping[tuple[str, int], Priced]) -> Fraction:
    """Where nothing was bought here: the mean plain price of the older answers that were used."""
    found = [priced[call.key, call.number].plain for call in records.older if call.pico is not None]
    return Fraction(sum(found), len(found)) if found else Fraction(0)


def _discounts(calls: tuple[Call, ...], firsts: list[Priced]) -> tuple[Step, ...]:
    cache = sum(found.plain - found.cached for found in firsts)
    batch = sum(found.cached - found.paid for found in firsts)
    return (
        Step("prompt cache", sum(call.usage.cache_read > 0 for call in calls), cache),
        Step("batch", sum(call.batch for call in calls), batch),
    )


def _extras(answered: tuple[Call, ...], firsts: tuple[Call, ...]) -> tuple[Step, ...]:
    bought = {(call.key, call.number) for call in firsts}
    sums = dict.fromkeys(EXTRAS, (0, 0))
    for call in answered:
        if (call.key, call.number) not in bought:
            count, pico = sums[_extra(call)]
            sums[_extra(call)] = (count + 1, pico + call.known_pico)
    return tuple(Step(name, count, pico) for name, (count, pico) in sums.items())


def _extra(call: Call) -> str:
    if not is_verdict(call):
        return "unusable"
    return "repeated" if call.purpose == "judge" else call.purpose
