"""Training rows, and one turn's as token ids: the prompt is read, only the completion is learned."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rft.errors import TrainingError
from rollouts.prompt import Message, Tokenizer, messages_for, render, render_text, switches_thinking

_THOUGHT = re.compile(r"<think>.*?</think>\s*", re.DOTALL)
_OPENING = re.compile(r"\s*<think>\n?")
CLOSED = "\n</think>\n\n"
"""Ends a thought that a prompt opened, before an answer without one."""
_PROBE = "\ue000answer\ue001"
"""Stands for an answer; of private-use characters, which no chat template contains."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One prompt and the answer to learn; `weight` is what the weighted objective gives its likelihood.

    A row of several turns has them in `messages`, and with them the definitions of the `tools` that they call; loss is on
    every turn of the assistant, or on the last alone. Its `prompt` and `completion` are then for people and comparisons.
    """

    prompt: str
    completion: str
    weight: float = 1.0
    messages: tuple[Message, ...] = ()
    tools: tuple[Mapping[str, Any], ...] = ()
    only_last: bool = False

    def __post_init__(self) -> None:
        # JSON knows lists only.
        object.__setattr__(self, "messages", tuple(self.messages))
        object.__setattr__(self, "tools", tuple(self.tools))

    def to_json(self) -> dict[str, Any]:
        """The row as mlx-lm reads it: `messages` and `tools`, or `prompt` and `completion`."""
        weight = {} if self.weight == 1.0 else {"weight": self.weight}
        if not self.messages:
            return {"prompt": self.prompt, "completion": self.completion, **weight}
        return {"messages": list(self.messages), **({"tools": list(self.tools)} if self.tools else {}), **weight}

    def content(self) -> str:
        """All of it that training can see, as one text."""
        turns = "\0" + json.dumps([self.messages, self.tools, self.only_last], sort_keys=True) if self.messages else ""
        return f"{self.prompt}\0{self.completion}{turns}"


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """Token ids. `learned` are the spans (start, end) that carry loss, in order: a reply and the token that ends it."""

    tokens: tuple[int, ...]
    learned: tuple[tuple[int, int], ...]
    weight: float = 1.0

    @property
    def length(self) -> int:
        return len(self.tokens)

    @property
    def learned_tokens(self) -> int:
        """How many tokens carry loss."""
        return sum(end - start for start, end in self.learned)


class RowTooLong(TrainingError):
    """A row has more tokens than training.max_row_tokens: the data or that setting is wrong."""

    exit_code = 2


def encode(
    tokenizer: Tokenizer, row: TrainingRow, *, system: str | None, max_tokens: int | None, thinking: bool = False
) -> EncodedRow:
    """Token ids of a row of one turn as the policy would have produced them. Raises RowTooLong above `max_tokens`.

    The end is the tokenizer's own: other stop tokens may belong to the base model, like the end of a document. A row is
    never cut: a completion without its end teaches the model not to end. What a model that thinks writes before an answer is
    the template's empty thought, or the completion's own when `thinking`.
    """
    messages = messages_for(row.prompt, system)
    completion = _in_template(tokenizer, messages, row.completion, thinking) if switches_thinking(tokenizer) else row.completion
    prompt = render(tokenizer, messages, thinking=thinking)
    tokens = (*prompt, *tokenizer.encode(completion, add_special_tokens=False), end_token(tokenizer))
    refuse_long(len(tokens), max_tokens, row.prompt)
    return EncodedRow(tokens, ((len(prompt), len(tokens)),), row.weight)


def end_token(tokenizer: Tokenizer) -> int:
    """What ends a reply."""
    return min(tokenizer.eos_token_ids) if tokenizer.eos_token_id is None else tokenizer.eos_token_id


def in_mode(text: str, thinking: bool) -> str:
    """The text without what was thought, where the policy is not to think."""
    return text if thinking else _THOUGHT.sub("", text)


def _in_template(tokenizer: Tokenizer, messages: list[Message], completion: str, thinking: bool) -> str:
    """The completion as it goes on from a prompt that may have opened a thought, or may leave that to the model."""
    completion = in_mode(completion, thinking)
    prompt = render_text(tokenizer, messages, thinking=thinking)
    if "</think>" in completion:
        return _OPENING.sub("", completion) if opens_thought(prompt) else completion
    answered = render_text(tokenizer, [*messages, {"role": "assistant", "content": _PROBE}], thinking=thinking, asks=False)
    if answered.startswith(prompt) and _PROBE in answered:
        return answered[len(prompt) : answered.index(_PROBE)] + completion
    return CLOSED + completion if opens_thought(prompt) else completion


def opens_thought(prompt: str) -> bool:
    """Whether a rendered prompt ends with the mark that opens a thought."""
    return prompt.rstrip().endswith("<think>")


def refuse_long(tokens: int, max_tokens: int | None, prompt: str) -> None:
    """Raise RowTooLong for a row above the limit."""
    if max_tokens is not None and tokens > max_tokens:
        raise RowTooLong(
            f"a training row has {tokens} tokens, more than training.max_row_tokens = {max_tokens}: {prompt[:80]!r}",
            hint="Raise training.max_row_tokens, or shorten that row.",
        )
