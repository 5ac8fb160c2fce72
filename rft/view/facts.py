"""What the panel of a run shows: plain facts, wherever they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage in progress. `note` is its rate or its last word; `left` are the seconds to its end, None as long as nobody can
    tell."""

    name: str
    done: int
    total: int
    note: str
    seconds: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Policy:
    """A measured policy: its share of the held-out cases in [0, 1] with the interval, and what the gate said, if it has."""

    name: str
    share: float
    low: float
    high: float
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class TaskShare:
    """How many of a task's candidates pass, of those that are scored."""

    task: str
    passed: int
    scored: int

    @property
    def share(self) -> float:
        return self.passed / self.scored


@dataclass(frozen=True, slots=True)
class Spend:
    """What the judge was paid, in dollars as they are read, and the limit that it counts against."""

    spent: str
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the run and the machine found. `shares` are those of all policies of the run in their order, None for one
    that is still to be measured; `memory` and `disk` (free) are bytes; `trouble` says what could not be read."""

    policies: Sequence[Policy] = ()
    shares: Sequence[float | None] = ()
    best: Sequence[TaskShare] = ()
    worst: Sequence[TaskShare] = ()
    memory: int | None = None
    disk: int | None = None
    spend: Spend | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the panel shows. `planned` are the names of the run's stages; `latest` the last one of them that was begun."""

    run: str
    seconds: float
    planned: Sequence[str] = ()
    latest: str = ""
    stages: Sequence[StageFacts] = ()
    seen: Seen = field(default_factory=Seen)


class Watch(Protocol):
    """Looks at a run, for one thread, which enters and leaves it."""

    @property
    def run(self) -> str:
        """The run's name."""
        ...

    @property
    def planned(self) -> Sequence[str]:
        """The names of its stages."""
        ...

    def look(self, stages: Sequence[str]) -> Seen:
        """What is to be seen while these stages are in progress. May be asked at any rate: it reads only now and then."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
