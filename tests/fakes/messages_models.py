"""The models that the fake serves, and what each of them takes. As of November 2026; sources: the SDK's model list and
platform.claude.com's model pages. Minimum sizes of cached prefixes that are published nowhere are set to 1,024."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from tests.fakes.messages_types import ApiError, Json, not_found

Lifecycle = Literal["active", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model."""

    id: str
    released: str
    """Day."""
    least_cached: int = 1024
    """Tokens below which no prefix is cached."""
    lifecycle: Lifecycle = "active"
    retires: str | None = None
    thinks: bool = True
    """Whether it thinks without being asked to."""
    thinking: tuple[str, ...] = ("adaptive", "disabled")
    """Values of `thinking.type` that it takes."""
    forced_tools: bool = False
    max_input: int = 1_000_000
    max_output: int = 128_000


_OLD = ("adaptive", "disabled", "enabled")
CATALOGUE = {
    model.id: model
    for model in (
        Model("claude-haiku-5-5", "2026-10-07", 512),
        Model("claude-sonnet-5-5", "2026-09-28", thinking=("adaptive", "between_tools")),
        Model("claude-opus-5-5", "2026-09-22", thinking=("adaptive",)),
        Model("claude-fable-5-2", "2026-11-09", thinking=("adaptive",)),
        Model("claude-fable-5-1", "2026-09-01", thinking=("adaptive",)),
        Model("claude-mythos-5-2", "2026-11-09", thinking=("adaptive",)),  # the fake has no price for it
        Model("claude-opus-5", "2026-06-30", 512),
        Model("claude-sonnet-5", "2026-06-30"),
        Model("claude-sonnet-4-6", "2026-02-17", thinks=False, thinking=_OLD, forced_tools=True),
        Model("claude-haiku-4-5", "2025-10-15", 4096, thinks=False, thinking=_OLD, forced_tools=True, max_input=200_000),
        Model(
            "claude-sonnet-4-5", "2025-09-29", lifecycle="deprecated", retires="2026-11-30",
            thinks=False, thinking=_OLD, forced_tools=True, max_input=200_000,
        ),
        Model("claude-mythos-preview", "2026-04-07", lifecycle="retired", retires="2026-06-30"),
    )
}  # fmt: skip


def usable(name: object) -> Model:
    """The model of a request. Raises 404 for one that is unknown or retired."""
    model = CATALOGUE.get(str(name))
    if model is None or model.lifecycle == "retired":
        raise not_found(f"model: {name}")
    return model


def info(name: str) -> Json:
    """What `GET /v1/models/{id}` says. Raises 404."""
    if (model := CATALOGUE.get(name)) is None:
        raise not_found(f"model: {name}")
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id.replace("-", " ").title(),
        "created_at": _day(model.released),
        "lifecycle": model.lifecycle,
        "deprecated_at": None if model.retires is None else _day(model.released),
        "retires_at": None if model.retires is None else _day(model.retires),
        "line": model.id.split("-")[1],
        "max_input_tokens": model.max_input,
        "max_tokens": model.max_output,
        "capabilities": _capabilities(model),
    }


def listing() -> Json:
    """What `GET /v1/models` says: all on one page."""
    data = [info(name) for name in CATALOGUE]
    return {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}


def check_thinking(model: Model, thinking: Json | None, effort: str) -> None:
    """Raise 400 for a way of thinking that the model does not take."""
    kind = (thinking or {}).get("type", "adaptive")
    if thinking is not None and kind not in model.thinking:
        raise ApiError(400, "invalid_request_error", f'thinking.type: "{kind}" is not supported on {model.id}')
    if kind == "disabled" and effort in ("xhigh", "max"):
        raise ApiError(400, "invalid_request_error", f"thinking: cannot be disabled at effort {effort} on {model.id}")


def _capabilities(model: Model) -> Json:
    yes, no = {"supported": True}, {"supported": False}
    ways = ("adaptive", "between_tools", "disabled", "enabled")
    return {
        **dict.fromkeys(("batch", "citations", "code_execution", "image_input", "pdf_input", "structured_outputs"), yes),
        "context_management": yes,
        "effort": dict.fromkeys(("supported", "low", "medium", "high", "xhigh", "max"), yes) | {"supported": True},
        "server_tools": {"supported": True, "code_execution": yes, "web_search": yes},
        "thinking": {"supported": True, "types": {way: yes if way in model.thinking else no for way in ways}},
    }


def _day(day: str) -> str:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
