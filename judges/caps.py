"""What facts leave of an opinion. Facts dominate: the same limits bound a score before anybody is asked, and cut it after."""

from judges.verdict import TOP_SCORE, CandidateFacts, Verdict

_FAILED_TESTS_CORRECTNESS = 1.0


def cap(facts: CandidateFacts) -> float:
    """The highest score in [0, 1] that any verdict on a candidate with these facts can reach."""
    return _limited(TOP_SCORE, TOP_SCORE, TOP_SCORE, facts)


def capped(verdict: Verdict, facts: CandidateFacts) -> float:
    """The verdict's score in [0, 1] after the facts; never above `cap(facts)`. One that speaks to the judge has 0."""
    if "injection_attempt" in verdict.flags:
        return 0.0
    return _limited(verdict.functionality, verdict.correctness, verdict.completeness, facts)


def _limited(functionality: float, correctness: float, completeness: float, facts: CandidateFacts) -> float:
    """The score as `Verdict.score` computes it: the same sums in the same order, so that bounds hold to the last bit."""
    if not facts.compiles:
        functionality = correctness = 0.0
    elif facts.passed < facts.total:
        correctness = min(correctness, _FAILED_TESTS_CORRECTNESS)
    return Verdict(functionality, correctness, completeness, evidence="").score
