"""One scored file, as the output formats see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scorers.cli.sources import Source
from scorers.diagnostics import Diagnostic

_FIELDS = ("compiles", "scores", "composite", "diagnostics", "metrics")


@dataclass(frozen=True)
class Scored:
    """A file and its report (`ScoreReport.to_json`)."""

    source: Source
    report: dict[str, Any]

    @property
    def path(self) -> str:
        return self.source.name

    @property
    def scores(self) -> dict[str, float]:
        scores: dict[str, float] = self.report["scores"]
        return scores

    @property
    def composite(self) -> float:
        return float(self.report["composite"])

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        """In the order of the source."""
        found = (Diagnostic.from_json(fields) for fields in self.report["diagnostics"])
        return tuple(sorted(found, key=lambda finding: (finding.line, finding.column)))

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints of a file."""
        return {"path": self.path, **{name: self.report[name] for name in _FIELDS if name in self.report}}


Results = Iterator[Scored]


def said(found: Diagnostic) -> str:
    """The message and the hint in one line."""
    return one_line(f"{found.message} ({found.hint})" if found.hint else found.message)


def one_line(text: str) -> str:
    """`text` without what would move a terminal's cursor or begin a new line: messages quote the code."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
