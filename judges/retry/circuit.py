"""What all calls of a run share: how many there may be at once, when the server wants quiet, and that nobody starts any more."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from judges.errors import JudgePaused
from judges.retry.tally import Tally

if TYPE_CHECKING:
    from judges.retry.flight import Flight

OKS_TO_GROW = 20
"""Replies in good order after which one more call is allowed at once."""


class Circuit:
    """Lets calls start, up to `concurrency` at once, until it is opened; then none starts any more and those under way end.

    Additive increase, multiplicative decrease: halved when the server says that we are too fast, one more after 20 good replies.
    One circuit belongs to one event loop at a time.

    Args:
        concurrency: Most calls at once; at most as many answers can be lost when the process is killed.
        clock: Seconds that only grow.
        sleep: Waits seconds.
        chance: Uniform in [0, 1), for the jitter of waits.
    """

    def __init__(
        self,
        concurrency: int = 8,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if concurrency < 1:
            raise ValueError("at least one call at a time is needed")
        self.clock = clock
        self.chance = chance
        self.tally = Tally()
        self.flights: dict[str, Flight] = {}
        self._sleep = sleep
        self._ceiling = self._limit = concurrency
        self._active = self._entered = self._slowed_at = self._oks = 0
        self._quiet_until = 0.0
        self._stopped: JudgePaused | None = None
        self._queue: deque[asyncio.Future[None]] = deque()
        self._resting: set[asyncio.Future[None]] = set()
        self._leaving: set[asyncio.Future[None]] = set()

    @property
    def stopped(self) -> JudgePaused | None:
        """Why no call starts any more, or None."""
        return self._stopped

    @property
    def limit(self) -> int:
        """Calls that may be under way at once now."""
        return self._limit

    @property
    def active(self) -> int:
        """Calls under way."""
        return self._active

    def open(self, reason: JudgePaused) -> None:
        """Stops all new calls. The first reason stays."""
        self._stopped = self._stopped or reason
        for future in (*self._queue, *self._resting, *self._leaving):
            _wake(future)
        self._queue.clear()

    def check(self) -> None:
        """Raises the reason if the circuit is open."""
        if self._stopped is not None:
            # A new one each time: one exception object raised in many tasks would collect all their tracebacks.
            raise JudgePaused(str(self._stopped), hint=self._stopped.hint)

    async def enter(self) -> int:
        """Waits for a place; gives its number. Raises JudgePaused when the circuit is or becomes open."""
        while True:
            self.check()
            quiet = self._quiet_until - self.clock()
            if quiet > 0:
                await self.rest(quiet)
            elif self._active < self._limit:
                self._active += 1
                self._entered += 1
                return self._entered
            else:
                await self._queued()

    def leave(self, *, good: bool) -> None:
        """Gives a place back. `good`: a reply came in good order."""
        self._active -= 1
        self._oks += good
        if self._oks >= OKS_TO_GROW:
            self._oks = 0
            self._limit = min(self._limit + 1, self._ceiling)
        for future in self._leaving:
            _wake(future)
        self._leaving.clear()
        self._admit()

    async def next_leave(self) -> None:
        """Waits until a call gives its place back, or the circuit opens."""
        leaving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._leaving.add(leaving)
        await leaving

    def slow_down(self, ticket: int, seconds: float) -> None:
        """The server wants quiet: nobody starts for `seconds`, then half as many at once. Calls that had started before the last
        halving say nothing new and halve nothing."""
        self._quiet_until = max(self._quiet_until, self.clock() + seconds)
        self._oks = 0
        if ticket > self._slowed_at:
            self._slowed_at = self._entered
            self._limit = max(1, self._limit // 2)

    async def rest(self, seconds: float) -> None:
        """Waits. Raises JudgePaused as soon as the circuit opens."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        nap = asyncio.ensure_future(self._sleep(seconds))
        self._resting.add(opened)
        try:
            self.check()
            await asyncio.wait({nap, opened}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._resting.discard(opened)
            nap.cancel()
        self.check()

    async def drain(self) -> None:
        """Waits until all calls under way have ended and are written down. Open the circuit first, or new ones start."""
        while self.flights:
            await asyncio.wait({flight.task for flight in self.flights.values()})

    async def _queued(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            # Cancelled, and perhaps woken at the same moment: the next one must not miss the place.
            self._admit()
            raise

    def _admit(self) -> None:
        """Wakes as many as there are free places. Who finds none queues again; who was cancelled stands there as done."""
        for _ in range(self._limit - self._active):
            while self._queue and self._queue[0].done():
                self._queue.popleft()
            if not self._queue:
                return
            _wake(self._queue.popleft())


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
