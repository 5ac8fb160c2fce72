"""A standalone Luau scorer: `score(code)` says how good a piece of Luau is, and why.

>>> from scorers import score
>>> report = score('local part = Instance.new("Prat")')
>>> report.scores["api"], report.diagnostics[0].message
(0.7, "there is no class 'Prat'")
"""

from scorers.diagnostics import Diagnostic, Severity
from scorers.language import canonical_tokens
from scorers.report import SCORERS, SCORERS_VERSION, ScoreReport
from scorers.score import Scorer, score

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
