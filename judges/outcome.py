"""What goes into the judging of a round and what comes out of it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from judges.budget import Limits
from judges.calls import Unusable
from judges.race import Confirm, PruneReason, Winner
from judges.verdict import CandidateFacts, Verdict

Kind = Literal["asked", "ledger", "duplicate", "below_threshold", "cannot_win", "policy", "ineligible"]
"""What became of a candidate. `asked`: this round paid for its opinion. `ledger`: an earlier one did. `duplicate`: it shares
the opinion of another candidate of this round with the same text. The others were never asked about."""


@dataclass(frozen=True, slots=True)
class JudgingSettings:
    """How a round is judged. `threshold`, `weight` and `confirm` decide what is kept; the rest does not."""

    threshold: float
    weight: float
    """Of the judge's score in the reward."""
    confirm: Confirm = "borderline"
    margin: float = 0.05
    concurrency: int = 8
    """Most questions under way at once."""
    limits: Limits = field(default_factory=Limits)
    partial: bool = False
    """Whether a round that stays unfinished counts all the same: `finish` then gives what there is."""
    audit_fraction: float = 0.0
    """Share of the candidates that need no question and get one nevertheless. Its answer decides nothing."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """An eligible candidate of a task."""

    index: int
    key: str
    code: str
    facts: CandidateFacts
    static: float
    """Weighted sum of the scorers: its reward without the judge's part."""
    tie: float
    """Breaks ties between equal rewards."""
    suspicious: bool = False
    """Its raw text speaks to the judge (`view.tripwire`): it is not kept on one opinion."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What the judge changed: the indices that other ways of selecting would keep, from what is known anyway. None is nobody."""

    deterministic: int | None
    """Best by the scorers, with the judge's part full for everyone."""
    judge: int | None
    """Best by the judge alone, ties as ever, among those who have an opinion."""
    judge_is_known: bool
    """Whether no candidate without an opinion could have been that one."""


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What judging a task came to. Scores and rewards are in [0, 1], by candidate index; verdicts by candidate key."""

    task: str
    winner: Winner | None
    certified: bool
    """Whether the winner, or that there is none, is what judging every candidate gives."""
    evidence: str
    """The judge's words about the winner."""
    scores: Mapping[int, float]
    verdicts: Mapping[str, tuple[Verdict, ...]]
    """The second opinion is the second one; it is not capped by the facts, as `scores` are."""
    unscored: Mapping[str, Unusable]
    pruned: Mapping[int, PruneReason]
    kinds: Mapping[Kind, int]
    """What became of the candidates. Where the task was decided they add up to all of them."""
    confirmed: int
    optimism: float | None
    """First minus second score of the winner, where it has both."""
    audits: Mapping[int, float]
    """Scores of candidates that needed no question."""
    worth: Worth


@dataclass(frozen=True, slots=True)
class JudgingProgress:
    """For a live line."""

    verdicts: int
    pruned: int
    unscored: int
    spent_pico: int
    """Charged to this round, by earlier processes too."""
    certified: int
    total: int
    """Tasks added so far."""
    in_flight: int
