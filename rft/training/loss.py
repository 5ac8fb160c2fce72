"""Log likelihoods of learned tokens: the head is applied where a token is learned, and to so many at a time.

Suffixes: B rows of a batch, L tokens of its longest row, T learned tokens in all rows together, C of them in a chunk,
D width of a hidden state, V vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rft.training import head
from rft.training.head import Halves, halves_of
from rft.training.rows import EncodedRow
from rollouts.device import mx
from rollouts.exponentials import fast_exponentials, in_numpy, memory_of, unfollowed, weigh

if TYPE_CHECKING:
    from mlx.core import array as Array

CHUNK_LOGITS = 2**23
"""Logits that are made at once (32 MB in fp32). About ten arrays of this size are alive at a time, because MLX allocates ahead
of what it computes: 1024 tokens over a vocabulary of 49k take 0.3 GB so, whole 0.8 GB. Smaller chunks cost time: every one
reads all of the head's weights."""


def completion_loss(model: Any, rows: Sequence[EncodedRow]) -> "Array":
    """Mean negative log likelihood, in nats, over all learned tokens of the batch."""
    sums_B, tokens_B = row_log_likelihoods(model, rows)
    return -sums_B.sum() / tokens_B.sum()


def row_log_likelihoods(model: Any, rows: Sequence[EncodedRow], *, chunk_logits: int = CHUNK_LOGITS) -> "tuple[Array, Array]":
    """For each row the sum of its learned tokens' log probabilities, in nats, and how many there are: two arrays [B].

    Right padding needs no mask: attention is causal, and no loss is taken where padding is.
    """
    length = max(row.length for row in rows) - 1
    inputs_B_L = np.zeros((len(rows), length), dtype=np.int32)
    positions_T: list[int] = []
    targets_T: list[int] = []
    for i, row in enumerate(rows):
        inputs_B_L[i, : row.length - 1] = row.tokens[:-1]
        for start, end in row.learned:
            positions_T += range(i * length + start - 1, i * length + end - 1)
            targets_T += row.tokens[start:end]
    halves = halves_of(model)
    hidden_B_L_D = halves.hidden(mx.array(inputs_B_L))
    hidden_T_D = hidden_B_L_D.reshape(-1, hidden_B_L_D.shape[-1])[mx.array(positions_T)]
    likelihoods_T = _log_likelihoods(halves, hidden_T_D, mx.array(targets_T), chunk_logits)
    tokens_B = [row.learned_tokens for row in rows]
    owners_T = mx.array(np.repeat(np.arange(len(rows)), tokens_B))
    return mx.zeros(len(rows)).at[owners_T].add(likelihoods_T), mx.array(tokens_B)


def refuse_other_head(model: Any, row: EncodedRow) -> None:
    """Raise TrainingError when the model's own logits differ from those that the loss is taken of."""
    head.refuse_other_head(model, row.tokens[:-1])


def _log_likelihoods(halves: Halves, hidden_T_D: "Array", targets_T: "Array", chunk_logits: int) -> "Array":
    vocabulary = halves.logits(hidden_T_D[:1]).shape[-1]  # only its shape: nothing is computed
    size = max(1, chunk_logits // vocabulary)
    chunks = [(hidden_T_D[i : i + size], targets_T[i : i + size]) for i in range(0, targets_T.size, size)]
    trained = halves.trained_parameters()
    parts = _with_trained_head(halves, trained, chunks) if trained else _with_frozen_head(halves, chunks)
    return mx.concatenate(list(parts))


def _with_frozen_head(halves: Halves, chunks: "Sequence[tuple[Array, Array]]") -> "Iterator[Array]":
    """The gradient of a token's log probability by its hidden state is made on the way forward, while its logits are there.

    It is D numbers in place of V, and on the way back only scaled by what arrives: logits are made once and never kept. Each
    chunk waits for the one before it.
    """
    before: list[Array] = []
    for hidden_C_D, targets_C in chunks:
        (hidden_C_D,) = mx.depends([hidden_C_D], before) if before else (hidden_C_D,)
        values_C, gradient_C_D = _kept_gradient(halves, targets_C)(hidden_C_D)
        before = [mx.stop_gradient(values_C), mx.stop_gradient(gradient_C_D)]
        yield values_C


def _kept_gradient(halves: Halves, targets_C: "Array") -> "Callable[[Array], Any]":
    @mx.custom_function
    def both(hidden_C_D: "Array") -> "tuple[Array, Array]":
        def likelihoods(hidden_C_D: "Array") -> Any:
            return _of_logits(halves.logits(hidden_C_D), targets_C)

        if halves.evaluates:
            with fast_exponentials():
                found = mx.vjp(likelihoods, [unfollowed(hidden_C_D)], [mx.ones(targets_C.shape)])
                (values_C,), (gradient_C_D,) = unfollowed(found)
        else:
            (values_C,), (gradient_C_D,) = mx.vjp(likelihoods, [hidden_C_D], [mx.ones(targets_C.shape)])
        return values_C, gradient_C_D

    @both.vjp
    def _back(_primals: Any, cotangents: Any, outputs: Any) -> Any:
        return (cotangents[0][:, None] * outputs[1]).astype(outputs[1].dtype)

    return both


def _with_trained_head(halves: Halves, trained: Any, chunks: "Sequence[tuple[Array, Array]]") -> "Iterator[Array]":
    """Where the head learns too its logits are made again on the way back, a chunk at a time."""

    def likelihoods(trained: Any, hidden_C_D: "Array", targets_C: "Array") -> Any:
        halves.text.update(trained)
        return _of_logits(halves.logits(hidden_C_D), targets_C)

    for hidden_C_D, targets_C in chunks:
        yield mx.checkpoint(likelihoods)(trained, hidden_C_D, targets_C)
    halves.text.update(trained)  # the function above leaves weights there that carry no gradient


def _of_logits(logits_C_V: "Array", targets_C: "Array") -> Any:
    """The targets' log probabilities.

    Written out because MLX's own logsumexp is not vectorised on the CPU backend, its gradient because the derived one holds
    several arrays of the logits' size.
    """

    @mx.custom_function
    def both(logits_C_V: "Array") -> "tuple[Array, Array, Array]":
        logits_C_V = logits_C_V.astype(mx.float32)
        targets_C_1 = mx.take_along_axis(logits_C_V, targets_C[:, None], axis=-1)
        own_C_V = unfollowed(logits_C_V) if in_numpy(logits_C_V) else logits_C_V  # numpy writes into it
        powers_C_V, peak_C_1, sums_C_1 = weigh(own_C_V, None)
        return (targets_C_1 - peak_C_1 - mx.log(sums_C_1))[:, 0], powers_C_V, sums_C_1

    @both.vjp
    def _back(logits_C_V: "Array", cotangents: Any, outputs: Any) -> Any:
        (_, powers_C_V, sums_C_1), cotangent_C = outputs, cotangents[0]
        others_C_V = powers_C_V * (-cotangent_C[:, None] / sums_C_1)
        if in_numpy(others_C_V):  # MLX would copy all of it
            memory_of(others_C_V)[np.arange(targets_C.size), np.array(targets_C)] += np.array(cotangent_C)
            return others_C_V
        return others_C_V.at[mx.arange(targets_C.size), targets_C].add(cotangent_C).astype(logits_C_V.dtype)

    outputs: Any = both(logits_C_V)
    return outputs[0]
