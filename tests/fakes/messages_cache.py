"""The prompt cache of the fake: what of a request is read from it, what is written into it, and for how long it stays.

An entry holds a prefix up to a block that the client marked. It is found again when all blocks up to it are equal and it is
at most 20 blocks before a mark of the new request. It is there from the moment its reply begins, so requests at the same
time all pay for writing it; each use renews it. A prefix below the model's minimum is silently not cached.
"""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.messages_tokens import Block, Ttl

SECONDS: dict[Ttl, float] = {"5m": 300.0, "1h": 3600.0}
LOOK_BACK = 20


class Clock:
    """Seconds since 1970. With `start` it stands still but for `advance`; without, it runs."""

    def __init__(self, start: float | None = None) -> None:
        self._start = start
        self._ahead = 0.0

    def __call__(self) -> float:
        return (time.time() if self._start is None else self._start) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass for the server alone."""
        self._ahead += seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """How the tokens of a prompt are billed, and which prefixes will be kept."""

    fresh: int
    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    entries: tuple[tuple[str, Ttl], ...] = ()


class PromptCache:
    """Prefixes that were sent before. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[Ttl, float]] = {}
        self._lock = threading.Lock()

    def plan(self, model: str, blocks: Sequence[Block], minimum: int) -> Plan:
        """What a prompt would cost now. Nothing is kept before `commit`."""
        prefixes = _prefixes(model, blocks)
        marks = [i for i, block in enumerate(blocks) if block.ttl is not None]
        with self._lock:
            hit = max((i for i in _looked_at(marks) if self._alive(prefixes[i][0])), default=-1)
            entries = [(prefixes[hit][0], self._entries[prefixes[hit][0]][0])] if hit >= 0 else []
        total = prefixes[-1][1] if prefixes else 0
        read = at = prefixes[hit][1] if hit >= 0 else 0
        written: dict[Ttl, int] = {"5m": 0, "1h": 0}
        for i in marks:
            key, tokens = prefixes[i]
            ttl = blocks[i].ttl
            if tokens < minimum or ttl is None:
                continue
            entries.append((key, ttl))
            if i > hit:
                written[ttl] += tokens - at
                at = tokens
        return Plan(total - at, read, written["5m"], written["1h"], tuple(dict(entries).items()))

    def commit(self, plan: Plan) -> None:
        """Keep, or renew, what the plan wrote and read."""
        with self._lock:
            for key, ttl in plan.entries:
                longer = max(ttl, self._entries.get(key, (ttl, 0.0))[0], key=SECONDS.__getitem__)
                self._entries[key] = (longer, self._clock() + SECONDS[longer])

    def _alive(self, key: str) -> bool:
        return key in self._entries and self._entries[key][1] > self._clock()


def _prefixes(model: str, blocks: Sequence[Block]) -> list[tuple[str, int]]:
    """The hash of each prefix, and its tokens."""
    running, tokens, found = hashlib.sha256(model.encode()), 0, []
    for block in blocks:
        running.update(len(block.identity).to_bytes(8, "big") + block.identity)
        tokens += block.tokens
        found.append((running.hexdigest(), tokens))
    return found


def _looked_at(marks: Sequence[int]) -> set[int]:
    return {i for mark in marks for i in range(max(0, mark - LOOK_BACK + 1), mark + 1)}
