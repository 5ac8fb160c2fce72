"""How far the judging of a round is: counts for the live line, and whether too many questions stay without a verdict."""

from collections import Counter

from judges.calls import Unusable
from judges.errors import JudgePaused
from judges.outcome import JudgingProgress, TaskOutcome
from judges.verdict import Verdict

UNSCORED_SHARE = 0.05
"""With more of its questions left without a verdict, a round's selection says little about its candidates."""
FEWEST_UNSCORED = 3
"""Below it a share says nothing."""
SURELY_UNSCORED = 10
"""From so many on the round is not played to its end if they are too many for all its candidates so far."""


class Standing:
    """Counts of one round."""

    def __init__(self) -> None:
        self.tasks = 0
        self.in_flight = 0
        self._candidates = 0
        self._verdicts = 0
        self._pruned = 0
        self._certified = 0
        self._unscored: Counter[str] = Counter()

    def entered(self, candidates: int) -> None:
        """A task with so many candidates came in."""
        self.tasks += 1
        self._candidates += candidates

    def heard(self, opinion: Verdict | Unusable) -> JudgePaused | None:
        """A question was answered; the pause where already too many answers are unusable for all candidates so far."""
        self._verdicts += 1
        if isinstance(opinion, Verdict):
            return None
        self._unscored[opinion.reason] += 1
        return self._too_many(SURELY_UNSCORED, self._candidates)

    def settled(self, outcome: TaskOutcome) -> None:
        """A task is decided."""
        self._pruned += len(outcome.pruned)
        self._certified += outcome.certified

    def at_the_end(self) -> JudgePaused | None:
        """The pause where too many of the round's answers are unusable."""
        return self._too_many(FEWEST_UNSCORED, self._verdicts)

    def progress(self, spent_pico: int) -> JudgingProgress:
        """For the live line."""
        return JudgingProgress(
            verdicts=self._verdicts,
            pruned=self._pruned,
            unscored=self._unscored.total(),
            spent_pico=spent_pico,
            certified=self._certified,
            total=self.tasks,
            in_flight=self.in_flight,
        )

    def _too_many(self, fewest: int, of: int) -> JudgePaused | None:
        count = self._unscored.total()
        if count < fewest or count <= UNSCORED_SHARE * of:
            return None
        reasons = ", ".join(f"{many} {reason}" for reason, many in self._unscored.most_common())
        return JudgePaused(
            f"the judge gave no verdict on {count} of {self._verdicts} questions ({reasons}).",
            hint="Look at the answers with `rft judge export`; raise judge.max_tokens (a local judge needs a model that "
            "reads longer prompts), or take another "
            "judge.model in a run of its own (--name NEW): paid answers stay in the ledger.",
        )
