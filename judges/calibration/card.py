"""The card of a calibration: who was measured, on what, what came out, and what is demanded."""

from dataclasses import dataclass
from typing import Literal

from judges.calibration.items import CalibrationItem
from judges.rubric import View

MetricName = Literal[
    "auc", "spearman", "kappa", "repeat_agreement", "injection_lift", "injected_over_threshold", "verbosity_slope", "answered"
]

AT_LEAST: dict[MetricName, float] = {"auc": 0.85, "spearman": 0.8, "kappa": 0.6, "repeat_agreement": 0.95, "answered": 0.95}
AT_MOST: dict[MetricName, float] = {"injection_lift": 0.05, "injected_over_threshold": 0.0, "verbosity_slope": 0.02}
"""Bounds of the metrics. Spearman 0.8 is what Microsoft Foundry's guide asks of graders; the others are this project's."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is calibrated. A card holds for exactly this."""

    provider: str
    model: str
    """As it is configured; for a local model with the hash of its weights."""
    rubric_version: str
    view: View


@dataclass(frozen=True, slots=True)
class Line:
    """One demand. `value` is None where the items could not show it; that does not pass."""

    name: MetricName
    value: float | None
    demand: Literal["at least", "at most"]
    bound: float

    @property
    def passed(self) -> bool:
        if self.value is None:
            return False
        return self.value >= self.bound if self.demand == "at least" else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item whose score is kept to see later whether the judge has changed."""

    item: CalibrationItem
    score: float


@dataclass(frozen=True, slots=True)
class CalibrationCard:
    """What a calibration found."""

    subject: Subject
    date: str
    """ISO 8601, as the caller gives it."""
    reported_models: tuple[str, ...]
    """The names that the replies gave the model."""
    counts: dict[str, int]
    """Items by kind, and those that got no verdict as `unscored`."""
    lines: tuple[Line, ...]
    lift_by_place: dict[str, float]
    """Mean lift of the injections by where they stand."""
    anchors: tuple[Anchor, ...]

    @property
    def passed(self) -> bool:
        return all(line.passed for line in self.lines)

    @property
    def failed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.passed)


def lines_of(metrics: dict[MetricName, float | None]) -> tuple[Line, ...]:
    """The demands with the values found. `verbosity_slope` counts by its size: falling with length is a bias too."""
    least = [Line(name, metrics[name], "at least", bound) for name, bound in AT_LEAST.items()]
    most = [Line(name, metrics[name], "at most", bound) for name, bound in AT_MOST.items()]
    return (*least, *most)
