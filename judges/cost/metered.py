"""A provider whose calls are counted for the live line."""

from judges.calls import Billed, CallFailed, PreparedCall, Provider, RawReply, Unusable
from judges.cost.live import LiveMeter
from judges.verdict import JudgeRequest, Verdict


class Metered:
    """Another provider, unchanged in all that it answers (`judges.calls.Provider`)."""

    def __init__(self, inner: Provider, meter: LiveMeter) -> None:
        self._inner = inner
        self._meter = meter

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def model(self) -> str:
        return self._inner.model

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        return self._inner.prepare(request)

    def widened(self, prepared: PreparedCall) -> PreparedCall | None:
        """The same question with more room (`judges.retry.ask.Widening`); None where the provider knows no such thing."""
        widen = getattr(self._inner, "widened", None)
        found: PreparedCall | None = widen(prepared) if widen is not None else None
        return found

    async def call(self, prepared: PreparedCall) -> RawReply:
        """One attempt, counted. Raises CallFailed."""
        try:
            reply = await self._inner.call(prepared)
        except CallFailed as failure:
            self._meter.failed(failure)
            raise
        self._count(reply)
        return reply

    def _count(self, reply: RawReply) -> None:
        try:
            self._meter.answered(self._inner.billed(reply).usage, reply.seconds)
        except CallFailed as failure:
            # Whoever asked stores the reply first and is told the same by `billed`.
            self._meter.failed(failure)

    def billed(self, reply: RawReply) -> Billed:
        return self._inner.billed(reply)

    def read(self, reply: RawReply) -> Verdict | Unusable:
        return self._inner.read(reply)

    async def close(self) -> None:
        await self._inner.close()
