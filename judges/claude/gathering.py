"""Questions that come one by one, answered by the batch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from judges.calls import Context, PreparedCall
from judges.claude.batches import BatchJudge, BatchResult
from judges.errors import JudgePaused
from judges.retry.ask import Answer
from judges.retry.circuit import Circuit

LINGER_SECONDS = 2.0
"""Without a new question before those that wait are sent. A batch's answers come together, and so do the questions they raise."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    prepared: PreparedCall
    context: Context
    answer: "asyncio.Future[Answer]"


class BatchAsk:
    """Asks like `judges.retry.ask`, but what comes while others wait goes into one batch with them.

    Args:
        judge: Sends the batches.
        circuit: The same as the judge's. Opening it leaves the batches at the server; `BatchJudge.settle` brings them in later.
        linger_seconds: How long nothing new has to come before a batch is sent.
    """

    def __init__(self, judge: BatchJudge, circuit: Circuit, *, linger_seconds: float = LINGER_SECONDS) -> None:
        self._judge = judge
        self._circuit = circuit
        self._linger_seconds = linger_seconds
        self._waiting: list[_Waiting] = []
        self._driver: asyncio.Task[None] | None = None

    async def __call__(self, prepared: PreparedCall, context: Context) -> Answer:
        """The answer, within a day.

        Raises:
            JudgePaused: As `BatchJudge.judge`; or a budget is reached; or two batches brought nothing for this question.
            LedgerError: The ledger cannot be written.
        """
        self._circuit.check()
        waiting = _Waiting(prepared, context, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        return await waiting.answer

    async def _drive(self) -> None:
        while self._waiting:
            group: list[_Waiting] = []
            try:
                await self._quiet()
                group, self._waiting = self._waiting, []
                _deliver(group, await self._judge.judge([(one.prepared, one.context) for one in group]))
            except Exception as error:
                group, self._waiting = [*group, *self._waiting], []
                for one in group:
                    _fail(one, error)

    async def _quiet(self) -> None:
        known = 0
        while known < len(self._waiting):
            known = len(self._waiting)
            await self._circuit.rest(self._linger_seconds)


def _deliver(group: Sequence[_Waiting], result: BatchResult) -> None:
    paid_for: set[str] = set()
    for one in group:
        key = one.prepared.key
        answer = result.answers.get(key)
        if answer is None:
            _fail(one, result.limit if key in result.over_budget and result.limit else _left_out())
        elif not one.answer.done():
            # Twins pay once.
            one.answer.set_result(replace(answer, source="ledger") if key in paid_for else answer)
        paid_for.add(key)


def _fail(one: _Waiting, error: Exception) -> None:
    if not one.answer.done():
        one.answer.set_exception(error)


def _left_out() -> JudgePaused:
    return JudgePaused(
        "two batches brought no answer to a question, or another process has it under way",
        hint="Run the same command again: what is answered is kept, and nothing was scored 0.",
    )
