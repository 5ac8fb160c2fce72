"""A standalone Luau scorer: `score(code)` says how good a piece of Luau is, and why.

>>> from scorers import score
>>> report = score('local part = Instance.new("Prat")')
>>> report.scores["api"], report.diagnostics[0].message
(0.7, "there is no class 'Prat'")
"""

from scorers.diagnostics import Diagnostic, Severity
from scorers.lexer import tokenize
from scorers.report import ScoreReport
from scorers.score import score

__all__ = ["Diagnostic", "ScoreReport", "Severity", "score", "tokenize"]
