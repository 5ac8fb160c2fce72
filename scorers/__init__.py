"""A standalone Luau scorer: `score(code)` says how good a piece of Luau is, and why.

>>> from scorers import score
>>> report = score('local part = Instance.new("Prat")\nprint(part)')
>>> report.scores["api"], report.diagnostics[0].message
(0.7, "there is no class `Prat`")
"""

from typing import TYPE_CHECKING

from scorers.diagnostics import Diagnostic, Severity
from scorers.report import SCORERS, SCORERS_VERSION, ScoreReport
from scorers.score import score

if TYPE_CHECKING:
    from scorers.language import canonical_tokens
    from scorers.scorer import Scorer

__all__ = [
    "SCORERS",
    "SCORERS_VERSION",
    "Diagnostic",
    "ScoreReport",
    "Scorer",
    "Severity",
    "canonical_tokens",
    "score",
]

_LATER = {"Scorer": "scorers.scorer", "canonical_tokens": "scorers.language"}
"""What is loaded when it is first asked for: it brings the parser or the checks along."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module `scorers` has no attribute `{name}`")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)
