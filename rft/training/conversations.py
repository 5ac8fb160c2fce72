"""Rows of several turns as token ids: what the assistant wrote is learned, whatever the chat template puts around it is read.

The spans are found by rendering the conversation up to each turn. Where a later turn changes how the template shows an earlier
one (Qwen takes thoughts out, Mistral moves the system's text) no row can be right for all turns, so that each gets its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rft.errors import TrainingError
from rft.training.rows import CLOSED, EncodedRow, RowTooLong, TrainingRow, encode, end_token, in_mode, opens_thought, refuse_long
from rollouts.prompt import Message, Tokenizer, render_text, switches_thinking


@dataclass(frozen=True, slots=True)
class Conversations:
    """How conversations are encoded: the tokenizer, the limit, and whether the policy thinks."""

    tokenizer: Tokenizer
    max_tokens: int | None
    thinking: bool
    tools: Sequence[Mapping[str, Any]]
    weight: float

    def rows(self, messages: Sequence[Message]) -> Iterator[EncodedRow]:
        """One row with loss on every assistant's turn; several, cut between exchanges, where it would be too long."""
        row = self.spans(messages, _replies(messages))
        if row is None:
            for k in _replies(messages):
                yield self.last(messages[: k + 1])
        elif self.max_tokens is None or row.length <= self.max_tokens:
            yield row
        else:
            yield from self._parts(messages)

    def last(self, messages: Sequence[Message]) -> EncodedRow:
        """A row with loss on the last turn; the oldest exchanges are left out where it would be too long."""
        head, exchanges = _exchanges(messages)
        for first in range(len(exchanges)):
            kept = [*head, *(message for exchange in exchanges[first:] for message in exchange)]
            row = self.spans(kept, [len(kept) - 1]) or self._appended(kept)
            if self.max_tokens is None or row.length <= self.max_tokens:
                return row
        refuse_long(row.length, self.max_tokens, _question(messages))
        return row

    def _parts(self, messages: Sequence[Message]) -> Iterator[EncodedRow]:
        """As many exchanges in a row as fit; each row begins with the system's text."""
        head, exchanges = _exchanges(messages)
        part: list[Message] = []
        done: EncodedRow | None = None
        for exchange in exchanges:
            longer = self._fitting([*head, *part, *exchange])
            if longer is None and done is not None:
                yield done
                part, longer = [], self._fitting([*head, *exchange])
            if longer is None:
                refuse_long(self._whole([*head, *exchange]).length, self.max_tokens, _question(exchange))
            part, done = [*part, *exchange], longer
        if done is not None:
            yield done

    def _fitting(self, messages: Sequence[Message]) -> EncodedRow | None:
        row = self._whole(messages)
        return None if self.max_tokens is not None and row.length > self.max_tokens else row

    def _whole(self, messages: Sequence[Message]) -> EncodedRow:
        row = self.spans(messages, _replies(messages))
        assert row is not None, "a part of what could be rendered turn by turn can be too"
        return row

    def spans(self, messages: Sequence[Message], replies: Sequence[int]) -> EncodedRow | None:
        """The conversation with loss on the turns `replies`; None where the template shows them otherwise at its end."""
        whole = self._text(messages, asks=False)
        tokens: list[int] = []
        learned: list[tuple[int, int]] = []
        at = 0
        for k in replies:
            before, after = self._text(messages[:k], asks=True), self._text(messages[: k + 1], asks=False)
            if not (whole.startswith(after) and after.startswith(before) and len(before) >= at):
                return None
            tokens += self._encode(whole[at : len(before)])
            turn = self._encode(after[len(before) :])
            end = _end_of(turn, self.tokenizer.eos_token_ids)
            if end is None and k < len(messages) - 1:
                return None
            if end is None:
                turn = [*self._encode(after[len(before) :].rstrip()), end_token(self.tokenizer)]
                end = len(turn)
            learned.append((len(tokens), len(tokens) + end))
            tokens += turn
            at = len(after)
        return EncodedRow(tuple(tokens[: learned[-1][1]]), tuple(learned), self.weight)

    def _appended(self, messages: Sequence[Message]) -> EncodedRow:
        """The last turn's text after the prompt: for templates that show an answer otherwise than they ask for it."""
        *asked, reply = messages
        if reply.get("tool_calls"):
            raise TrainingError(
                "the model's chat template shows a tool call otherwise than it asks for one: "
                f"loss on that turn alone is not possible: {_question(messages)[:80]!r}",
                hint="Use a model whose template knows tool calls, or leave those rows out.",
            )
        prompt = self._text(asked, asks=True)
        closing = CLOSED if opens_thought(prompt) and "</think>" not in reply["content"] else ""
        start = self._encode(prompt)
        tokens = [*start, *self._encode(closing + reply["content"]), end_token(self.tokenizer)]
        return EncodedRow(tuple(tokens), ((len(start), len(tokens)),), self.weight)

    def _text(self, messages: Sequence[Message], *, asks: bool) -> str:
        return render_text(self.tokenizer, messages, thinking=self.thinking, tools=self.tools, asks=asks)

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False)) if text else []


