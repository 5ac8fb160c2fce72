"""Asking a question once and for all: free where the ledger has the answer, paid once where it has not."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from judges.budget import Limits
from judges.calls import CallFailed, Context, PreparedCall, Provider, Unusable
from judges.errors import JudgePaused
from judges.ledger import StoredReply
from judges.retry.circuit import Circuit
from judges.retry.flight import Flight, Landed, joined
from judges.retry.stops import described, paused
from judges.verdict import Verdict

if TYPE_CHECKING:
    from judges.ledger import Ledger

RESAMPLED = 100
"""Added to `sample_index` when an answer could not be read. Not 1: that is the second opinion, which would repeat the first."""


@runtime_checkable
class Widening(Protocol):
    """A provider whose answers can be cut off for want of room."""

    def widened(self, prepared: PreparedCall) -> PreparedCall | None:
        """The same question with more room; None where there is no more."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: a verdict, or why there is none. Never both, never neither."""

    verdict: Verdict | None
    unscored: Unusable | None
    reply: StoredReply | None
    """What the verdict was read from; None where the provider refused the request itself."""
    source: Literal["paid", "ledger"]
    """`paid` if this question had anything paid now."""
    key: str
    """Of the reply: another one than was asked with when the first answer could not be used."""


async def ask(
    provider: Provider, ledger: "Ledger", prepared: PreparedCall, context: Context, limits: Limits, pause: Circuit
) -> Answer:
    """The answer to `prepared`, with all retries, each attempt a row of the ledger. Twins asked at the same time pay once.

    An answer that was cut off is asked for once more with twice the room, an unreadable one as it is; a refusal is kept.
    Cancelling leaves a call under way running: it is paid for, and `Circuit.drain` waits for it.

    Raises:
        JudgePaused: An outage, a spend limit, a refused key, too many bad requests or refusals; the circuit is open then, or
            was before. Or a budget is reached (`BudgetReached`), which leaves the circuit as it is; so does an answer that
            another process or a batch keeps waiting for.
        LedgerError: The ledger cannot be written; the circuit is open then.
        JudgeConfigError: The provider has no key or no package; the circuit is open then.
    """
    pause.check()
    first = await _answered(provider, ledger, prepared, context, limits, pause)
    again = asked_again(provider, prepared, first)
    if again is None:
        return first
    second = await _answered(provider, ledger, again, context, limits, pause)
    return replace(second, source="paid") if first.source == "paid" else second


def asked_again(provider: Provider, prepared: PreparedCall, answer: Answer) -> PreparedCall | None:
    """The one further request that an unusable answer is worth."""
    if answer.unscored is None:
        return None
    if answer.unscored.reason == "truncated" and isinstance(provider, Widening):
        return provider.widened(prepared)
    if answer.unscored.reason == "malformed":
        request = prepared.request
        return provider.prepare(replace(request, sample_index=request.sample_index + RESAMPLED))
    return None


async def _answered(
    provider: Provider, ledger: "Ledger", prepared: PreparedCall, context: Context, limits: Limits, pause: Circuit
) -> Answer:
    try:
        landed = await joined(pause, prepared.key, lambda: Flight(provider, ledger, prepared, context, limits, pause))
    except CallFailed as failure:
        return refused_request(failure, prepared.key, pause)
    except JudgePaused:
        raise
    except Exception as error:
        # Nobody may go on paying for what cannot be kept, or for what nobody understands.
        pause.open(JudgePaused(f"judging stopped: {error}", hint=getattr(error, "hint", "")))
        raise
    return read(provider, landed, pause)


def read(provider: Provider, landed: Landed, pause: Circuit) -> Answer:
    found = provider.read(landed.reply.reply)
    unscored = found if isinstance(found, Unusable) else None
    if landed.source == "paid":
        _open_if(pause, pause.tally.answered(refused=unscored is not None and unscored.reason == "refusal"))
    verdict = found if isinstance(found, Verdict) else None
    return Answer(verdict, unscored, landed.reply, landed.source, landed.reply.key)


def refused_request(failure: CallFailed, key: str, pause: Circuit) -> Answer:
    """What is wrong with one question leaves it unscored; what is wrong with all of them stops the run."""
    if failure.kind not in ("bad_request", "too_large"):
        stop = paused(failure)
        pause.open(stop)
        raise stop from None
    _open_if(pause, pause.tally.refused_request(str(failure)))
    return Answer(None, Unusable("bad_request", described(failure)), None, "paid", key)


def _open_if(pause: Circuit, stop: JudgePaused | None) -> None:
    if stop is not None:
        pause.open(stop)
