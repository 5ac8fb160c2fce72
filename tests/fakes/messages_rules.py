"""Which requests the fake refuses with 400 or 404, as the service does (API version 2026-10-21)."""

import re
from typing import Any

from tests.fakes.messages_models import Model, check_thinking, usable
from tests.fakes.messages_schema import check_schema
from tests.fakes.messages_tokens import prompt, prompt_tokens
from tests.fakes.messages_types import Json, bad_request

_KNOWN = {
    "max_tokens", "messages", "model", "cache_control", "metadata", "output_config", "service_tier", "stop_sequences", "stream",
    "system", "thinking", "tool_choice", "tools", "inference_geo", "diagnostics",
}  # fmt: skip
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_MARKS = 4
BATCH_REQUESTS = 100_000
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check_message(body: Any, *, counting: bool = False) -> Model:
    """The model of a request that the service would answer. Raises ApiError; `counting` needs no `max_tokens`."""
    if not isinstance(body, dict):
        raise bad_request("The request body is not valid JSON")
    _check_fields(body)
    model = usable(_needed(body, "model"))
    _check_messages(_needed(body, "messages"))
    _check_system(body.get("system"))
    _check_output(body.get("output_config"))
    _check_tools(body.get("tool_choice"), model)
    check_thinking(model, body.get("thinking"), (body.get("output_config") or {}).get("effort") or "medium")
    _check_marks(body)
    if not counting:
        _check_size(body, model)
    return model


def check_batch(body: Any) -> list[Json]:
    """The requests of a batch that would be created. What is wrong inside one shows only in its result."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("requests: Field required, with at least one request")
    if len(requests) > BATCH_REQUESTS:
        raise bad_request(f"requests: List should have at most {BATCH_REQUESTS} items after validation, not {len(requests)}")
    ids = set()
    for i, request in enumerate(requests):
        custom_id = request.get("custom_id") if isinstance(request, dict) else None
        if not isinstance(custom_id, str) or not _CUSTOM_ID.fullmatch(custom_id):
            raise bad_request(f"requests.{i}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
        if custom_id in ids:
            raise bad_request(f"requests.{i}.custom_id: `custom_id` must be unique; {custom_id} is used more than once")
        if not isinstance(request.get("params"), dict):
            raise bad_request(f"requests.{i}.params: Field required")
        ids.add(custom_id)
    return requests


def _needed(body: Json, name: str) -> Any:
    if name not in body:
        raise bad_request(f"{name}: Field required")
    return body[name]


def _check_fields(body: Json) -> None:
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            raise bad_request(f"{name}: sampling parameters are not supported in this API version")
    if unknown := sorted(set(body) - _KNOWN):
        raise bad_request(f"{unknown[0]}: Extra inputs are not permitted")
    if body.get("stream"):
        raise bad_request("stream: this stand-in does not stream")


def _check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise bad_request("messages: at least one message is required")
    for i, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
            raise bad_request(f"messages.{i}.role: Input should be 'user' or 'assistant'")
        _check_content(message.get("content"), f"messages.{i}.content")
    if messages[0]["role"] != "user":
        raise bad_request("messages: first message must use the user role")
    if messages[-1]["role"] == "assistant":
        raise bad_request("This model does not support assistant message prefill. The conversation must end with a user message.")


def _check_content(content: Any, at: str) -> None:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise bad_request(f"{at}: Field required")
    for i, block in enumerate(content):
        if not isinstance(block, dict) or "type" not in block:
            raise bad_request(f"{at}.{i}.type: Field required")
        if block["type"] == "text" and (not isinstance(block.get("text"), str) or not block["text"].strip()):
            raise bad_request(f"{at}.{i}: text content blocks must contain non-whitespace text")


def _check_system(system: Any) -> None:
    if system is not None and not isinstance(system, str):
        _check_content(system, "system")


def _check_output(config: Any) -> None:
    if config is None:
        return
    if not isinstance(config, dict) or set(config) - {"effort", "format"}:
        raise bad_request("output_config: Extra inputs are not permitted")
    if config.get("effort") not in (None, *_EFFORTS):
        raise bad_request(f"output_config.effort: Input should be one of {', '.join(_EFFORTS)}")
    if (form := config.get("format")) is not None:
        if not isinstance(form, dict) or form.get("type") != "json_schema":
            raise bad_request("output_config.format.type: Input should be 'json_schema'")
        check_schema(form.get("schema"))


def _check_tools(choice: Any, model: Model) -> None:
    if isinstance(choice, dict) and choice.get("type") in ("tool", "any") and not model.forced_tools:
        raise bad_request(f"tool_choice: forced tool use is not supported on {model.id}")


def _check_marks(body: Json) -> None:
    blocks = [body, *_blocks(body.get("system"))]
    for message in body["messages"]:
        blocks += _blocks(message["content"])
    for control in (block["cache_control"] for block in blocks if block.get("cache_control") is not None):
        if not isinstance(control, dict) or control.get("type") != "ephemeral" or control.get("ttl", "5m") not in ("5m", "1h"):
            raise bad_request("cache_control: Input should be of type 'ephemeral' with ttl '5m' or '1h'")
    ttls = [block.ttl for block in prompt(body) if block.ttl is not None]
    if len(ttls) > _MARKS:
        raise bad_request(f"A maximum of {_MARKS} blocks with cache_control may be provided. Found {len(ttls)}.")
    if "5m" in ttls and "1h" in ttls[ttls.index("5m") :]:
        raise bad_request("cache_control: a ttl='1h' block must not come after a ttl='5m' block")


def _blocks(content: Any) -> list[Json]:
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _check_size(body: Json, model: Model) -> None:
    wanted = _needed(body, "max_tokens")
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
        raise bad_request("max_tokens: Input should be greater than or equal to 1")
    if wanted > model.max_output:
        raise bad_request(f"max_tokens: {wanted} > {model.max_output}, which is the maximum for {model.id}")
    if (tokens := prompt_tokens(body)) > model.max_input:
        raise bad_request(f"prompt is too long: {tokens} tokens > {model.max_input} maximum")
