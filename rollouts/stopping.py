"""When a reply ends: its stop token, a stop string, its length, or a loop that it does not leave. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

FinishReason = Literal["stop", "length", "repetition"]

LONGEST_PERIOD = 64
"""Tokens of the longest loop that is looked for."""
FEWEST_TURNS = 16
FEWEST_TOKENS = 256
EVERY = 16
"""A loop is looked for after every so many tokens."""
HALF_CHARACTER = "\ufffd"
WINDOW = 8
"""Tokens in front of the new ones that are decoded with them, for tokenizers in which a token's text depends on the last."""


def is_repetition(tokens: Sequence[int]) -> bool:
    """Whether the reply ends in a loop: a piece of at most 64 tokens, said at least 16 times in a row without any change,
    and for at least 256 tokens.

    A table of a hundred zeros (200 tokens), a board of 16 lines of 16 zeros (the last line lacks the comma) and a ruler of
    100 dashes pass; a flat list of 130 zeros does not.
    """
    if len(tokens) < FEWEST_TOKENS:
        return False
    tail = np.asarray(tokens[-max(FEWEST_TOKENS, LONGEST_PERIOD * FEWEST_TURNS) :])
    for period in range(1, LONGEST_PERIOD + 1):
        span = max(FEWEST_TOKENS, period * FEWEST_TURNS)
        if span > len(tail):
            return False
        if tail[-1] == tail[-1 - period] and (tail[-span:-period] == tail[len(tail) - span + period :]).all():
            return True
    return False


@dataclass(frozen=True, slots=True)
class Ended:
    """A reply that is over: its tokens before whatever ended it, and its text."""

    tokens: tuple[int, ...]
    text: str
    reason: FinishReason


@dataclass(frozen=True, slots=True)
class StopRules:
    """What ends a reply. `decode` gives the text of token ids."""

    tokens: frozenset[int]
    strings: tuple[str, ...]
    limit: int
    decode: Callable[[Sequence[int]], str]


class Reply:
    """One reply on its way, token by token."""

    def __init__(self, rules: StopRules) -> None:
        self._rules = rules
        self.tokens: list[int] = []
        self._told = 0
        """Tokens whose text was looked at."""

    def add(self, token: int) -> Ended | None:
        """The reply goes on with `token`; returns it when that ends it.

        A stop string ends it where the string begins: the text before stays, and of the tokens those whose text lies wholly
        before it. It counts before the token and the length do, also when a later token would have completed another reading.
        """
        if token in self._rules.tokens:
            return self._end("stop")
        self.tokens.append(token)
        if self._rules.strings and self._may_hold_string() and (ended := self._cut()):
            return ended
        if len(self.tokens) >= self._rules.limit:
            return self._end("length")
        if len(self.tokens) % EVERY == 0 and is_repetition(self.tokens):
            return self._end("repetition")
        return None

    def _may_hold_string(self) -> bool:
        """Whether the new tokens' text, with as much before it as a stop string may reach back, holds one.

        A string of n characters spans at most n tokens that have any text of their own; empty ones are taken along.
        """
        reach = max(map(len, self._rules.strings)) + WINDOW
        recent = self._rules.decode(self.tokens[max(0, self._told - reach) :])
        if recent.endswith(HALF_CHARACTER):
            return False
        self._told = len(self.tokens)
        return any(string in recent for string in self._rules.strings)

    def _cut(self) -> Ended | None:
        text = self._rules.decode(self.tokens)
        begins = [at for string in self._rules.strings if (at := text.find(string)) >= 0]
        if not begins:
            return None
        kept = next(n for n in range(len(self.tokens), -1, -1) if len(self._text(n)) <= min(begins))
        return Ended(tuple(self.tokens[:kept]), text[: min(begins)], "stop")

    def _text(self, count: int) -> str:
        return self._rules.decode(self.tokens[:count]) if count else ""

    def _end(self, reason: FinishReason) -> Ended:
        cut = self._cut() if self._rules.strings else None
        return cut or Ended(tuple(self.tokens), self._text(len(self.tokens)), reason)
