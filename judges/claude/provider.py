"""Claude as a provider of verdicts."""

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from judges.calls import Billed, PreparedCall, RawReply, Unusable
from judges.claude import body as bodies
from judges.claude.client import connect, secret_of
from judges.claude.failures import classified
from judges.claude.replies import message_of, verdict_of
from judges.claude.settings import ClaudeSettings
from judges.errors import JudgeConfigError
from judges.keys import origin
from judges.prices import Prices
from judges.verdict import JudgeRequest, Verdict

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

T = TypeVar("T")

MOST_MAX_TOKENS = 20_000
"""Above about 21,000 the SDK wants a stream (seen with 2.11)."""


class ClaudeProvider:
    """Asks Claude over the Messages API (`judges.calls.Provider`).

    Args:
        settings: Model, effort and address.
        prices: What tokens cost.
        api_key: The key; without one ANTHROPIC_API_KEY counts, then what else the SDK finds.

    Raises:
        JudgeConfigError: The key or the address cannot be one. A missing key or package is told at the first call, or by
            `preflight`.
    """

    def __init__(self, settings: ClaudeSettings, prices: Prices, api_key: str | None = None) -> None:
        try:
            origin(settings.address)
        except ValueError as error:
            raise JudgeConfigError(
                f"the address of the judge cannot be used: {error}", hint="Set judge.base_url, or remove it."
            ) from error
        self.settings = settings
        self.prices = prices
        self._secret = secret_of(api_key)
        self._client: AsyncAnthropic | None = None

    @property
    def name(self) -> str:
        return bodies.PROVIDER

    @property
    def model(self) -> str:
        return self.settings.model

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        """The request as it will be sent; needs neither key nor package."""
        return bodies.prepared(request, bodies.build(request, self.settings), self.settings, self.prices)

    def widened(self, prepared: PreparedCall) -> PreparedCall | None:
        """The same question with twice the room for its answer; None where the SDK would not send it."""
        room = 2 * int(prepared.body["max_tokens"])
        if room > MOST_MAX_TOKENS:
            return None
        return bodies.prepared(prepared.request, {**prepared.body, "max_tokens": room}, self.settings, self.prices)

    async def call(self, prepared: PreparedCall) -> RawReply:
        """One request. The bytes are handed back unread, so that they can be kept before anything can go wrong with them.

        Raises:
            CallFailed: There is no reply.
            JudgeConfigError: There is no key, or no package.
        """
        started = time.monotonic()
        response = await self.guarded(lambda client: client.messages.with_raw_response.create(**prepared.body))
        http = response.http_response
        return RawReply(
            body=self._secret.scrub(http.content),
            seconds=time.monotonic() - started,
            request_id=http.headers.get("request-id", ""),
            http_status=http.status_code,
        )

    async def guarded(self, send: "Callable[[AsyncAnthropic], Awaitable[T]]") -> T:
        """What `send` brings, with the SDK's exceptions told as CallFailed, without the chain that holds its headers."""
        client = self.client()
        try:
            return await send(client)
        except Exception as error:
            failure = classified(error, self._secret.scrub)
        raise failure

    def billed(self, reply: RawReply, *, batch: bool = False) -> Billed:
        """What a reply cost, by the model that it names. Raises CallFailed("protocol") for what is no reply."""
        message = message_of(reply.body, http_status=reply.http_status, request_id=reply.request_id)
        usage, batch = message.tokens(), batch or message.in_batch
        pico, source = self.prices.billed(message.model, usage, batch=batch)
        if pico is None:
            pico, source = self.prices.billed(self.model, usage, batch=batch)
        return Billed(usage, pico, source, message.model)

    def read(self, reply: RawReply) -> Verdict | Unusable:
        """The verdict in a reply."""
        return verdict_of(message_of(reply.body, http_status=reply.http_status, request_id=reply.request_id))

    def client(self) -> "AsyncAnthropic":
        """The SDK's client. Raises JudgeConfigError without a key or without the package."""
        if self._client is None:
            self._client = connect(self.settings, self._secret)
        return self._client

    async def close(self) -> None:
        """Lets the connections go. A later call makes new ones, in another event loop too."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()
