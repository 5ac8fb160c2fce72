"""The result of scoring one piece of code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scorers.diagnostics import Diagnostic

SCORERS = ("syntax", "api", "bugs", "quality")
"""The names of the four scorers, in the order in which they are shown."""

SCORERS_VERSION = 1
"""Part of every key under which scores are stored: raise it whenever a score may change for the same code."""


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """Four scores in [0, 1] and the findings behind them. `compiles` is None where no compiler was asked."""

    compiles: bool | None
    scores: dict[str, float]
    diagnostics: tuple[Diagnostic, ...] = ()

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
            "scorers_version": SCORERS_VERSION,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ScoreReport":
        """Inverse of `to_json`. Raises KeyError or ValueError on data of another shape."""
        return cls(
            compiles=data["compiles"],
            scores={name: float(data["scores"][name]) for name in SCORERS},
            diagnostics=tuple(Diagnostic.from_json(item) for item in data["diagnostics"]),
        )
