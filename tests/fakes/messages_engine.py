"""The work behind a request: the message that answers it, and the bill. No sockets here."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.messages_cache import Plan, PromptCache
from tests.fakes.messages_faults import Fault
from tests.fakes.messages_meter import BilledCall, Meter, Tokens, cost
from tests.fakes.messages_models import Model
from tests.fakes.messages_rules import check_message
from tests.fakes.messages_schema import violation
from tests.fakes.messages_tokens import count, prompt
from tests.fakes.messages_types import Json, Seen
from tests.fakes.messages_verdicts import Decide, hash_of, schema_of

_THINKING = {"low": 16, "medium": 64, "high": 256, "xhigh": 512, "max": 1024}
"""Tokens of thought by effort; up to 31 come on top, by the hash of the submission."""
_REFUSED_AFTER = 3
"""Output tokens of a refusal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said."""

    content: tuple[Json, ...]
    output: int
    thinking: int = 0
    stop_reason: str = "end_turn"
    stop_details: Json | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work that is done and billed. `plan` goes to the cache when the reply begins."""

    message: Json
    plan: Plan


class Engine:
    """Answers requests and bills them. Thread-safe."""

    def __init__(self, decide: Decide, cache: PromptCache, meter: Meter) -> None:
        self._decide = decide
        self._meter = meter
        self.cache = cache

    def work(self, seen: Seen, fault: Fault, batch_id: str = "") -> Work:
        """Answer one request. Raises ApiError, unbilled, for one that the service would refuse.

        Raises:
            ValueError: `decide` broke the schema of the request: a mistake of the test.
        """
        model = check_message(seen.json)
        plan = self.cache.plan(model.id, prompt(seen.json), model.least_cached)
        said = answer(seen.json, model, self._decide, fault)
        tokens = Tokens(plan.fresh, plan.write_5m, plan.write_1h, plan.read, said.output, said.thinking)
        message = _message(seen.request_id, model.id, said, _usage(tokens, batch=bool(batch_id)))
        name = "" if fault.name == "ok" else fault.name
        pico = cost(model.id, tokens, batch=bool(batch_id))
        self._meter.add(BilledCall(seen.request_id, seen.custom_id, batch_id, seen.sha256, model.id, tokens, pico, name))
        return Work(message, plan)


def answer(body: Json, model: Model, decide: Decide, fault: Fault) -> Answer:
    """What the model says to a request, with the fault's mark on it."""
    thought, thinking = _thought(body, model)
    if fault.name == "refusal":
        details = {"type": "refusal", "category": fault.category, "explanation": "This request was declined."}
        return Answer((), thinking + _REFUSED_AFTER, thinking, "refusal", details)
    verdict = decide(body)
    schema = schema_of(body)
    if schema is not None and (wrong := violation(schema, verdict)):
        raise ValueError(f"decide() breaks the schema of the request: {wrong}")
    text = _texts(fault.name, verdict, body)
    limit = body["max_tokens"]
    if fault.name == "truncated":
        return Answer((*thought, _text(text[: len(text) // 2])), limit, min(thinking, limit), "max_tokens")
    if fault.name == "thinking_only":
        return Answer((_thinking_block(),), max(thinking, 1), max(thinking, 1))
    return _within(limit, thought, thinking, text)


def _within(limit: int, thought: tuple[Json, ...], thinking: int, text: str) -> Answer:
    if thinking >= limit:
        return Answer(thought, limit, limit, "max_tokens")
    if thinking + count(text) > limit:
        fits = text.encode()[: 3 * (limit - thinking)].decode(errors="ignore")
        return Answer((*thought, _text(fits)), limit, thinking, "max_tokens")
    return Answer((*thought, _text(text)), thinking + max(count(text), 1), thinking)


def _thought(body: Json, model: Model) -> tuple[tuple[Json, ...], int]:
    """A block of thinking, for half of the submissions, and its tokens."""
    asked = (body.get("thinking") or {}).get("type")
    thinks = asked in ("adaptive", "enabled") or (asked is None and model.thinks)
    chance = int(hash_of(body), 16)
    if not thinks or chance % 2:
        return (), 0
    effort = (body.get("output_config") or {}).get("effort") or "medium"
    return (_thinking_block(),), _THINKING[effort] + chance // 2 % 32


def _violating(verdict: Json) -> str:
    return json.dumps({**dict(list(verdict.items())[1:]), "unasked": 99})


_TEXTS: dict[str, Callable[[Json], str]] = {
    "malformed": lambda verdict: f"Here is my review. {json.dumps(verdict)[:-1]}",
    "violates": _violating,
    "empty": lambda _verdict: "",
}


def _texts(name: str, verdict: Json, body: Json) -> str:
    plain: Callable[[Json], str] = json.dumps if schema_of(body) is not None else lambda _: "It is a fake that speaks here."
    return _TEXTS.get(name, plain)(verdict)


def _text(text: str) -> Json:
    return {"type": "text", "text": text, "citations": None}


def _thinking_block() -> Json:
    return {"type": "thinking", "thinking": "", "signature": "ZmFrZQ=="}


def _message(request_id: str, model: str, said: Answer, usage: Json) -> Json:
    return {
        "id": f"msg_{request_id.removeprefix('req_')}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": list(said.content),
        "stop_reason": said.stop_reason,
        "stop_sequence": None,
        "stop_details": said.stop_details,
        "usage": usage,
    }


def _usage(tokens: Tokens, *, batch: bool) -> Json:
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write_5m + tokens.cache_write_1h,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write_5m,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        },
        "output_tokens": tokens.output,
        "output_tokens_details": {"thinking_tokens": tokens.thinking},
        "service_tier": "batch" if batch else "standard",
        "inference_geo": "not_available",
        "server_tool_use": None,
    }
