"""What the verdicts look like."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from judges.calibration.metrics import auc, spearman
from judges.cost.records import Records
from judges.cost.runfacts import Judged, RunFacts
from judges.cost.statistics import mean_and_spread
from judges.verdict import TOP_SCORE, Verdict

CRITERIA = ("functionality", "correctness", "completeness")


@dataclass(frozen=True, slots=True)
class Quality:
    """The seventh section. Scores of verdicts are as the judge gave them, before the facts cap them."""

    verdicts: int
    """First verdicts that candidates used, bought here or earlier."""
    histograms: dict[str, tuple[int, ...]]
    """How many verdicts score 0, 1, 2, 3, 4 by criterion; fractions count to the nearest."""
    flags: dict[str, int]
    confirmed: int
    """Candidates with a first and a second verdict."""
    optimism: float | None
    """Mean of first minus second score, in [-1, 1]: a winner is chosen for a high first score."""
    optimism_spread: float | None
    """Its standard deviation."""
    spearman_static: float | None
    """Rank correlation of the judge's score with that of the static scorers."""
    judged_pairs: int
    auc_tests: float | None
    """How often a candidate that passed the executed tests has a higher judge's score than one that failed."""
    tested_pairs: int
    audit_violations: int | None
    """Audited candidates that would have won after all; pruning is exact, so that there is none."""


def quality(records: Records, facts: RunFacts) -> Quality:
    """Compute it from the verdicts that the candidates used and from the facts handed in."""
    first = _verdicts(records, "judge")
    second = _verdicts(records, "confirm")
    gaps = [first[who].score - second[who].score for who in sorted(first.keys() & second.keys())]
    optimism, spread = mean_and_spread(gaps)
    judged = [(c, c.judge) for choice in facts.choices for c in choice.candidates if c.judge is not None]
    tested = [(score, candidate.passed) for candidate, score in judged if candidate.passed is not None]
    return Quality(
        verdicts=len(first),
        histograms={name: _histogram(getattr(verdict, name) for verdict in first.values()) for name in CRITERIA},
        flags=dict(Counter(flag for verdict in first.values() for flag in verdict.flags).most_common()),
        confirmed=len(gaps),
        optimism=optimism,
        optimism_spread=spread,
        spearman_static=_with_static(judged),
        judged_pairs=len(judged),
        auc_tests=auc([score for score, _ in tested], [passed for _, passed in tested]),
        tested_pairs=len(tested),
        audit_violations=facts.audit_violations,
    )


def _with_static(judged: list[tuple[Judged, float]]) -> float | None:
    return spearman([score for _, score in judged], [candidate.static for candidate, _ in judged])


def _verdicts(records: Records, purpose: str) -> dict[tuple[str, str, str], Verdict]:
    """The verdict that each candidate used for a purpose."""
    answers = records.answers()
    found = {}
    for use in records.uses:
        call = answers.get(use.key)
        if use.purpose == purpose and call is not None and isinstance(call.outcome, Verdict):
            found[use.round, use.task, use.candidate_key] = call.outcome
    return found


def _histogram(scores: Iterable[float]) -> tuple[int, ...]:
    counts = Counter(int(score + 0.5) for score in scores)
    return tuple(counts[score] for score in range(TOP_SCORE + 1))
