"""What a reply of the Messages API says.

Read by our own model: the SDK's lets an HTML page or a missing `usage` through, and raises without the paid text where JSON was
cut off (both seen with SDK 2.11).
"""

from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from judges import rubric
from judges.calls import CallFailed, Unusable, Usage
from judges.verdict import Verdict

KEPT_BYTES = 65_536
"""How much of a page that is no reply is kept."""

_CUT_OFF = "max_tokens"
_TOO_LONG = "model_context_window_exceeded"


class _CacheCreation(BaseModel):
    ephemeral_5m_input_tokens: int = Field(0, ge=0)
    ephemeral_1h_input_tokens: int = Field(0, ge=0)


class _OutputDetails(BaseModel):
    thinking_tokens: int | None = Field(None, ge=0)


class _Usage(BaseModel):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    cache_creation_input_tokens: int | None = Field(None, ge=0)
    cache_read_input_tokens: int | None = Field(None, ge=0)
    cache_creation: _CacheCreation | None = None
    output_tokens_details: _OutputDetails | None = None
    service_tier: str | None = None


class _Block(BaseModel):
    type: str
    text: str | None = None


class _StopDetails(BaseModel):
    category: str | None = None
    explanation: str | None = None


class Message(BaseModel):
    """A reply. Fields that are not named here are let through: the service adds some without a new version."""

    type: Literal["message"]
    model: str
    content: list[_Block]
    stop_reason: str | None = None
    stop_details: _StopDetails | None = None
    usage: _Usage

    @property
    def in_batch(self) -> bool:
        return self.usage.service_tier == "batch"

    def text(self) -> str:
        """All text blocks. The first block can be one of thinking."""
        return "".join(block.text or "" for block in self.content if block.type == "text")

    def tokens(self) -> Usage:
        """Tokens by price."""
        usage = self.usage
        written = usage.cache_creation_input_tokens or 0
        split = usage.cache_creation or _CacheCreation()
        hour = split.ephemeral_1h_input_tokens
        details = usage.output_tokens_details
        return Usage(
            input=usage.input_tokens,
            cache_write_5m=max(written - hour, split.ephemeral_5m_input_tokens),
            cache_write_1h=hour,
            cache_read=usage.cache_read_input_tokens or 0,
            output=usage.output_tokens,
            thinking=(details.thinking_tokens or 0) if details else 0,
        )


def message_of(body: bytes, *, http_status: int = 200, request_id: str = "") -> Message:
    """The reply in `body`. Raises CallFailed("protocol") for anything else; it may be billed all the same."""
    try:
        return Message.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise CallFailed(
            "protocol",
            f"the answer is no reply of the Messages API: {where}: {first['msg']}",
            may_be_billed=True,
            http_status=http_status,
            request_id=request_id,
            body=body[:KEPT_BYTES],
        ) from None


def verdict_of(message: Message) -> Verdict | Unusable:
    """The verdict in a reply, or why it holds none."""
    if message.stop_reason == "refusal":
        return Unusable("refusal", _refusal(message.stop_details))
    if message.stop_reason == _TOO_LONG:
        return Unusable("bad_request", "the question is longer than the model can read")
    text = message.text()
    empty = Unusable("malformed", f"no text in the answer (stop reason {message.stop_reason})")
    found = rubric.parse(text) if text.strip() else empty
    if isinstance(found, Unusable) and message.stop_reason == _CUT_OFF:
        return Unusable("truncated", f"cut off after {message.usage.output_tokens} tokens")
    return found


def _refusal(details: _StopDetails | None) -> str:
    category = (details.category if details else None) or "no category"
    explanation = details.explanation if details else None
    return f"{category}: {explanation}" if explanation else category
