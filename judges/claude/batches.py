"""Judging in Message Batches: half the price, an answer within a day, mostly within an hour.

A batch is written down before it is sent, and its name after. If the answer to the sending is lost, or the process dies in
between, the batch is found again among the server's: it is sent a second time only when the server does not have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from judges.budget import BudgetReached, Limits
from judges.calls import CallFailed, Context, PreparedCall
from judges.claude.batch_life import BatchPost
from judges.claude.provider import ClaudeProvider
from judges.ledger import Attempt, BatchIntent, Ledger, StoredReply
from judges.retry.ask import Answer, asked_again, read, refused_request
from judges.retry.circuit import Circuit
from judges.retry.flight import Landed, committed
from judges.retry.policy import Patience, retryable

POLL_SECONDS = 30.0
MOST_REQUESTS = 10_000
"""In one batch; the server takes 100,000, or 256 MB."""
Call = tuple[PreparedCall, Context]


@dataclass(slots=True)
class BatchResult:
    """What came of the questions, by the key that each was asked with."""

    answers: dict[str, Answer] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    """Without an answer: another process has them under way, or two batches brought nothing for them."""
    over_budget: list[str] = field(default_factory=list)
    limit: BudgetReached | None = None
    """The limit that the last of these would have passed."""


class BatchJudge:
    """Asks in batches, through the ledger.

    Args:
        provider: Who is asked.
        ledger: Where all of it is written down.
        limits: Budgets; a request counts with half its worst case.
        circuit: Its clock and sleep are used, and nothing is sent while it is open.
        poll_seconds: Between two looks at a batch.
    """

    def __init__(
        self,
        provider: ClaudeProvider,
        ledger: Ledger,
        limits: Limits,
        circuit: Circuit,
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._provider = provider
        self._ledger = ledger
        self._limits = limits
        self._circuit = circuit
        self._post = BatchPost(provider, ledger, circuit, poll_seconds)

    async def judge(self, calls: Sequence[Call]) -> BatchResult:
        """Answers to all questions. What a batch leaves without a usable answer is sent once more, in a second batch.

        Raises:
            JudgePaused: An outage, a spend limit, a refused key; the circuit is open then. A batch that was sent goes on: the
                same call brings its answers.
            LedgerError: The ledger cannot be written.
        """
        await self.settle()
        result = BatchResult()
        asked = {prepared.key: (prepared, context) for prepared, context in calls}
        missing = await self._round(list(asked.values()), result, {key: key for key in asked})
        again, names = self._again(asked, missing, result)
        if again:
            await self._round(again, result, names)
        left = [key for key in asked if key not in result.answers]
        over = set(result.over_budget)
        result.over_budget = [key for key in left if key in over]
        result.pending = [key for key in left if key not in over]
        return result

    async def settle(self) -> None:
        """Brings in all batches that this process, or one that ended, left open. Raises JudgePaused."""
        await self._post.settle()

    def _again(self, asked: Mapping[str, Call], missing: set[str], result: BatchResult) -> tuple[list[Call], dict[str, str]]:
        """What is worth a second batch, and by its keys the keys that were asked with first."""
        calls, names = [], {}
        for key, (prepared, context) in asked.items():
            answer = result.answers.get(key)
            again = asked_again(self._provider, prepared, answer) if answer else prepared if key in missing else None
            if again is not None:
                calls.append((again, context))
                names[again.key] = key
        return calls, names

    async def _round(self, calls: Sequence[Call], result: BatchResult, names: Mapping[str, str]) -> set[str]:
        """Sends batches, waits for them and puts the answers into `result`. Gives the keys worth another try."""
        sent = []
        for start in range(0, len(calls), MOST_REQUESTS):
            batch = await self._sent(calls[start : start + MOST_REQUESTS], result, names)
            if batch is not None:
                sent.append(batch)
        missing: set[str] = set()
        for batch_id, intent in sent:
            failures = await self._post.bring_in(intent.id, batch_id, intent.taken)
            missing |= self._collect(intent.taken, failures, result, names)
        return missing

    async def _sent(self, calls: Sequence[Call], result: BatchResult, names: Mapping[str, str]) -> tuple[str, BatchIntent] | None:
        """The server's batch of what has to be sent, or None where nothing has."""
        patience = Patience(self._circuit.clock, self._circuit.chance)
        while True:
            self._circuit.check()
            intent = await self._intended(calls, result, names)
            if intent is None or not intent.taken:
                return None
            taken = {attempt.key for attempt in intent.taken}
            batch_id = await self._post.create(intent, [prepared for prepared, _ in calls if prepared.key in taken], patience)
            if batch_id is not None:
                return batch_id, intent
            await self._circuit.rest(patience.pause)

    async def _intended(self, calls: Sequence[Call], result: BatchResult, names: Mapping[str, str]) -> BatchIntent | None:
        """What the ledger lets us send; None if nothing fits into the budget. What it has the answers to goes into `result`."""
        try:
            intent = await committed(
                self._ledger.batch_intended([(_halved(call), context) for call, context in calls], self._limits)
            )
        except BudgetReached as limit:
            stored = {call.key: self._ledger.reply_of(call.key) for call, _ in calls}
            self._over_budget([key for key, reply in stored.items() if reply is None], limit, result, names)
            answered = [reply for reply in stored.values() if reply is not None]
            self._from_ledger(answered, result, names)
            return None
        self._over_budget(intent.over_budget, intent.limit, result, names)
        self._from_ledger(intent.answered, result, names)
        return intent

    def _from_ledger(self, replies: Sequence[StoredReply], result: BatchResult, names: Mapping[str, str]) -> None:
        for reply in replies:
            self._answer(reply, "ledger", result, names)

    def _collect(
        self, taken: Sequence[Attempt], failures: Mapping[str, CallFailed], result: BatchResult, names: Mapping[str, str]
    ) -> set[str]:
        """Puts what a batch brought into `result`. Gives the keys, as first asked with, of what another may bring."""
        missing = set()
        for attempt in taken:
            failure = failures.get(attempt.key)
            reply = self._ledger.reply_of(attempt.key)
            if reply is not None:
                self._answer(reply, "paid", result, names)
            elif failure is not None and not retryable(failure):
                result.answers[names[attempt.key]] = refused_request(failure, attempt.key, self._circuit)
            else:
                missing.add(names[attempt.key])
        return missing

    def _answer(
        self, reply: StoredReply, source: Literal["paid", "ledger"], result: BatchResult, names: Mapping[str, str]
    ) -> None:
        name = names[reply.key]
        before = result.answers.get(name)
        answer = read(self._provider, Landed(reply, source), self._circuit)
        result.answers[name] = replace(answer, source="paid") if before and before.source == "paid" else answer

    def _over_budget(
        self, keys: Sequence[str], limit: BudgetReached | None, result: BatchResult, names: Mapping[str, str]
    ) -> None:
        result.over_budget += [names[key] for key in keys]
        result.limit = limit or result.limit


def _halved(call: PreparedCall) -> PreparedCall:
    """The same request at a batch's price."""
    return call if call.worst_pico is None else replace(call, worst_pico=-(-call.worst_pico // 2))
