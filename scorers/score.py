"""Scores Luau code: four numbers in [0, 1] and the findings behind them."""

from collections import Counter
from collections.abc import Iterable

from scorers import api, bugs, quality, syntax
from scorers.blocks import outline
from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic, penalised
from scorers.report import SCORERS, ScoreReport

MAX_OF_ONE_CHECK = 20
"""Findings of one check that are kept: degenerate code would fill a store with copies of one sentence."""


def score(code: str, *, compiled: CompileResult | None = None) -> ScoreReport:
    """Scores one source. `compiled` is the compiler's verdict on it; without one the compiler is asked (in its worker).

    Code that does not compile has syntax 0 and is still judged by the other three, which read tokens. A source without
    code (empty, or comments only) has 0 everywhere: nothing was written. Raises what `compile_in_worker` raises where
    the compiler cannot be asked; the token part never raises.
    """
    if compiled is None:
        from scorers.compiler import compile_in_worker

        compiled = compile_in_worker(code)
    out = outline(code)
    by_scorer = {
        "syntax": _keep(syntax.check(out, compiled)),
        "api": _keep(api.check(out)),
        "bugs": _keep(bugs.check(out)),
        "quality": _keep(quality.check(out)),
    }
    scores = {
        "syntax": syntax.value(compiled, by_scorer["syntax"]),
        "api": penalised(by_scorer["api"], api.RULES),
        "bugs": penalised(by_scorer["bugs"], bugs.RULES),
        "quality": penalised(by_scorer["quality"], quality.RULES),
    }
    if not out.code:
        scores = dict.fromkeys(SCORERS, 0.0)
    found = tuple(diagnostic for name in SCORERS for diagnostic in by_scorer[name])
    return ScoreReport(compiled.ok, scores, found)


def _keep(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In the order of the source, with at most `MAX_OF_ONE_CHECK` of each check."""
    seen: Counter[str] = Counter()
    kept = []
    for diagnostic in sorted(diagnostics, key=lambda found: (found.line, found.column)):
        seen[diagnostic.check] += 1
        if seen[diagnostic.check] <= MAX_OF_ONE_CHECK:
            kept.append(diagnostic)
    return kept
