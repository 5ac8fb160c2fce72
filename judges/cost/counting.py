"""Which candidates cost a call, and why the others did not. Every candidate is counted once."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from judges.calls import Unusable
from judges.cost.records import Call, Records, Use

SPARED = ("duplicate", "ledger", "below_threshold", "cannot_win", "policy")
"""Why an eligible candidate was not asked about, in the order of the waterfall."""

Candidate = tuple[str, str, str]
"""Round, task, key of the candidate."""


@dataclass(frozen=True, slots=True)
class Counted:
    """All candidates of a run or a round. `verdicts` holds the call that paid for each first verdict."""

    verdicts: tuple[Call, ...]
    """One for each candidate whose first verdict was paid here, its price known."""
    without: int
    """Candidates that were asked about here and have no paid verdict: no answer yet, an unusable one, or one without a price."""
    spared: dict[str, int]
    """Eligible candidates that cost no call, by the kinds of SPARED."""
    ineligible: int

    @property
    def eligible(self) -> int:
        return len(self.verdicts) + self.without + sum(self.spared.values())

    @property
    def asked(self) -> int:
        return len(self.verdicts) + self.without


def counted(records: Records) -> Counted:
    """Count the candidates of `records`, which hold one run."""
    asked, reused = _asked(records)
    verdicts: dict[Candidate, Call] = {}
    for call in records.calls:
        who = (call.round, call.task, call.candidate_key)
        if call.purpose == "judge" and is_verdict(call) and call.pico is not None:
            verdicts.setdefault(who, call)
    spared = _spared(records, reused)
    ineligible = sum(note.count for note in records.notes if note.kind == "ineligible")
    return Counted(tuple(verdicts.values()), len(asked - verdicts.keys()), spared, ineligible)


def is_verdict(call: Call) -> bool:
    """Whether the call brought a verdict. A reply that nobody here can read counts as one."""
    return call.state == "done" and not isinstance(call.outcome, Unusable)


def _asked(records: Records) -> tuple[set[Candidate], list[tuple[Use, str]]]:
    """Who was asked about here, and the uses of the others with the kind of their saving."""
    calls = [call for call in records.calls if call.purpose == "judge"]
    answered = {(call.round, call.task, call.candidate_key) for call in calls if call.state == "done"}
    paid = {(call.round, call.key) for call in calls}
    reused: dict[Candidate, tuple[Use, str]] = {}
    for use in records.uses:
        who = (use.round, use.task, use.candidate_key)
        if use.purpose == "judge" and who not in answered:
            twin = use.source == "duplicate" or (use.round, use.key) in paid
            reused.setdefault(who, (use, "duplicate" if twin else "ledger"))
    attempted = {(call.round, call.task, call.candidate_key) for call in calls}
    return answered | (attempted - reused.keys()), list(reused.values())


def _spared(records: Records, reused: list[tuple[Use, str]]) -> dict[str, int]:
    """By kind. Of what is both noted and used the larger number counts, task by task."""
    noted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    used: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for note in records.notes:
        noted[note.round, note.task][note.kind] += note.count
    for use, kind in reused:
        used[use.round, use.task][kind] += 1
    tasks = dict.fromkeys((*noted, *used))
    return {kind: sum(max(noted[task][kind], used[task][kind]) for task in tasks) for kind in SPARED}
