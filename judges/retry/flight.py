"""One question on its way to a reply, once for all who ask it: the ledger's rows, the attempts, the waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from judges.budget import BudgetReached, Limits
from judges.calls import CallFailed, Context, PreparedCall, Provider
from judges.errors import JudgeConfigError, JudgePaused
from judges.ledger import Answered, Attempt, Begun, Held, StoredReply
from judges.retry.circuit import Circuit
from judges.retry.policy import RULES, SLOWING, Patience, retryable

if TYPE_CHECKING:
    from judges.ledger import Ledger

T = TypeVar("T")

HELD_POLL_SECONDS = 2.0
"""Between two looks at what another process is waiting for. An answer takes about that long."""
HELD_AT_MOST_SECONDS = 30 * 60.0
"""A process gives a question up within 15 minutes; a batch can take a day."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A reply, and whether it was paid now."""

    reply: StoredReply
    source: Literal["paid", "ledger"]


async def committed(future: "Future[T]") -> T:
    """Waits for the ledger. Being cancelled does not take back what it was given."""
    return await asyncio.shield(asyncio.wrap_future(future))


class Flight:
    """Brings one question to its reply. `wanted` counts those who wait for it: without any, no new attempt starts.

    `task` gives the reply. It raises CallFailed when no attempt brought one, JudgePaused when the circuit is open or a budget is
    reached, LedgerError when the ledger cannot be written.
    """

    def __init__(
        self, provider: Provider, ledger: "Ledger", prepared: PreparedCall, context: Context, limits: Limits, circuit: Circuit
    ) -> None:
        self._provider = provider
        self._ledger = ledger
        self._prepared = prepared
        self._context = context
        self._limits = limits
        self._circuit = circuit
        self._patience = Patience(circuit.clock, circuit.chance)
        self.wanted = 0
        self.task = asyncio.create_task(self._land())
        self.task.add_done_callback(_seen)

    async def _land(self) -> Landed:
        retrying = AsyncRetrying(
            sleep=self._circuit.rest,
            retry=retry_if_exception(retryable),
            wait=lambda _: self._patience.pause,
            stop=lambda state: self._patience.spent(_failure(state)),
            reraise=True,
        )
        try:
            return await retrying(self._try)
        finally:
            # In the same step as the end, so that nobody joins a flight that is over.
            self._circuit.flights.pop(self._prepared.key, None)

    async def _try(self) -> Landed:
        """One attempt, after waiting for another process's answer, and for money that is only reserved."""
        held_since: float | None = None
        while True:
            found = await self._step()
            if isinstance(found, Landed):
                return found
            if found is None:
                await self._circuit.next_leave()
                continue
            held_since = self._circuit.clock() if held_since is None else held_since
            if self._circuit.clock() - held_since > HELD_AT_MOST_SECONDS:
                raise _kept_waiting(found)
            await self._circuit.rest(HELD_POLL_SECONDS)

    async def _step(self) -> Landed | Held | None:
        """A reply, or who else is waiting for it, or None where calls under way have reserved the money for this one."""
        ticket = await self._circuit.enter()
        good = False
        try:
            if not self.wanted:
                raise asyncio.CancelledError
            begun = await self._begun()
            if isinstance(begun, Answered):
                return Landed(begun.reply, "ledger")
            if isinstance(begun, Held):
                return begun
            landed = await self._sent(begun, ticket)
            good = True
            return landed
        except BudgetReached as reached:
            if reached.may_fit_later and self._circuit.active > 1:
                return None
            raise
        finally:
            self._circuit.leave(good=good)

    async def _begun(self) -> Begun:
        future = self._ledger.begin(self._prepared, self._context, self._limits)
        try:
            return await committed(future)
        except asyncio.CancelledError:
            future.add_done_callback(self._give_back)
            raise

    def _give_back(self, future: "Future[Begun]") -> None:
        """What was begun and never sent must not keep its lease: this process lives on."""
        if not future.cancelled() and future.exception() is None and isinstance(attempt := future.result(), Attempt):
            self._ledger.failed(attempt, CallFailed("cut", "cancelled before it was sent"))

    async def _sent(self, attempt: Attempt, ticket: int) -> Landed:
        try:
            reply = await self._provider.call(self._prepared)
            billed = self._provider.billed(reply)
        except CallFailed as failure:
            if failure.kind in RULES:
                self._patience.note(failure)
            if failure.kind in SLOWING:
                self._circuit.slow_down(ticket, self._patience.pause)
            await committed(self._ledger.failed(attempt, failure))
            raise
        except JudgeConfigError as error:
            await committed(self._ledger.failed(attempt, CallFailed("auth", str(error))))
            raise
        except BaseException as error:
            # Nobody will read this answer, and it may be paid. The row must not stay open: its owner lives on.
            self._ledger.failed(attempt, CallFailed("cut", f"left behind: {type(error).__name__}", may_be_billed=True))
            raise
        await committed(self._ledger.answered(attempt, reply, billed))
        run, round = self._context.run, self._context.round
        return Landed(StoredReply(attempt.id, attempt.key, reply, billed, run, round), "paid")


async def joined(circuit: Circuit, key: str, make: Callable[[], Flight]) -> Landed:
    """The reply that the flight under way for `key` brings, else a new flight. Who is cancelled leaves; a call under way goes on,
    because it is paid for."""
    flight = circuit.flights.get(key)
    mine = flight is None
    if flight is None:
        flight = make()
        circuit.flights[key] = flight
    flight.wanted += 1
    try:
        landed = await asyncio.shield(flight.task)
    finally:
        flight.wanted -= 1
    return landed if mine else replace(landed, source="ledger")


def _kept_waiting(held: Held) -> JudgePaused:
    return JudgePaused(
        f"the answer to a question that {held.owner} asked did not come for {HELD_AT_MOST_SECONDS / 60:.0f} minutes",
        hint="Let that process or batch end, then run the same command again.",
    )


def _failure(state: RetryCallState) -> CallFailed:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, CallFailed), "only these are retried"
    return error


def _seen(task: "asyncio.Task[Landed]") -> None:
    """All who waited may have been cancelled; what the flight ran into is in the ledger then."""
    if not task.cancelled():
        task.exception()
