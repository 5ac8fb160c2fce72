"""The result of scoring one piece of code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scorers.diagnostics import Diagnostic

SCORERS = ("syntax", "api", "bugs", "quality")
"""The names of the four scorers, in the order in which they are shown."""

SCORERS_VERSION = 2
"""Part of every key under which scores are stored: raise it whenever a score may change for the same code."""


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """Four scores in [0, 1] and the findings behind them.

    `compiles` is the verdict on the syntax: the own parser's, and the compiler's where one was asked. It is None where
    scoring itself failed. `metrics` are sizes and shares for reports (`scorers.metrics`); no score depends on them.
    """

    compiles: bool | None
    scores: dict[str, float]
    diagnostics: tuple[Diagnostic, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def composite(self) -> float:
        """The plain mean of the four scores."""
        return sum(self.scores[name] for name in SCORERS) / len(SCORERS)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `composite` is included for readers and ignored by `from_json`."""
        return {
            "compiles": self.compiles,
            "scores": dict(self.scores),
            "composite": self.composite,
            "diagnostics": [diagnostic.to_json() for diagnostic in self.diagnostics],
            "metrics": dict(self.metrics),
            "scorers_version": SCORERS_VERSION,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ScoreReport":
        """Inverse of `to_json`. Raises KeyError or ValueError on data of another shape."""
        return cls(
            compiles=data["compiles"],
            scores={name: float(data["scores"][name]) for name in SCORERS},
            diagnostics=tuple(Diagnostic.from_json(item) for item in data["diagnostics"]),
            metrics=dict(data["metrics"]),
        )
