"""How a batch gets to the server and back, and is found again when the answer to its sending is lost."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from judges.calls import Billed, CallFailed, PreparedCall, RawReply
from judges.claude import batch_wire as wire
from judges.claude.provider import ClaudeProvider
from judges.errors import JudgePaused, LedgerError
from judges.ledger import Attempt, BatchIntent, Ledger, OpenBatch
from judges.retry.circuit import Circuit
from judges.retry.flight import committed
from judges.retry.patient import patiently
from judges.retry.policy import Patience, retryable
from judges.retry.stops import paused

T = TypeVar("T")

CLOCK_SLACK_SECONDS = 300.0
"""The server's clock and ours differ."""


class _Gone(Exception):
    """The server no longer knows the batch."""


class BatchPost:
    """Sends batches and brings in what became of them, all through the ledger.

    Its methods raise JudgePaused when the server cannot be reached or refuses, with the circuit open then, and LedgerError.
    """

    def __init__(self, provider: ClaudeProvider, ledger: Ledger, circuit: Circuit, poll_seconds: float) -> None:
        self._provider = provider
        self._ledger = ledger
        self._circuit = circuit
        self._poll_seconds = poll_seconds

    async def settle(self) -> None:
        """Brings in all batches that this process, or one that ended, left open. Raises JudgePaused."""
        for batch in await committed(self._ledger.batch_open()):
            batch_id = batch.batch_id or await self._found(batch)
            if batch_id is None:
                await committed(self._ledger.batch_dropped(batch.id))
            else:
                await self.bring_in(batch.id, batch_id, batch.attempts)

    async def create(self, intent: BatchIntent, calls: Sequence[PreparedCall], patience: Patience) -> str | None:
        """The name of the batch that was sent; None where the server does not have it and trying again may help."""
        try:
            batch_id = await wire.create(self._provider, calls)
        except CallFailed as failure:
            if failure.may_be_billed or failure.kind == "server":
                # A request that is still on its way is not listed yet.
                await self._circuit.rest(self._poll_seconds)
                mine = [batch for batch in await committed(self._ledger.batch_open()) if batch.id == intent.id]
                if mine and (found := await self._found(mine[0])):
                    return found
            await committed(self._ledger.batch_dropped(intent.id))
            if not retryable(failure):
                raise self._stopped(failure) from None
            patience.note(failure)
            if patience.spent(failure):
                raise self._stopped(failure) from None
            return None
        await committed(self._ledger.batch_sent(intent.id, batch_id))
        return batch_id

    async def _found(self, batch: OpenBatch) -> str | None:
        """The server's name for a batch whose sending got no answer, or None if the server does not have it."""
        known = {other.batch_id for other in await committed(self._ledger.batch_open())}
        keys = {attempt.key for attempt in batch.attempts}
        for candidate in await self._listed(batch.created - CLOCK_SLACK_SECONDS):
            if candidate.id in known or candidate.size != len(keys):
                continue
            try:
                await self._ended(candidate.id)
                found = {row.key for row in await self._results(candidate.id)}
            except _Gone:
                continue
            if found == keys and await self._named(batch.id, candidate.id):
                return candidate.id
        return None

    async def _listed(self, since: float) -> list[wire.ServerBatch]:
        try:
            return await self._free(lambda: wire.since(self._provider, since))
        except _Gone:
            raise self._stopped(CallFailed("model", "it has no list of batches")) from None

    async def _named(self, batch: int, batch_id: str) -> bool:
        """Writes the name down; False where it is that of an older batch, which asked the same."""
        try:
            await committed(self._ledger.batch_sent(batch, batch_id))
        except LedgerError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                return False
            raise
        return True

    async def bring_in(self, batch: int, batch_id: str, attempts: Sequence[Attempt]) -> dict[str, CallFailed]:
        """Waits for a batch and writes down what it brought; gives why requests got no reply."""
        failures: dict[str, CallFailed] = {}
        try:
            await self._ended(batch_id)
            rows = {row.key: row.outcome for row in await self._results(batch_id)}
        except _Gone:
            rows = {}
        written = []
        for attempt in attempts:
            outcome = self._checked(rows.get(attempt.key))
            if isinstance(outcome, CallFailed):
                failures[attempt.key] = outcome
                written.append(self._ledger.failed(attempt, outcome))
            elif outcome is not None:
                written.append(self._ledger.answered(attempt, *outcome))
        await asyncio.gather(*map(committed, written))
        await committed(self._ledger.batch_ended(batch))
        return failures

    def _checked(self, outcome: RawReply | CallFailed | None) -> tuple[RawReply, Billed] | CallFailed | None:
        if not isinstance(outcome, RawReply):
            return outcome
        try:
            return outcome, self._provider.billed(outcome, batch=True)
        except CallFailed as failure:
            return failure

    async def _ended(self, batch_id: str) -> None:
        while not (await self._free(lambda: wire.retrieve(self._provider, batch_id))).ended:
            await self._circuit.rest(self._poll_seconds)

    async def _results(self, batch_id: str) -> list[wire.Result]:
        return await self._free(lambda: wire.results(self._provider, batch_id))

    async def _free(self, send: Callable[[], Awaitable[T]]) -> T:
        """A request that costs nothing, with patience."""
        try:
            return await patiently(self._circuit, send)
        except CallFailed as failure:
            if failure.kind == "model":
                raise _Gone from None
            raise self._stopped(failure) from None

    def _stopped(self, failure: CallFailed) -> JudgePaused:
        stop = paused(failure)
        self._circuit.open(stop)
        return stop
