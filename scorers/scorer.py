"""Scores Luau code: four numbers in [0, 1] and the findings behind them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scorers.allowed import allowed
from scorers.checks.check import Check
from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic, Severity
from scorers.language import Unit, parse
from scorers.language.newer import has_newer_syntax
from scorers.language.position import COLUMN_BITS, COLUMN_MASK
from scorers.language.recursion import deep_recursion
from scorers.language.statements import Block, BrokenStatement, Stat
from scorers.metrics import documented, measure
from scorers.report import SCORERS, ScoreReport
from scorers.settings import Setting, Settings, settings
from scorers.value import value
from scorers.verdict import CHECK as DISAGREEMENT
from scorers.verdict import Verdict, judge

MAX_OF_ONE_CHECK = 20
"""Findings of one check that are kept: degenerate code would fill a store with copies of one sentence."""

DOCUMENTATION_CREDIT = 0.03
"""What doc comments on functions are worth in quality, at most."""


class Scorer:
    """Scores code by a set of checks. `Scorer({"unused-variable": "off"})` changes some (see `scorers.settings`).

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """

    def __init__(self, checks: Mapping[str, Setting] | Settings | None = None, *, allow_comments: bool = False) -> None:
        self.settings = checks if isinstance(checks, Settings) else settings(checks, allow_comments=allow_comments)
        self._weights = {DISAGREEMENT: 0.0} | {
            check.id: check.weight for check in self.settings.checks if check.weight is not None
        }

    def score(self, code: str, *, compiled: CompileResult | None = None, newest: CompileResult | None = None) -> ScoreReport:
        """Scores one source, whatever text it is.

        The own parser judges the syntax, together with the verdicts of real compilers on the same code where they were
        asked: `compiled` is pluau's (`scorers.compiler.compile_in_worker`), `newest` that of a `luau-compile` on PATH
        (`scorers.tools`). The rule is in `scorers.verdict`. Code that does not compile has syntax 0 and is still judged by
        the other three, times the share of its statements that can be read. A source without a statement has 0
        everywhere: nothing was written.

        Raises:
            TypeError: `code` is no str.
        """
        if not isinstance(code, str):
            raise TypeError(f"code is a str, not {type(code).__name__}")
        unit = parse(code)
        errors = [(error.line, error.column, error.message) for error in unit.errors]
        verdict = judge(errors, has_newer_syntax(unit), compiled, newest)
        by_compilers = list(_of_compilers(verdict, unit, compiled, newest))
        try:
            with deep_recursion():
                found = _kept([*by_compilers, *self._findings(unit)])
                metrics = measure(unit)
                credit = documented(unit)
        except RecursionError:
            # Hundreds of levels: Python 3.12 bounds recursion through its own C code whatever the limit is.
            return ScoreReport(verdict.ok, dict.fromkeys(SCORERS, 0.0), (*by_compilers, _TOO_DEEP))
        scores = {name: value((one for one in found if one.scorer == name), self._weights) for name in SCORERS}
        scores["quality"] *= 1.0 - DOCUMENTATION_CREDIT * (1.0 - credit)
        readable = _readable(unit)
        scores = {name: score * readable for name, score in scores.items()}
        if not verdict.ok:
            scores["syntax"] = 0.0
        return ScoreReport(verdict.ok, scores, tuple(found), metrics)

    def _findings(self, unit: Unit) -> Iterator[Diagnostic]:
        is_allowed = allowed(unit) if self.settings.allow_comments else None
        for check in self.settings.checks:
            for diagnostic in _diagnostics(check, unit):
                if is_allowed is None or not is_allowed(check.id, diagnostic.line):
                    yield diagnostic


_TOO_DEEP = Diagnostic(
    "nesting-too-deep", "quality", Severity.ERROR, 1, 1, 1, 2, "the code nests too deeply to be checked", "make functions of it"
)


def _readable(unit: Unit) -> float:
    """The share of statements that could be read. 0 where half of them could not (`I can't` is a call in Luau), or of none."""
    counts = {kind: len(nodes) for kind, nodes in unit.by_class.items() if issubclass(kind, Stat) and kind is not Block}
    total = sum(counts.values())
    share = 1.0 - counts.get(BrokenStatement, 0) / total if total else 0.0
    return share if share > 0.5 else 0.0


def _of_compilers(
    verdict: Verdict, unit: Unit, compiled: CompileResult | None, newest: CompileResult | None
) -> Iterator[Diagnostic]:
    """What only a compiler found, and where the judges disagree."""
    refused = next((one for one in (newest, compiled) if one is not None and not one.ok), None)
    if refused is not None and not verdict.ok and not unit.errors:
        line = refused.line or 1
        message = refused.message or "the compiler refuses this code"
        yield Diagnostic("compiler-error", "syntax", Severity.ERROR, line, 1, line, 2, message)
    if (disagreement := verdict.diagnostic()) is not None:
        yield disagreement


def _diagnostics(check: Check, unit: Unit) -> Iterator[Diagnostic]:
    for start, end, message, hint, severity in check.run(unit):
        yield Diagnostic(
            check.id,
            check.scorer,
            severity or check.severity,
            start >> COLUMN_BITS,
            start & COLUMN_MASK,
            end >> COLUMN_BITS,
            end & COLUMN_MASK,
            message,
            hint,
        )


def _kept(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In the order of the source, with at most `MAX_OF_ONE_CHECK` of each check."""
    seen: Counter[str] = Counter()
    kept = []
    for diagnostic in sorted(diagnostics, key=lambda found: (found.line, found.column, found.check)):
        seen[diagnostic.check] += 1
        if seen[diagnostic.check] <= MAX_OF_ONE_CHECK:
            kept.append(diagnostic)
    return kept
