"""Retries for requests that cost nothing: no row of the ledger stands for them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from judges.calls import CallFailed
from judges.retry.circuit import Circuit
from judges.retry.policy import Patience, retryable

T = TypeVar("T")


async def patiently(circuit: Circuit, send: Callable[[], Awaitable[T]], *, attempts: int = 1000) -> T:
    """What `send` brings, tried again after failures that can pass, at most `attempts` times and as long as `Patience` lasts.

    Raises the last CallFailed; JudgePaused when the circuit is open.
    """
    patience = Patience(circuit.clock, circuit.chance)
    for left in range(attempts - 1, -1, -1):
        circuit.check()
        try:
            return await send()
        except CallFailed as failure:
            if not left or not retryable(failure):
                raise
            patience.note(failure)
            if patience.spent(failure):
                raise
        await circuit.rest(patience.pause)
    raise AssertionError("there is at least one attempt")
