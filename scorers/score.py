"""The function most callers want. The checks are loaded at its first call, so that importing `scorers` costs little."""

from functools import cache
from typing import TYPE_CHECKING

from scorers.report import ScoreReport

if TYPE_CHECKING:
    from scorers.compiler import CompileResult
    from scorers.scorer import Scorer


def score(code: str, *, compiled: "CompileResult | None" = None) -> ScoreReport:
    """Scores one source by all checks with their own weights. Never raises. See `scorers.scorer.Scorer.score`."""
    return _default().score(code, compiled=compiled)


@cache
def _default() -> "Scorer":
    from scorers.scorer import Scorer

    return Scorer()
