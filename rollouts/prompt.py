"""From a conversation to the text, and the token ids, that the policy reads."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rollouts.errors import ModelError
from rollouts.template_date import with_fixed_date

Message = dict[str, Any]
"""`role` and `content`, both texts; an assistant's may have `tool_calls`, in OpenAI's form."""


class Tokenizer(Protocol):
    """What we use of an mlx-lm tokenizer."""

    chat_template: Any
    eos_token_id: int | None
    eos_token_ids: set[int]

    def apply_chat_template(self, messages: Sequence[Message], **options: Any) -> Any: ...
    def encode(self, text: str, **options: Any) -> list[int]: ...
    def decode(self, tokens: Sequence[int], **options: Any) -> str: ...


def messages_for(prompt: str, system: str | None, examples: Sequence[tuple[str, str]] = ()) -> list[Message]:
    """The conversation that asks for one answer, after `examples` of (prompt, answer) as earlier turns."""
    messages: list[Message] = [{"role": "system", "content": system}] if system else []
    for question, answer in examples:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*messages, {"role": "user", "content": prompt}]


def render(tokenizer: Tokenizer, messages: Sequence[Message], *, thinking: bool = False) -> list[int]:
    """Token ids up to where the assistant's answer begins. Raises ModelError when the chat template refuses the conversation.

    `thinking` lets a model think first whose template can switch that.
    """
    rendered = _rendered(tokenizer, messages, {"thinking": thinking, "tools": (), "asks": True, "tokenize": True})
    return [int(token) for token in rendered]


def render_text(
    tokenizer: Tokenizer,
    messages: Sequence[Message],
    *,
    thinking: bool = False,
    tools: Sequence[Mapping[str, Any]] = (),
    asks: bool = True,
) -> str:
    """The text that `render` gives the ids of, with the definitions of `tools`; without `asks` it ends with the last turn."""
    return str(_rendered(tokenizer, messages, {"thinking": thinking, "tools": tools, "asks": asks, "tokenize": False}))


def switches_thinking(tokenizer: Tokenizer) -> bool:
    """Whether the chat template knows a model that thinks, and can keep it from it."""
    template = tokenizer.chat_template
    return "enable_thinking" in (template if isinstance(template, str) else str(template or ""))


def _rendered(tokenizer: Tokenizer, messages: Sequence[Message], how: dict[str, Any]) -> Any:
    """A template that refuses the system's role, or leaves its text out, gets it at the head of the first user's turn."""
    from jinja2.exceptions import TemplateError

    try:
        if _shows_system(tokenizer, messages, how):
            return _apply(tokenizer, messages, how)
        return _apply(tokenizer, _without_system(messages), how)
    except TemplateError as error:
        raise ModelError(
            f"the model's chat template refuses a conversation: {error}",
            hint="Most templates want turns of user and assistant that alternate, and tool results after their calls.",
        ) from error


def _shows_system(tokenizer: Tokenizer, messages: Sequence[Message], how: dict[str, Any]) -> bool:
    from jinja2.exceptions import TemplateError

    if not messages or messages[0]["role"] != "system":
        return True
    try:
        return messages[0]["content"].strip() in _apply(tokenizer, messages, how | {"tokenize": False})
    except TemplateError:  # that is how templates refuse a role
        return False


def _without_system(messages: Sequence[Message]) -> list[Message]:
    system, *turns = messages
    first = next((i for i, turn in enumerate(turns) if turn["role"] == "user"), None)
    if first is None:
        return list(turns)
    merged = {**turns[first], "content": f"{system['content']}\n\n{turns[first]['content']}"}
    return [*turns[:first], merged, *turns[first + 1 :]]


def _apply(tokenizer: Tokenizer, messages: Sequence[Message], how: dict[str, Any]) -> Any:
    options: dict[str, Any] = {"enable_thinking": how["thinking"], "tools": list(how["tools"]) or None}
    options |= with_fixed_date(tokenizer.chat_template)
    rendered = {"add_generation_prompt": how["asks"], "tokenize": how["tokenize"], "return_dict": False}
    return tokenizer.apply_chat_template(list(messages), **rendered, **options)
