"""How long one question is tried. Pure but for the clock that is handed in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from judges.calls import CallFailed, FailureKind

RETRY_AFTER_AT_MOST = 120.0
"""Seconds. The server may ask for weeks; then the run is paused instead."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts where the server names no time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Failures that are counted together: how many attempts, and for how many seconds after the first of them."""

    group: str
    attempts: int
    seconds: float


_BUSY = Rule("busy", 8, 15 * 60)
# Each of these may have been paid for, so they are few.
_LOST = Rule("lost", 3, 15 * 60)
_GARBLED = Rule("protocol", 3, 15 * 60)
_UNREACHABLE = Rule("connect", 1000, 10 * 60)

RULES: dict[FailureKind, Rule] = {
    "rate": _BUSY,
    "overloaded": _BUSY,
    "server": _BUSY,
    "timeout": _LOST,
    "cut": _LOST,
    "protocol": _GARBLED,
    "connect": _UNREACHABLE,
}
"""What is tried again. A kind that is not here is final at once."""

SLOWING: frozenset[FailureKind] = frozenset({"rate", "overloaded"})
"""The server says that all of us are too fast."""


def retryable(error: BaseException) -> bool:
    """Whether trying again can help."""
    return isinstance(error, CallFailed) and error.kind in RULES


class Patience:
    """What one question has been through. `pause` is how many seconds the next attempt has to wait."""

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock = clock
        self._chance = chance
        self._failures: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self.pause = 0.0

    def note(self, failure: CallFailed) -> None:
        """Counts a failure that may be tried again, and sets `pause`."""
        group = RULES[failure.kind].group
        self._failures[group] += 1
        self._since.setdefault(group, self._clock())
        self.pause = self._wait(failure, self._failures[group])

    def spent(self, failure: CallFailed) -> bool:
        """Whether this was the last attempt, by number or by the time at which the next one could start."""
        rule = RULES[failure.kind]
        late = self._clock() + self.pause - self._since[rule.group] > rule.seconds
        return late or self._failures[rule.group] >= rule.attempts

    def _wait(self, failure: CallFailed, failures: int) -> float:
        """What the server asks for, else full jitter over a doubling time.

        M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        if failure.retry_after is not None:
            return min(failure.retry_after, RETRY_AFTER_AT_MOST)
        return self._chance() * min(LONGEST_WAIT, 2.0 ** min(failures, 10))
