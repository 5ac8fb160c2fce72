"""The OpenAI protocol as servers of open models speak it: what a request says, and what its reply is worth. Pure."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rollouts.errors import RolloutError
from rollouts.identity import SamplingParameters
from rollouts.prompt import Message
from rollouts.store import FinishReason

Json = dict[str, Any]
FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop", "eos_token": "stop", "stop_sequence": "stop", "tool_calls": "stop", "function_call": "stop",
    "length": "length", "max_tokens": "length",
}  # fmt: skip
"""Every other reason, and none at all, becomes "died": the server ended the reply (an abort, a content filter), and nobody knows
whether it is whole. "stop" would let selection keep half an answer; "length" would blame the token limit, and raising that
limit would not help."""
WORDS = 400
"""Characters of a server's error that ours repeats."""


class EndpointRefused(RolloutError):
    """The server answers, and will give the same answer again: the address, the model, the key or a setting is wrong."""

    exit_code = 2


class EndpointDown(RolloutError):
    """The server cannot be reached, or is not able to answer now. What it has answered is stored."""

    exit_code = 75


class Garbled(Exception):
    """A reply that cannot be read; another attempt may bring a whole one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A completion as the extraction of code reads it, with thinking in front; `said` is the server's own finish reason."""

    text: str
    tokens: int
    finish_reason: FinishReason
    said: str | None


def request_body(
    model: str, messages: Sequence[Message], parameters: SamplingParameters, seed: int, without: Collection[str] = ()
) -> Json:
    """One completion's request, less the fields named in `without`.

    `n` is never sent. Half of the servers ignore it (mlx_lm.server 0.32 gives one choice and no error), and N single requests
    have a seed, a retry and an end of their own; servers that keep a prefix cache (vLLM, llama.cpp) read the prompt once all
    the same. What is not part of OpenAI's protocol is sent only where it is set, but for the switch of thinking: templates
    that know it think unless they are told not to.
    """
    body: Json = {
        "model": model,
        "messages": list(messages),
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_tokens": parameters.max_new_tokens,
        "seed": seed,
        "chat_template_kwargs": {"enable_thinking": parameters.thinking},
    }
    extra = {"top_k": parameters.top_k, "min_p": parameters.min_p, "stop": list(parameters.stop)}
    body |= {name: value for name, value in extra.items() if value}
    return {name: value for name, value in body.items() if name not in without}


def dispensable(parameters: SamplingParameters) -> frozenset[str]:
    """Fields that a server may refuse and still draw what is asked: a seed only repeats luck, and a server that does not know
    the switch of thinking leaves it where the template has it."""
    return frozenset({"seed"} if parameters.thinking else {"seed", "chat_template_kwargs"})


def refused_field(words: str, body: Json) -> str | None:
    """The field of the request that a server's error says it does not take: unknown or not supported, not out of range.

    vLLM says `chat_template` when it refuses the template's settings (Mistral's own tokenizer has no template).
    """
    if not re.search(r"unknown|unrecogni[sz]ed|unexpected|unsupported|not (supported|permitted|allowed)|extra", words, re.I):
        return None
    fields = [name for name in ("chat_template_kwargs", "seed", "top_k", "min_p", "stop", "top_p") if name in body]
    return next((name for name in fields if re.search(rf"\b{name.removesuffix('_kwargs')}(_kwargs)?\b", words)), None)


def words_of(data: bytes) -> str:
    """What a server's error says, whichever of the known shapes it has, in one printable line."""
    text = data.decode(errors="replace")
    try:
        told = json.loads(text)
    except ValueError:
        told = text
    for name in ("error", "detail", "message"):
        if isinstance(told, dict) and told.get(name):
            told = told[name]
    said = told if isinstance(told, str) else json.dumps(told)
    line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return line[:WORDS] or "no words"


def read_reply(data: bytes, stop: Sequence[str]) -> Reply:
    """The completion in a reply with status 200. Raises Garbled, or EndpointRefused for what is no chat completion at all."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        if data.lstrip()[:1] == b"<":
            raise _no_completion(data) from None
        raise Garbled(f"its reply is no JSON ({error})") from None
    if not isinstance(told, dict) or "choices" not in told:
        raise _no_completion(data)
    try:
        choice = told["choices"][0]
        said = choice.get("finish_reason")
        text = _text(choice["message"], said)
    except (LookupError, TypeError, AttributeError):
        raise Garbled(f"its reply has no choice with a message: {words_of(data)}") from None
    usage = told.get("usage")
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else 0
    cut, was_cut = _cut(text, stop)
    known = said if isinstance(said, str) else None
    finish = "stop" if was_cut else FINISH_REASONS.get(known or "", "died")
    return Reply(cut, tokens if type(tokens) is int and tokens >= 0 else 0, finish, known)


def _no_completion(data: bytes) -> EndpointRefused:
    return EndpointRefused(
        f"the server's reply is no chat completion: {words_of(data)}",
        hint="Check sampling.endpoint.url: it ends where `/chat/completions` begins, mostly with `/v1`.",
    )


def _text(message: Json, said: object) -> str:
    """Thinking, which servers cut out of the text (`reasoning`, once `reasoning_content`), goes back in front of it."""
    content = _plain(message.get("content"))
    thought = _plain(message.get("reasoning") or message.get("reasoning_content"))
    if not thought:
        return content
    if not content and said != "stop":
        return f"<think>\n{thought}"
    return f"<think>\n{thought}\n</think>\n\n{content}"


def _plain(content: object) -> str:
    """A lone surrogate, which JSON can hold and no file can, becomes a question mark."""
    if content is None:
        return ""
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if part.get("type") == "text")
    if not isinstance(content, str):
        raise TypeError(f"a message is {type(content).__name__}")
    return content.encode(errors="replace").decode()


def _cut(text: str, stop: Sequence[str]) -> tuple[str, bool]:
    """The text before the first stop text, which some servers leave in, and whether there was one."""
    places = [place for place in (text.find(one) for one in stop) if place >= 0]
    return (text[: min(places)], True) if places else (text, False)
