"""`--min-score` and `--strict`: what fails them, and the exit code that follows."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import click

_MAX_NAMED = 20


class Named(Protocol):
    """What has a name for messages. `objection` is a reason of its own against it."""

    @property
    def name(self) -> str: ...

    @property
    def objection(self) -> str | None: ...


N = TypeVar("N", bound=Named)
Pair = tuple[N, dict[str, Any]]
"""A script and its report (`ScoreReport.to_json`)."""


class Threshold:
    """Remembers what fails: how many there are, and the first of them by name with the reason."""

    def __init__(self, min_score: float | None, *, strict: bool = False) -> None:
        self._min_score = min_score or 0.0
        self._strict = strict
        self._sentences: list[str] = []
        self._count = 0

    def watch(self, stream: Iterator[Pair[N]]) -> Iterator[Pair[N]]:
        """Pass the stream on."""
        for script, report in stream:
            if (reason := self._reason(script, report)) is not None:
                self._count += 1
                if self._count <= _MAX_NAMED:
                    self._sentences.append(f"{script.name}: {reason}")
            yield script, report

    def _reason(self, script: Named, report: dict[str, Any]) -> str | None:
        if report["composite"] < self._min_score:
            return f"composite {report['composite']:.3f} is below {self._min_score:g}"
        if self._strict and not report["compiles"]:
            return "does not compile"
        return script.objection if self._strict else None

    def tell(self) -> int:
        """Name them on standard error, and return the exit code."""
        for sentence in self._sentences:
            click.echo(sentence, err=True)
        if self._count > len(self._sentences):
            click.echo(f"{self._count - len(self._sentences):,} more fail", err=True)
        return 1 if self._count else 0
