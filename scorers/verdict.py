"""Whether a source is valid Luau, from up to three judges.

The rule, with what it rests on (12,524 snippets judged by luau-compile 0.735):

- `luau-compile`, where it was asked, decides: it is the newest and the real thing.
- Otherwise a source is valid when neither the own parser nor pluau rejects it. pluau embeds Luau 0.686 and rejected no
  valid source but those with newer syntax, so there its no does not count. It accepted no invalid source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic, Severity

CHECK = "compiler-disagreement"

ParseError = tuple[int, int, str]
"""Line and column, both from 1, and the message."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ok`: the source is valid. `disagreement` says in one sentence who judged otherwise, or is None.

    `line` (from 1) is where the first judge that rejects found its error, 1 where it did not say.
    """

    ok: bool
    disagreement: str | None = None
    line: int = 1

    def diagnostic(self) -> Diagnostic | None:
        """The disagreement as a finding without weight, for the person who maintains the parser."""
        if self.disagreement is None:
            return None
        hint = "the verdict may be wrong here; please report the source"
        place = {"line": self.line, "column": 1, "end_line": self.line, "end_column": 2}
        return Diagnostic(CHECK, "syntax", Severity.INFO, **place, message=self.disagreement, hint=hint)


@dataclass(frozen=True, slots=True)
class _Vote:
    judge: str
    ok: bool
    line: int | None = None
    message: str | None = None

    def __str__(self) -> str:
        if self.ok:
            return f"{self.judge} accepts this source"
        place = f"line {self.line}: " if self.line else ""
        return f"{self.judge} rejects it ({place}{self.message or 'no message'})"


def judge(
    parse_errors: Sequence[ParseError],
    newer_syntax: bool,
    pluau: CompileResult | None,
    luau_compile: CompileResult | None,
) -> Verdict:
    """Weigh the judges; see the module's text for the rule.

    Args:
        parse_errors: What the own parser found, in the order of the source.
        newer_syntax: The source has syntax that Luau 0.686 does not know (`const`, `f<<T>>()`, `@[deprecated]`).
        pluau: The verdict of the embedded compiler, None where it was not asked.
        luau_compile: The verdict of the `luau-compile` on PATH, None where there is none.
    """
    votes = [_own(parse_errors)]
    if pluau is not None and (pluau.ok or not newer_syntax):
        votes.append(_Vote("pluau (Luau 0.686)", pluau.ok, pluau.line, pluau.message))
    if luau_compile is not None:
        votes.append(_Vote("luau-compile", luau_compile.ok, luau_compile.line, luau_compile.message))
    ok = votes[-1].ok if luau_compile is not None else all(vote.ok for vote in votes)
    rejecting = next((vote for vote in votes if not vote.ok), None)
    if rejecting is None or not any(vote.ok for vote in votes):
        return Verdict(ok)
    sentence = ", ".join(str(vote) for vote in sorted(votes, key=lambda vote: not vote.ok))
    return Verdict(ok, sentence, rejecting.line or 1)


def _own(errors: Sequence[ParseError]) -> _Vote:
    if not errors:
        return _Vote("the own parser", ok=True)
    line, _, message = errors[0]
    return _Vote("the own parser", ok=False, line=line, message=message)
