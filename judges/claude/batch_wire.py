"""The Message Batches API: what is sent and what comes back. Nothing here is billed but `create`."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from judges.calls import CallFailed, PreparedCall, RawReply
from judges.claude.failures import kind_of
from judges.claude.provider import ClaudeProvider

ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ServerBatch:
    """A batch as the server lists it."""

    id: str
    created: float
    """Unix time."""
    size: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one request: a reply, or why there is none."""

    key: str
    outcome: RawReply | CallFailed


async def create(provider: ClaudeProvider, calls: Sequence[PreparedCall]) -> str:
    """Sends a batch; gives the server's name for it. Raises CallFailed; `may_be_billed` says that the server may have it."""
    requests: list[Any] = [{"custom_id": call.key, "params": dict(call.body)} for call in calls]
    made = await provider.guarded(lambda client: client.messages.batches.create(requests=requests))
    return _batch(made, may_be_billed=True).id


async def retrieve(provider: ClaudeProvider, batch_id: str) -> ServerBatch:
    """How a batch stands. Raises CallFailed."""
    return _batch(await provider.guarded(lambda client: client.messages.batches.retrieve(batch_id)))


async def since(provider: ClaudeProvider, created: float) -> list[ServerBatch]:
    """The batches that were made after `created`, newest first. Raises CallFailed.

    How far back the server lists is not documented; it keeps results for 29 days.
    """
    return await provider.guarded(lambda client: _until(client, created))


async def results(provider: ClaudeProvider, batch_id: str) -> list[Result]:
    """What came of the requests of a batch that ended, in any order. Raises CallFailed."""
    import httpx2

    # The path, and not the address that the server names: the key goes to no other host.
    path = f"/v1/messages/batches/{batch_id}/results"
    response = await provider.guarded(lambda client: client.get(path, cast_to=httpx2.Response))
    return list(_results(response.content))


async def _until(client: Any, created: float) -> list[ServerBatch]:
    found = []
    async for item in _listed(client):
        if item.created < created:
            break
        found.append(item)
    return found


async def _listed(client: Any) -> AsyncIterator[ServerBatch]:
    async for made in client.messages.batches.list(limit=100):
        yield _batch(made)


def _batch(made: Any, *, may_be_billed: bool = False) -> ServerBatch:
    # The SDK hands a page of text through as it is.
    if getattr(made, "type", None) != "message_batch":
        raise CallFailed("protocol", "the answer is no description of a batch", may_be_billed=may_be_billed)
    counts = made.request_counts
    size = counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
    return ServerBatch(made.id, made.created_at.timestamp(), size, made.processing_status == ENDED)


def _results(data: bytes) -> Iterator[Result]:
    """Lines that cannot be read are passed over: their requests stay without a result and are counted as possibly lost."""
    for line in data.splitlines():
        try:
            row = json.loads(line)
            key, result = str(row["custom_id"]), row["result"]
            kind = result["type"]
        except (ValueError, KeyError, TypeError):
            continue
        if kind == "succeeded":
            yield Result(key, RawReply(json.dumps(result.get("message"), ensure_ascii=False).encode(errors="replace"), 0.0))
        else:
            yield Result(key, _failure(kind, result))


def _failure(kind: str, result: dict[str, Any]) -> CallFailed:
    """Why a request of a batch got no answer; such are not billed (from memory of the provider's pages)."""
    if kind != "errored":
        return CallFailed("server", f"the batch's request was {kind}", error_type=kind)
    said = result.get("error") or {}
    error = said.get("error") or said
    details = error.get("details") or {}
    error_type, code = str(error.get("type") or ""), str(details.get("error_code") or "")
    words = str(error.get("message") or "the request failed in its batch")
    return CallFailed(
        kind_of(400 if error_type == "invalid_request_error" else 500, error_type, code, words),
        words,
        error_type=error_type,
        error_code=code,
        request_id=str(said.get("request_id") or ""),
    )
