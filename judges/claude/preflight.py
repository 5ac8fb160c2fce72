"""What is checked before any work is done that would be lost: the key, the model, the network. Costs nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from judges.calls import CallFailed
from judges.claude.provider import ClaudeProvider
from judges.errors import JudgeConfigError
from judges.keys import origin
from judges.retry.circuit import Circuit
from judges.retry.patient import patiently
from judges.retry.policy import RULES
from judges.retry.stops import described, next_step
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the provider says of the model. `warning` is for the user: the model is about to go."""

    model: str
    lifecycle: str
    retires_at: datetime | None
    rubric_tokens: int
    """Input tokens of the shortest question: rubric, schema and frame."""
    warning: str = ""


async def preflight(provider: ClaudeProvider, circuit: Circuit | None = None) -> Preflight:
    """Asks about the model and counts the tokens of a question as it will be sent. Neither is billed.

    Raises:
        JudgeConfigError: No package, no key or a bad one, no such model or a retired one, no network, billing trouble, or an
            answer that is not the provider's. The hint names the next step.
    """
    circuit = circuit or Circuit()
    try:
        info = await patiently(circuit, lambda: _model(provider), attempts=_ATTEMPTS)
        if info is not None and info.lifecycle == "retired":
            raise JudgeConfigError(f"the model {provider.model} is retired", hint=next_step(CallFailed("model", "")))
        tokens = await patiently(circuit, lambda: _count(provider), attempts=_ATTEMPTS)
    except CallFailed as failure:
        again = " Then run the same command again." if failure.kind in RULES else ""
        said = f"{described(failure)}, asked at {origin(provider.settings.address)}"
        raise JudgeConfigError(said, hint=next_step(failure) + again) from None
    if info is None:
        return Preflight(provider.model, "unknown", None, tokens)
    return Preflight(provider.model, info.lifecycle, info.retires_at, tokens, _warning(info))


async def _model(provider: ClaudeProvider) -> Any:
    """The model's card, or None: a gateway need not have this address. Counting tokens then says whether there is the model."""
    try:
        info = await provider.guarded(lambda client: client.models.retrieve(provider.model))
    except CallFailed as failure:
        if failure.kind == "model":
            return None
        raise
    # The SDK hands a page of text through as it is.
    if getattr(info, "type", None) != "model":
        raise CallFailed("protocol", "the answer is no description of a model")
    return info


async def _count(provider: ClaudeProvider) -> int:
    task = JudgeTask("preflight", "Return 1.", "return 1")
    body = provider.prepare(JudgeRequest(task, "preflight", "return 1", CandidateFacts(True, 1, 1))).body
    asked: dict[str, Any] = {name: value for name, value in body.items() if name != "max_tokens"}
    counted = await provider.guarded(lambda client: client.messages.count_tokens(**asked))
    tokens = getattr(counted, "input_tokens", None)
    if not isinstance(tokens, int):
        raise CallFailed("protocol", "the answer is no count of tokens")
    return tokens


def _warning(info: Any) -> str:
    if info.lifecycle != "deprecated":
        return ""
    when = f" and retires on {info.retires_at:%Y-%m-%d}" if info.retires_at else ""
    return f"the model {info.id} is deprecated{when}"
