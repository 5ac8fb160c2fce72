"""Pairs of answers to one prompt, as text and as token ids. Pure."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import nan

from rft.training.rows import EncodedRow, RowTooLong, TrainingRow, encode
from rollouts.prompt import Tokenizer


@dataclass(frozen=True, slots=True)
class PairRow:
    """One prompt, the answer to prefer and the answer to prefer it to."""

    prompt: str
    chosen: str
    rejected: str


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """Two rows that begin with the same prompt. The base model's log likelihoods of their answers, in nats, are not a number
    until they are computed, so that a loss without them is refused."""

    chosen: EncodedRow
    rejected: EncodedRow
    chosen_base: float = nan
    rejected_base: float = nan

    @property
    def length(self) -> int:
        """Tokens of the longer row."""
        return max(self.chosen.length, self.rejected.length)


def encode_pairs(
    tokenizer: Tokenizer, pairs: Sequence[PairRow], *, system: str | None, max_tokens: int, thinking: bool = False
) -> list[EncodedPair]:
    """The pairs' token ids. A pair whose rejected answer is longer than `max_tokens` is left out: nobody needs to learn from
    a failure that long. A chosen answer that long is refused like any row: raises RowTooLong."""

    def answer(prompt: str, text: str) -> EncodedRow:
        return encode(tokenizer, TrainingRow(prompt, text), system=system, max_tokens=max_tokens, thinking=thinking)

    encoded = []
    for pair in pairs:
        chosen = answer(pair.prompt, pair.chosen)
        with suppress(RowTooLong):
            encoded.append(EncodedPair(chosen, answer(pair.prompt, pair.rejected)))
    return encoded
