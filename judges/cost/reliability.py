"""How the provider behaved."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from judges.calls import Unusable
from judges.cost.records import Call, Records
from judges.cost.statistics import quantile

SHOWN_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from request to reply of one model. Batches have none."""

    model: str
    calls: int
    p50: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure and how often it came."""

    kind: str
    http_status: int | None
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """The sixth section. Counts by name, the most frequent first."""

    statuses: dict[str, int]
    """`verdict`, the reasons of unusable replies, and the states of attempts without a reply."""
    attempts: dict[str, int]
    """How many questions took 1, 2, ... attempts."""
    failures: tuple[Failure, ...]
    latencies: tuple[Latency, ...]
    request_ids: tuple[str, ...]
    """Of the last attempts that failed or brought no verdict, for the provider's support."""


def reliability(records: Records) -> Reliability:
    """Count it."""
    questions = Counter(call.key for call in records.calls)
    troubled = [call for call in records.calls if _status(call) != "verdict" and call.request_id]
    return Reliability(
        statuses=dict(Counter(map(_status, records.calls)).most_common()),
        attempts={str(n): count for n, count in sorted(Counter(questions.values()).items())},
        failures=_failures(records.calls),
        latencies=_latencies(records.answered()),
        request_ids=tuple(call.request_id for call in troubled[-SHOWN_FAILURES:]),
    )


def _status(call: Call) -> str:
    if call.state != "done":
        return call.state
    return call.outcome.reason if isinstance(call.outcome, Unusable) else "verdict"


def _failures(calls: tuple[Call, ...]) -> tuple[Failure, ...]:
    counts = Counter((c.error_kind, c.http_status, c.error_code) for c in calls if c.state in ("failed", "unknown"))
    return tuple(Failure(*what, count) for what, count in counts.most_common())


def _latencies(calls: tuple[Call, ...]) -> tuple[Latency, ...]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        if call.seconds is not None and not call.batch:
            seconds[call.billed_model or call.model].append(call.seconds)
    return tuple(
        Latency(model, len(found), quantile(found, 0.5), quantile(found, 0.95), max(found))
        for model, found in sorted(seconds.items())
    )
