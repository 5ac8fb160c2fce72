"""The syntax scorer: 0 for code that the compiler refuses, else 1 minus the idioms that are legal and foreign.

The findings of refused code (the compiler's error, and what looks like another language) explain the 0.
"""

from collections.abc import Iterator

from scorers.blocks import Outline
from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic, Severity, penalised
from scorers.foreign import RULES, in_accepted, in_rejected


def check(out: Outline, compiled: CompileResult) -> Iterator[Diagnostic]:
    """All findings about one source and the compiler's verdict on it."""
    if compiled.ok:
        yield from in_accepted(out)
        return
    line = compiled.line
    message = compiled.message or "the compiler refuses this code"
    yield Diagnostic("syntax-error", "syntax", Severity.ERROR, line or 1, _column(out, line), message)
    yield from in_rejected(out, line)


def value(compiled: CompileResult, diagnostics: list[Diagnostic]) -> float:
    """The score in [0, 1]."""
    return penalised(diagnostics, RULES) if compiled.ok else 0.0


def _column(out: Outline, line: int | None) -> int:
    """The compiler gives a line only: point at the first token on it."""
    return next((token.column for token in out.code if token.line == line), 1)
