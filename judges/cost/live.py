"""The one line that stands while a round is judged: `$0.043/$0.50  121 verdicts  72 pruned  cache 61 %  p95 6.2 s  429x2`."""

from collections import Counter, deque
from typing import Protocol

from judges.calls import CallFailed, Usage
from judges.cost.money import usd
from judges.cost.statistics import quantile

RECENT_REPLIES = 200
"""The line speaks of the last ones: an outage an hour ago is no news."""


class Progress(Protocol):
    """How far the judging is (`judges.outcome.JudgingProgress`)."""

    @property
    def spent_pico(self) -> int: ...

    @property
    def verdicts(self) -> int: ...

    @property
    def pruned(self) -> int: ...


class LiveMeter:
    """Counts what comes over the wire. Its memory does not grow with the run."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=RECENT_REPLIES)
        self._read = self._prompt = 0
        self.failures: Counter[str] = Counter()

    def answered(self, usage: Usage, seconds: float) -> None:
        """A reply came."""
        self._seconds.append(seconds)
        self._read += usage.cache_read
        self._prompt += usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h

    def failed(self, failure: CallFailed) -> None:
        """An attempt got no reply."""
        self.failures[str(failure.http_status or failure.kind)] += 1

    @property
    def cache_share(self) -> float | None:
        """Share of all prompt tokens that came from the prompt cache; None before the first reply."""
        return self._read / self._prompt if self._prompt else None

    @property
    def p95_seconds(self) -> float | None:
        """Of the last replies."""
        return quantile(tuple(self._seconds), 0.95) if self._seconds else None


def status_line(progress: Progress, meter: LiveMeter, budget_pico: int | None = None) -> str:
    """The line. What is not known yet is left out."""
    spent = usd(progress.spent_pico) + (f"/{usd(budget_pico)}" if budget_pico is not None else "")
    parts = [spent, f"{progress.verdicts} verdicts", f"{progress.pruned} pruned"]
    if meter.cache_share is not None:
        parts.append(f"cache {100 * meter.cache_share:.0f} %")
    if meter.p95_seconds is not None:
        parts.append(f"p95 {meter.p95_seconds:.1f} s")
    parts += [f"{name}x{count}" for name, count in sorted(meter.failures.items())]
    return "  ".join(parts)
