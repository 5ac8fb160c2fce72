"""Draws one token for every row of a batch: temperature, top-k, top-p and min-p, exact and without a full sort.

In numpy on every device: MLX's exp is scalar on the CPU backend (38 ms for the logsumexp alone of 64 rows of a 49k vocabulary,
where numpy's exp takes 3 ms), and what a draw gives is then the same arithmetic everywhere.

All three limits keep the most likely tokens from the first to some last one, so the shortest of the three counts. They are
taken in the usual order: temperature, the k most likely, of what those weigh the smallest set that reaches `top_p` (the
nucleus; Holtzman et al. 2020, arXiv 1904.09751), and of these the ones with at least `min_p` of the first one's probability
(Nguyen et al. 2024, arXiv 2407.01082). Equal logits are ordered by id.

Suffixes: B rows, V vocabulary, C chunks of the vocabulary, K tokens looked at first. A weight is exp((logit - peak) /
temperature).
"""

import numpy as np
from numpy.typing import NDArray

HEAD = 64
"""Tokens looked at first. The nucleus of a tuned model lies within them almost always."""
CHUNK = 32
"""The HEAD largest logits lie in the HEAD chunks with the largest maxima: one pass finds those, a small partition the rest."""
BLOCK = 4
"""Rows summed at once, so that each pass finds in the processor's cache what the one before left there."""

Floats = NDArray[np.floating]
Weights = NDArray[np.float64]
Ids = NDArray[np.intp]


def sample_tokens(
    logits_B_V: Floats, uniforms_B: Floats, *, temperature: float, top_p: float, top_k: int = 0, min_p: float = 0.0
) -> Ids:
    """Token ids, shape [B]: the inverse of the kept tokens' distribution function, the most likely first, at each row's draw.

    `top_k` 0 keeps all, as `top_p` 1 and `min_p` 0 do. The HEAD most likely tokens have their weights computed in float64, and
    the sum of all is exact to 1e-6. A row that needs to know more tokens than those is sorted whole, so no limit cuts what it
    should keep. Temperature 0 takes the most likely token.
    """
    if temperature == 0:
        return logits_B_V.argmax(axis=-1)
    width = logits_B_V.shape[1]
    ids_B_K = _largest(logits_B_V, max(HEAD, top_k))
    if 0 < top_k < width:
        ids_B_K = ids_B_K[:, :top_k]
    weights_B_K = _weights(logits_B_V, ids_B_K, temperature)
    knows_all = top_k > 0 or ids_B_K.shape[1] == width
    total_B = weights_B_K.sum(axis=-1) if knows_all else _totals(logits_B_V, temperature)
    tokens_B, sure_B = _draw(ids_B_K, weights_B_K, total_B, uniforms_B, top_p, min_p)
    for row in [] if knows_all else np.flatnonzero(~sure_B):
        ids_1_V = np.argsort(-logits_B_V[row : row + 1], axis=-1, kind="stable")
        weights_1_V = _weights(logits_B_V[row : row + 1], ids_1_V, temperature)
        total_1, uniform_1 = weights_1_V.sum(axis=-1), uniforms_B[row : row + 1]
        tokens_B[row] = _draw(ids_1_V, weights_1_V, total_1, uniform_1, top_p, min_p)[0][0]
    return tokens_B


def _draw(
    ids_B_K: Ids, weights_B_K: Weights, total_B: Weights, uniforms_B: Floats, top_p: float, min_p: float
) -> tuple[Ids, NDArray[np.bool_]]:
    """The tokens drawn from the first K, and whether each is sure whatever the rest weigh."""
    through_B_K = np.cumsum(weights_B_K, axis=-1)
    kept_B_K = ((through_B_K - weights_B_K) < top_p * total_B[:, None]) & (weights_B_K >= min_p)
    last_B = kept_B_K.sum(axis=-1) - 1
    mass_B = np.take_along_axis(through_B_K, last_B[:, None], axis=-1)[:, 0]
    ends_here_B = (last_B < weights_B_K.shape[1] - 1) | (mass_B >= top_p * total_B)
    if top_p >= 1 and min_p == 0:
        mass_B = total_B  # all are kept, so what they weigh is known without them
    target_B = uniforms_B * mass_B
    position_B = (through_B_K <= target_B[:, None]).sum(axis=-1)
    sure_B = ends_here_B if top_p < 1 or min_p > 0 else position_B < weights_B_K.shape[1]
    position_B = np.minimum(position_B, last_B)
    return np.take_along_axis(ids_B_K, position_B[:, None], axis=-1)[:, 0], sure_B


def _weights(logits_B_V: Floats, ids_B_K: Ids, temperature: float) -> Weights:
    """Float64 weights of the tokens `ids_B_K`, of which the first is the most likely."""
    logits_B_K = np.take_along_axis(logits_B_V, ids_B_K, axis=-1).astype(np.float64)
    weights_B_K: Weights = np.exp((logits_B_K - logits_B_K[:, :1]) / temperature)
    return weights_B_K


def _totals(logits_B_V: Floats, temperature: float) -> Weights:
    """What all tokens of each row weigh, summed in fp32 pairwise."""
    rows, width = logits_B_V.shape
    totals_B = np.empty(rows)
    scratch = np.empty((BLOCK, width), np.float32)
    for start in range(0, rows, BLOCK):
        block = logits_B_V[start : start + BLOCK]
        weights = scratch[: len(block)]
        np.subtract(block, block.max(axis=-1, keepdims=True), out=weights)
        np.multiply(weights, np.float32(1 / temperature), out=weights)
        np.exp(weights, out=weights)
        totals_B[start : start + BLOCK] = weights.sum(axis=-1)
    return totals_B


def _largest(values_B_V: Floats, count: int) -> Ids:
    """Ids of the `count` largest values of each row, largest first, equal values by id; at the edge any of several equal ones."""
    rows, width = values_B_V.shape
    chunks, count = width // CHUNK, min(count, width)
    if chunks <= 4 * count:
        ids = np.argpartition(-values_B_V, count - 1, axis=-1)[:, :count]
    else:
        # A chunk is every `chunks`-th token: the maxima of all chunks at once are maxima of whole stretches of memory.
        maxima_B_C = values_B_V[:, : chunks * CHUNK].reshape(rows, CHUNK, chunks).max(axis=1)
        best = np.argpartition(-maxima_B_C, count - 1, axis=-1)[:, :count, None]
        inside = (best + chunks * np.arange(CHUNK)).reshape(rows, -1)
        tail = np.broadcast_to(np.arange(chunks * CHUNK, width), (rows, width - chunks * CHUNK))
        looked_at = np.concatenate([inside, tail], axis=-1)
        values = np.take_along_axis(values_B_V, looked_at, axis=-1)
        position = np.argpartition(-values, count - 1, axis=-1)[:, :count]
        ids = np.take_along_axis(looked_at, position, axis=-1)
    ids.sort(axis=-1)
    order = np.argsort(-np.take_along_axis(values_B_V, ids, axis=-1), axis=-1, kind="stable")
    return np.take_along_axis(ids, order, axis=-1)
