"""The training loss: cross entropy of the completion's tokens, with logits computed nowhere else.

Suffixes: B rows of a batch, L tokens of its longest row, T completion tokens in all rows together, V vocabulary.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rft.errors import TrainingError
from rft.training.rows import EncodedRow
from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array

HEAD_TOLERANCE = 1e-2
"""Relative: half precision leaves some of it, a soft cap or a scale far more."""


def completion_loss(model: Any, rows: Sequence[EncodedRow]) -> "Array":
    """Mean negative log likelihood, in nats, over all completion tokens of the batch.

    Right padding needs no mask: attention is causal, and no loss is taken where padding is. The head is applied to the
    hidden states that predict a completion token only; over a 49k vocabulary full logits are most of a step's cost.
    """
    length = max(len(row.tokens) for row in rows) - 1
    inputs_B_L = np.zeros((len(rows), length), dtype=np.int32)
    positions_T: list[int] = []
    targets_T: list[int] = []
    for i, row in enumerate(rows):
        inputs_B_L[i, : len(row.tokens) - 1] = row.tokens[:-1]
        positions_T += [i * length + j for j in range(row.completion_start - 1, len(row.tokens) - 1)]
        targets_T += row.tokens[row.completion_start :]
    hidden_B_L_D = model.model(mx.array(inputs_B_L))
    hidden_T_D = hidden_B_L_D.reshape(-1, hidden_B_L_D.shape[-1])[mx.array(positions_T)]
    return _cross_entropy(_head(model, hidden_T_D), mx.array(targets_T)).mean()


def refuse_other_head(model: Any, row: EncodedRow) -> None:
    """Raise TrainingError when the model's own logits differ from what `completion_loss` computes (a soft cap, a scale)."""
    tokens = mx.array([row.tokens[:-1]])
    own_L_V, ours_L_V = model(tokens)[0].astype(mx.float32), _head(model, model.model(tokens))[0].astype(mx.float32)
    if float(mx.abs(own_L_V - ours_L_V).max().item().real) > HEAD_TOLERANCE * float(mx.abs(own_L_V).max().item().real):
        raise TrainingError(
            "this model changes its logits after the output layer, which training does not follow.",
            hint="Use a model without logit scaling or soft-capping (llama, qwen, mistral and smollm have none).",
        )


def _head(model: Any, hidden_T_D: "Array") -> Any:
    if hasattr(model, "lm_head"):
        return model.lm_head(hidden_T_D)
    return model.model.embed_tokens.as_linear(hidden_T_D)


def _cross_entropy(logits_T_V: "Array", targets_T: "Array") -> "Array":
    """Written out because MLX's own logsumexp is not vectorised on the CPU backend (12 ns an element)."""
    logits_T_V = logits_T_V.astype(mx.float32)
    peak_T_1 = mx.stop_gradient(logits_T_V.max(axis=-1, keepdims=True))
    normaliser_T = mx.log(mx.exp(logits_T_V - peak_T_1).sum(axis=-1)) + peak_T_1[:, 0]
    return normaliser_T - mx.take_along_axis(logits_T_V, targets_T[:, None], axis=-1)[:, 0]
