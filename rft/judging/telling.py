"""What is kept of a round's judging: opinions for the selection, and for the reports what was asked and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from judges.outcome import TaskOutcome
from rft.entry import Entry
from rft.judging.opinions import JudgedRound, Opinion


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a candidate, eligible or not. Its text is not kept: a round may have many."""

    key: str
    index: int
    static: float
    passed: bool

    @classmethod
    def of(cls, entry: Entry) -> "Told":
        """The same of an entry."""
        candidate, facts = entry.candidate, entry.facts
        return cls(candidate.key, candidate.index, facts.static.composite, facts.execution.ok)


def in_words(stage: str, outcomes: Mapping[str, TaskOutcome]) -> str:
    """One line for a person."""
    kinds: Counter[str] = Counter()
    for outcome in outcomes.values():
        kinds.update({str(kind): count for kind, count in outcome.kinds.items()})
    spared = kinds["below_threshold"] + kinds["cannot_win"]
    unscored = sum(len(outcome.unscored) for outcome in outcomes.values())
    also = f"; {unscored} got no verdict" if unscored else ""
    known = kinds["ledger"] + kinds["duplicate"]
    return f"{stage}: the judge gave {kinds['asked']} opinions, {known} were known, {spared} were not needed{also}"


def judged(name: str, told: Mapping[str, Sequence[Told]], outcomes: Mapping[str, TaskOutcome]) -> JudgedRound:
    """What is kept of the judging of a round by this judge."""
    opinions: dict[str, Opinion] = {}
    tasks: dict[str, Any] = {}
    for task, outcome in outcomes.items():
        for candidate in told[task]:
            verdicts = outcome.verdicts.get(candidate.key)
            score = outcome.scores.get(candidate.index)
            if verdicts and score is not None:
                opinions[candidate.key] = Opinion(score, len(verdicts), verdicts[0].evidence)
        tasks[task] = _of_task(outcome, told[task])
    return JudgedRound(name, opinions, tasks)


def _of_task(outcome: TaskOutcome, candidates: Sequence[Told]) -> dict[str, Any]:
    """What the reports need of a task."""
    keys = {candidate.index: candidate.key for candidate in candidates}
    return {
        "winner": outcome.winner and outcome.winner.index,
        "certified": outcome.certified,
        "kinds": dict(outcome.kinds),
        "confirmed": outcome.confirmed,
        "optimism": outcome.optimism,
        "unscored": {key: asdict(unusable) for key, unusable in outcome.unscored.items()},
        "deterministic_only": keys.get(outcome.worth.deterministic) if outcome.worth.deterministic is not None else None,
        "judge_only": keys.get(outcome.worth.judge) if outcome.worth.judge is not None else None,
        "candidates": [{**asdict(candidate), "judge": outcome.scores.get(candidate.index)} for candidate in candidates],
    }
