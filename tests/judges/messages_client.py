"""The real SDK, talking to the fake service: what the tests of the fake share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anthropic
import httpx2

from tests.fakes.messages_api import GOOD_KEY, MessagesServer

T = TypeVar("T")
Body = dict[str, Any]

SCORE = {"type": "integer", "enum": [0, 1, 2, 3, 4]}
SCHEMA: Body = {
    "type": "object",
    "properties": {
        "evidence": {"type": "string"},
        "functionality": SCORE,
        "flags": {"type": "array", "items": {"type": "string", "enum": ["off_task"]}},
    },
    "required": ["evidence", "functionality", "flags"],
    "additionalProperties": False,
}


def block(text: str, ttl: str | None = None) -> Body:
    """A text block, marked for the cache where a `ttl` is given."""
    mark = {} if ttl is None else {"cache_control": {"type": "ephemeral", "ttl": ttl}}
    return {"type": "text", "text": text, **mark}


def body(text: str = "return 1", **more: Any) -> Body:
    """A request like those of the judge."""
    return {
        "model": "claude-haiku-5-5",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": text}],
        "output_config": {"effort": "medium", "format": {"type": "json_schema", "schema": SCHEMA}},
        **more,
    }


@asynccontextmanager
async def client(server: MessagesServer, **more: Any) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """The SDK without retries, straight to the server: no proxy of the machine comes between."""
    settings: Body = {"api_key": GOOD_KEY, "max_retries": 0, **more}
    async with httpx2.AsyncClient(trust_env=False) as wire:
        yield anthropic.AsyncAnthropic(base_url=server.url, http_client=wire, **settings)


def talk(server: MessagesServer, say: Callable[[anthropic.AsyncAnthropic], Awaitable[T]], **more: Any) -> T:
    """Run a conversation with the server."""

    async def conversation() -> T:
        async with client(server, **more) as sdk:
            return await say(sdk)

    return asyncio.run(conversation())


def create(server: MessagesServer, request: Body | None = None, **more: Any) -> Any:
    """One message, as `messages.create` returns it. What the SDK has no parameter for goes into the body all the same."""
    asked = body() if request is None else request
    return talk(server, lambda sdk: sdk.post("/v1/messages", body=asked, cast_to=anthropic.types.Message), **more)
