"""`--min-score`: what is below it, and the exit code that follows."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

import click

_MAX_NAMED = 20


class Named(Protocol):
    """What has a name for messages."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)
Pair = tuple[N, dict[str, Any]]
"""A script and its report (`ScoreReport.to_json`)."""


class Threshold:
    """Remembers what is below the wanted score: how many there are, and the first of them by name."""

    def __init__(self, min_score: float | None) -> None:
        self._min_score = min_score or 0.0
        self._sentences: list[str] = []
        self._count = 0

    def watch(self, stream: Iterator[Pair[N]]) -> Iterator[Pair[N]]:
        """Pass the stream on."""
        for script, report in stream:
            if report["composite"] < self._min_score:
                self._count += 1
                if self._count <= _MAX_NAMED:
                    self._sentences.append(f"{script.name}: composite {report['composite']:.3f} is below {self._min_score:g}")
            yield script, report

    def tell(self) -> int:
        """Name them on standard error, and return the exit code."""
        for sentence in self._sentences:
            click.echo(sentence, err=True)
        if self._count > len(self._sentences):
            click.echo(f"{self._count - len(self._sentences):,} more are below {self._min_score:g}", err=True)
        return 1 if self._count else 0
