"""The function most callers want. The checks are loaded at its first call, so that importing `scorers` costs little."""

from functools import cache
from typing import TYPE_CHECKING

from scorers.report import ScoreReport

if TYPE_CHECKING:
    from scorers.compiler import CompileResult
    from scorers.scorer import Scorer


def score(code: str, *, compiled: "CompileResult | None" = None, newest: "CompileResult | None" = None) -> ScoreReport:
    """Scores one source by all checks with their own weights, whatever text it is. See `scorers.scorer.Scorer.score`.

    Raises:
        TypeError: `code` is no str.
    """
    return _default().score(code, compiled=compiled, newest=newest)


@cache
def _default() -> "Scorer":
    from scorers.scorer import Scorer

    return Scorer()
