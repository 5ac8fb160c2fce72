"""Whether a judge still is the one that was calibrated: the same few questions again, and what has moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from judges.calibration.card import Anchor, CalibrationCard
from judges.calibration.opinion import Opinion
from judges.verdict import JudgeRequest

CANARY_SIZE = 10
MAX_SHIFT = 0.05
"""Change of the mean score above which the judge counts as changed."""

_FIRST_INDEX = 1000
"""Sample indices of canaries lie apart from those of opinions: the ledger must not answer with what it was told before."""


@dataclass(frozen=True, slots=True)
class Drift:
    """`shift` is the mean score now minus then over the anchors with a verdict, None where none has one."""

    shift: float | None
    compared: int
    new_models: tuple[str, ...]
    """Names in the replies that the card does not know."""

    @property
    def alarm(self) -> bool:
        return bool(self.new_models) or self.shift is None or abs(self.shift) > MAX_SHIFT


def choose_anchors(anchors: Sequence[Anchor]) -> tuple[Anchor, ...]:
    """`CANARY_SIZE` of them, of every kind in turn, the first of each first."""
    by_kind: dict[str, list[Anchor]] = {}
    for anchor in anchors:
        by_kind.setdefault(anchor.item.kind, []).append(anchor)
    ranked = [(rank, kind, anchor) for kind, group in by_kind.items() for rank, anchor in enumerate(group)]
    return tuple(anchor for _, _, anchor in sorted(ranked, key=lambda entry: entry[:2])[:CANARY_SIZE])


def canary_requests(card: CalibrationCard, occasion: int) -> tuple[JudgeRequest, ...]:
    """The anchors' questions anew. Each `occasion` (from 0) is asked by itself; the same one again is answered by the ledger."""
    return tuple(anchor.item.request(_FIRST_INDEX + occasion) for anchor in card.anchors)


def drift(card: CalibrationCard, opinions: Sequence[Opinion]) -> Drift:
    """Compare opinions on `canary_requests`, in their order, with the card.

    Raises:
        ValueError: there are not as many opinions as anchors.
    """
    pairs = [
        (anchor.score, opinion.verdict.score)
        for anchor, opinion in zip(card.anchors, opinions, strict=True)
        if opinion.verdict is not None
    ]
    shift = fmean(now for _, now in pairs) - fmean(then for then, _ in pairs) if pairs else None
    names = dict.fromkeys(opinion.model for opinion in opinions if opinion.model)
    return Drift(shift, len(pairs), tuple(name for name in names if name not in card.reported_models))
