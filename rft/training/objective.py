"""What training makes smaller: a sum over examples and the number that it is to be divided by, so that passes can be added up."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Protocol

from rft.training.rows import EncodedRow
from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array


class Example(Protocol):
    """What an objective learns from: a frozen dataclass of EncodedRows and plain values."""

    @property
    def length(self) -> int:
        """Tokens of its longest row."""
        ...


Objective = Callable[[Any, Sequence[Any]], "tuple[Array, Array]"]
"""`objective(model, examples)` gives the sum of the loss over them, and what it is divided by (tokens, rows or pairs), which
carries no gradient. The trainer adds up both over the passes of a step and divides once: k passes over b examples are then the
same step as one pass over k * b. Examples arrive with rows padded at their end (`padded`); padding is never inside `learned`."""

Prepare = Callable[[Any, Sequence[Any]], "list[Any]"]
"""`prepare(model, examples)` runs once, before the first step, while the adapter still changes nothing, and gives the examples
back with what the objective needs to know of the base model."""


def sft_objective(model: Any, rows: Sequence[EncodedRow]) -> "tuple[Array, Array]":
    """Negative log likelihood of the learned tokens in nats, over their number."""
    from rft.training.loss import row_log_likelihoods

    log_likelihoods_B, tokens_B = row_log_likelihoods(model, rows)
    return -log_likelihoods_B.sum(), mx.stop_gradient(tokens_B.sum())


def mean_loss(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> float:
    """Mean negative log likelihood, in nats per learned token, over all rows, without dropout; nothing is learned."""
    model.eval()
    ordered = sorted(rows, key=lambda row: row.length)
    total = tokens = 0.0
    for start in range(0, len(ordered), batch_size):
        loss, number = sft_objective(model, ordered[start : start + batch_size])
        total += float(loss.item().real)
        tokens += float(number.item().real)
    return total / tokens


def padded(example: Any, length: int) -> Any:
    """The example with its rows padded at their end to `length` tokens: attention is causal, so nothing before it changes."""
    if isinstance(example, EncodedRow):
        return replace(example, tokens=example.tokens + (0,) * (length - len(example.tokens)))
    return replace(example, **{name: padded(row, length) for name, row in _rows_of(example).items()})


def learned_tokens(example: Any) -> int:
    """How many tokens of the example carry loss."""
    if isinstance(example, EncodedRow):
        return example.learned_tokens
    return sum(row.learned_tokens for row in _rows_of(example).values())


def _rows_of(example: Any) -> dict[str, EncodedRow]:
    values = {field.name: getattr(example, field.name) for field in fields(example)}
    return {name: value for name, value in values.items() if isinstance(value, EncodedRow)}