def encode_rows(
    tokenizer: Tokenizer, rows: Sequence[TrainingRow], *, system: str | None, max_tokens: int | None, thinking: bool = False
) -> list[EncodedRow]:
    """All rows as token ids; a conversation above `max_tokens` becomes several. Raises TrainingError naming those that cannot.

    A row of negative weight that is too long is left out: nobody needs to learn from a failure that long.
    """
    encoded: list[EncodedRow] = []
    refused: list[RowTooLong] = []
    for row in rows:
        try:
            if row.messages:
                encoded += _conversation(tokenizer, row, system, max_tokens, thinking)
            else:
                encoded.append(encode(tokenizer, row, system=system, max_tokens=max_tokens, thinking=thinking))
        except RowTooLong as error:
            if row.weight >= 0:
                refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise RowTooLong(
            f"{len(refused)} of {len(rows)} training rows are too long. The first: {refused[0]}", hint=refused[0].hint
        )
    return encoded


def _conversation(
    tokenizer: Tokenizer, row: TrainingRow, system: str | None, max_tokens: int | None, thinking: bool
) -> list[EncodedRow]:
    messages = list(row.messages)
    if system and messages[0]["role"] != "system":
        messages = [{"role": "system", "content": system}, *messages]
    if switches_thinking(tokenizer) and not thinking:
        messages = [_without_thoughts(message) for message in messages]
    conversations = Conversations(tokenizer, max_tokens, thinking, row.tools, row.weight)
    return [conversations.last(messages)] if row.only_last else list(conversations.rows(messages))


def _without_thoughts(message: Message) -> Message:
    if message["role"] != "assistant":
        return message
    plain = {name: value for name, value in message.items() if name != "reasoning_content"}
    return plain | {"content": in_mode(message["content"], thinking=False)}


def _exchanges(messages: Sequence[Message]) -> tuple[list[Message], list[list[Message]]]:
    """What stands before the first question, and each question with all that follows it up to the next."""
    starts = [i for i, message in enumerate(messages) if message["role"] == "user"]
    ends = [*starts[1:], len(messages)]
    return list(messages[: starts[0]]), [list(messages[start:end]) for start, end in zip(starts, ends, strict=True)]


def _replies(messages: Sequence[Message]) -> list[int]:
    return [i for i, message in enumerate(messages) if message["role"] == "assistant"]


def _question(messages: Sequence[Message]) -> str:
    return next((str(message["content"]) for message in reversed(messages) if message["role"] == "user"), "")


def _end_of(tokens: Sequence[int], ends: set[int]) -> int | None:
    """The place after the token that ends a turn; what the template puts behind it the policy never writes."""
    return next((i for i in range(len(tokens), 0, -1) if tokens[i - 1] in ends), None)
