"""Training rows as token ids: the prompt is read, only the completion is learned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rft.errors import TrainingError
from rollouts.prompt import Tokenizer, messages_for, render


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One prompt and the answer to learn."""

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """`tokens[completion_start:]` carry the loss: the completion and the token that ends it."""

    tokens: tuple[int, ...]
    completion_start: int


def encode(tokenizer: Tokenizer, row: TrainingRow, *, system: str | None, max_tokens: int | None) -> EncodedRow:
    """Token ids of the row as the policy would have produced them. Raises TrainingError when longer than `max_tokens`.

    The end is the tokenizer's own: other stop tokens may belong to the base model, like the end of a document. A row is
    never cut: a completion without its end teaches the model not to end.
    """
    prompt = render(tokenizer, messages_for(row.prompt, system))
    completion = tokenizer.encode(row.completion, add_special_tokens=False)
    end = min(tokenizer.eos_token_ids) if tokenizer.eos_token_id is None else tokenizer.eos_token_id
    tokens = (*prompt, *completion, end)
    if max_tokens is not None and len(tokens) > max_tokens:
        raise TrainingError(
            f"a training row has {len(tokens)} tokens, more than training.max_row_tokens = {max_tokens}: {row.prompt[:80]!r}",
            hint="Raise training.max_row_tokens, or shorten that row.",
        )
    return EncodedRow(tokens, len(prompt))


def batches(rows: Sequence[EncodedRow], batch_size: int, generator: np.random.Generator) -> Iterator[list[EncodedRow]]:
    """One epoch: every row exactly once, the last batch perhaps smaller, rows of like length together.

    Rows are shuffled, sorted by length within windows of eight batches, and the batches shuffled again: little padding
    without always pairing the same rows.
    """
    order = [rows[i] for i in generator.permutation(len(rows))]
    window = 8 * batch_size
    made: list[list[EncodedRow]] = []
    for start in range(0, len(order), window):
        part = sorted(order[start : start + window], key=lambda row: len(row.tokens))
        made += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    for i in generator.permutation(len(made)):
        yield made[i]
