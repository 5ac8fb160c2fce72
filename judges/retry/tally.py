"""Counts of answers that must not pile up."""

from judges.errors import JudgePaused

BAD_REQUESTS = 3
"""So many requests that the provider refuses as wrong are unscored; one more stops the run."""
REFUSED_SHARE = 0.05
FEWEST_REFUSALS = 3
"""Below it a share says nothing."""


class Tally:
    """What the provider answered since the circuit was made; answers from the ledger do not count."""

    def __init__(self) -> None:
        self.answers = 0
        self.refusals = 0
        self.bad_requests = 0

    def answered(self, *, refused: bool) -> JudgePaused | None:
        """Counts a paid answer; gives the pause where too many are refusals."""
        self.answers += 1
        self.refusals += refused
        if not refused or self.refusals < FEWEST_REFUSALS or self.refusals <= REFUSED_SHARE * self.answers:
            return None
        return JudgePaused(
            f"the model refused {self.refusals} of {self.answers} questions",
            hint="Look at the refusals with `rft judge export`; take another judge.model, or judge without a provider. "
            "The same command carries on with the rest.",
        )

    def refused_request(self, words: str) -> JudgePaused | None:
        """Counts a request that was refused as wrong; gives the pause where there are too many."""
        self.bad_requests += 1
        if self.bad_requests <= BAD_REQUESTS:
            return None
        return JudgePaused(
            f"the provider refused {self.bad_requests} requests as wrong, the last one with: {words}",
            hint="Check judge.model, judge.effort and judge.max_tokens; this can be a defect of rft. "
            "What is answered is kept, and nothing was scored 0.",
        )
