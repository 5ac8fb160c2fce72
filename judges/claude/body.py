"""The body of a request: pure, so that the same question is the same bytes and has the same key."""

import math
from typing import Any

from judges import rubric
from judges.calls import PreparedCall
from judges.claude.settings import API_VERSION, ClaudeSettings
from judges.keys import canonical_json, request_key
from judges.prices import Prices
from judges.verdict import JudgeRequest

PROVIDER = "claude"
CACHE_MARK = "cache_control"

_TOKENS_PER_BYTE = 0.45 * 1.2
"""What our prose and code come to (0.45 tokens a byte), and a fifth on top for the reservation."""
_CANDIDATE_TOKENS_PER_BYTE = 1.0
"""The policy writes the candidate, and odd characters take up to a token a byte; no tokenizer over bytes takes more."""
_FRAME_TOKENS = 400
"""For what the service adds to a request: roles, and the text that explains the schema to the model."""


def build(request: JudgeRequest, settings: ClaudeSettings) -> dict[str, Any]:
    """The body for one question. Two cache marks: the rubric, equal for all calls, and the task, equal for its candidates."""
    rendered = rubric.render(request, settings.view)
    mark = {"type": "ephemeral", "ttl": settings.cache_ttl}
    task = {"type": "text", "text": rendered.task, CACHE_MARK: mark}
    candidate = {"type": "text", "text": rendered.candidate}
    return {
        "model": settings.model,
        "max_tokens": settings.max_tokens,
        "system": [{"type": "text", "text": rendered.system, CACHE_MARK: mark}],
        "messages": [{"role": "user", "content": [task, candidate]}],
        "output_config": {"effort": settings.effort, "format": {"type": "json_schema", "schema": rendered.schema}},
    }


def prepared(request: JudgeRequest, body: dict[str, Any], settings: ClaudeSettings, prices: Prices) -> PreparedCall:
    """A body with its key and the most it can cost."""
    key = request_key(
        provider=PROVIDER,
        address=settings.address,
        version=API_VERSION,
        rubric=rubric.RUBRIC_VERSION,
        body=without_cache_marks(body),
        sample_index=request.sample_index,
    )
    worst = prices.worst(settings.model, input_tokens_at_most(body), int(body["max_tokens"]))
    return PreparedCall(key, request, PROVIDER, settings.model, body, worst)


def without_cache_marks(value: Any) -> Any:
    """The body as far as it can change an answer: how long a prefix is cached changes its price alone."""
    if isinstance(value, dict):
        return {name: without_cache_marks(inner) for name, inner in value.items() if name != CACHE_MARK}
    if isinstance(value, list):
        return [without_cache_marks(inner) for inner in value]
    return value


def input_tokens_at_most(body: dict[str, Any]) -> int:
    """An upper estimate of a body's input tokens, from its bytes."""
    *_, candidate = body["messages"][-1]["content"]
    theirs = len(candidate["text"].encode())
    ours = len(canonical_json(body).encode()) - theirs
    return math.ceil(max(ours, 0) * _TOKENS_PER_BYTE + theirs * _CANDIDATE_TOKENS_PER_BYTE) + _FRAME_TOKENS
