"""Which candidates of a task need an opinion at all. Pure: it says whom to ask, is told the answer, and knows the winner.

A candidate whose reward stays below the threshold, or behind the best one, even with the highest opinion that its cap allows is
never asked about. The winner is the one that asking about every candidate gives: whoever is left out ranks below the best
already. Asking in the order of what can be reached makes the questions the fewest that any exact method needs (Chang & Hwang,
Minimal Probing, SIGMOD 2002; Fagin et al., JCSS 66, 2003).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Confirm = Literal["off", "borderline", "winner"]
PruneReason = Literal["below_threshold", "cannot_win"]

Rank = tuple[float, float, int]
"""(reward, tie, -index): the order of selection, as one tuple. Only whole ranks are compared: with caps a candidate can reach the
best one's reward and win by its tie."""


@dataclass(frozen=True, slots=True)
class Contender:
    """An eligible candidate before the judge speaks. `static` is the weighted sum of the scorers, `tie` breaks ties."""

    index: int
    key: str
    static: float
    tie: float
    cap: float
    """Highest score in [0, 1] that the facts leave to the judge."""
    suspicious: bool = False
    """It speaks to the judge: it never wins on one opinion, whatever `confirm` says."""

    def rank(self, judge: float, weight: float) -> Rank:
        """Where it stands with that score. Sums and minima are monotone in IEEE arithmetic: no score passes the cap's rank."""
        return (min(1.0, self.static + weight * min(judge, self.cap)), self.tie, -self.index)


@dataclass(frozen=True, slots=True)
class Need:
    """A question to ask: about whom, and whether it is the first opinion (0) or the second (1)."""

    index: int
    sample_index: Literal[0, 1]


