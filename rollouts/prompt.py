"""From a task's prompt to the token ids that the policy reads."""

from collections.abc import Sequence
from typing import Any, Protocol

Message = dict[str, str]


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


def render(tokenizer: Tokenizer, messages: Sequence[Message]) -> list[int]:
    """Token ids up to where the assistant's answer begins."""
    rendered = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False)
    return [int(token) for token in rendered]