@dataclass(frozen=True, slots=True)
class Winner:
    """The best candidate by what is known, at or above the threshold. `judge` is the mean of its opinions."""

    index: int
    key: str
    reward: float
    judge: float
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many candidates needed what; the first four add up to all of them."""

    asked: int
    below_threshold: int
    cannot_win: int
    open: int
    unscored: int
    """Of those asked: no opinion could be had."""
    confirmed: int
    """Of those asked: a second opinion was."""


class Race:
    """The candidates of one task. `next` and `tell` in turn, until `next` gives None; first opinions may be told in any order.

    A second opinion is asked of whoever would win: always (`winner`), below `threshold + margin` only (`borderline`), or never
    (`off`). The mean of both replaces the score. That can let another one win, so `next` may then name a candidate that was
    out of the race before.
    """

    def __init__(
        self,
        contenders: Sequence[Contender],
        threshold: float,
        weight: float,
        confirm: Confirm = "borderline",
        margin: float = 0.05,
    ) -> None:
        """Raises ValueError when an index occurs twice, a cap lies outside [0, 1], or a weight below 0."""
        self.contenders = {contender.index: contender for contender in contenders}
        if len(self.contenders) != len(contenders):
            raise ValueError("two contenders of a race have the same index")
        if weight < 0 or not all(0 <= contender.cap <= 1 for contender in contenders):
            raise ValueError("a race needs a weight of at least 0 and caps between 0 and 1")
        self._threshold, self._weight, self._confirm, self._margin = threshold, weight, confirm, margin
        self._ceilings = {contender.index: contender.rank(1.0, weight) for contender in contenders}
        hopeful = [index for index, ceiling in self._ceilings.items() if ceiling[0] >= threshold]
        self._order = sorted(hopeful, key=self._ceilings.__getitem__, reverse=True)
        self._first: dict[int, float | None] = {}
        self._second: dict[int, float | None] = {}
        self._best: Rank | None = None

    def next(self) -> Need | None:
        """The question that no exact method can spare, or None when all is decided. The same again until it is answered."""
        index = next(self._survivors(), None)
        if index is not None:
            return Need(index, 0)
        best = self._leader()
        if best is not None and best not in self._second and self._wants_second(best):
            return Need(best, 1)
        return None

    def survivors(self) -> tuple[int, ...]:
        """All who were not asked and can still win, the most promising first: for asking about many at once."""
        return tuple(self._survivors())

    def tell(self, need: Need, score: float | None) -> None:
        """The answer: the judge's score in [0, 1], or None when none could be had.

        Whoever has no first opinion is out of the race. Where the second one cannot be had the first stands, uncertified; only
        who is suspicious is out then.
        Raises ValueError for a score outside [0, 1], an unknown index, an answer told twice, a second opinion without a first.
        """
        if score is not None and not 0 <= score <= 1:
            raise ValueError(f"a judge's score lies between 0 and 1, not at {score}")
        told = self._second if need.sample_index else self._first
        known = self._first.get(need.index) is not None if need.sample_index else need.index in self.contenders
        if need.index in told or not known:
            raise ValueError(f"candidate {need.index} cannot be told opinion {need.sample_index} now")
        told[need.index] = score
        if score is None and self.contenders[need.index].suspicious:
            self._first[need.index] = None
        self._best = max((self._rank(index) for index, first in self._first.items() if first is not None), default=None)

    def winner(self) -> Winner | None:
        """The best candidate known so far, or None when none reaches the threshold."""
        index = self._leader()
        if index is None:
            return None
        judge = min(self._judge(index), self.contenders[index].cap)
        return Winner(index, self.contenders[index].key, self._rank(index)[0], judge, self._second.get(index) is not None)

    @property
    def certified(self) -> bool:
        """Whether the winner, or that there is none, is what asking about every candidate gives."""
        lost = any(score is None and self._can_win(index) for index, score in self._first.items())
        leader = self._leader()
        unconfirmed = leader is not None and leader in self._second and self._second[leader] is None
        return self.next() is None and not lost and not unconfirmed

    def judged(self) -> dict[int, float]:
        """The judge's score of everyone who has one, the mean where there are two, capped by the facts."""
        return {
            index: min(self._judge(index), self.contenders[index].cap)
            for index, first in self._first.items()
            if first is not None
        }

    def pruned(self) -> dict[int, PruneReason]:
        """Who needs no question by what is known now, and why."""
        return {
            index: "cannot_win" if ceiling[0] >= self._threshold else "below_threshold"
            for index, ceiling in self._ceilings.items()
            if index not in self._first and not self._can_win(index)
        }

    def tally(self) -> Tally:
        """How many were asked and how many needed no question."""
        reasons = list(self.pruned().values())
        asked, below = len(self._first), reasons.count("below_threshold")
        return Tally(
            asked=asked,
            below_threshold=below,
            cannot_win=len(reasons) - below,
            open=len(self.contenders) - asked - len(reasons),
            unscored=sum(score is None for score in self._first.values()),
            confirmed=sum(score is not None for score in self._second.values()),
        )

    def _survivors(self) -> Iterator[int]:
        for index in self._order:
            if not self._can_win(index):
                return
            if index not in self._first:
                yield index

    def _can_win(self, index: int) -> bool:
        ceiling = self._ceilings[index]
        return ceiling[0] >= self._threshold and (self._best is None or ceiling >= self._best)

    def _leader(self) -> int | None:
        return -self._best[2] if self._best is not None and self._best[0] >= self._threshold else None

    def _wants_second(self, index: int) -> bool:
        if self._confirm == "off" or self.contenders[index].suspicious:
            return self.contenders[index].suspicious
        return self._confirm == "winner" or self._rank(index)[0] < self._threshold + self._margin

    def _judge(self, index: int) -> float:
        first, second = self._first[index], self._second.get(index)
        if first is None:
            raise ValueError(f"candidate {index} has no opinion")
        return first if second is None else (first + second) / 2

    def _rank(self, index: int) -> Rank:
        return self.contenders[index].rank(self._judge(index), self._weight)
