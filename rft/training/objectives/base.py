"""What the base model makes of the examples, before anything is learned."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rft.training.loss import row_log_likelihoods
from rft.training.rows import EncodedRow

BATCH = 4


def base_log_likelihoods(model: Any, rows: Sequence[EncodedRow]) -> list[float]:
    """Each row's log likelihood, in nats, under the model as it is, without dropout.

    Called before the first step, this is the base model: an adapter changes nothing until it is trained (its second factor is
    zero; DoRA's magnitudes are those of the base). Rows of like length are computed together, a few at a time.
    """
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: rows[i].length)
    found: dict[int, float] = {}
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        sums_B, _ = row_log_likelihoods(model, [rows[i] for i in part])
        found.update(zip(part, np.asarray(sums_B).tolist(), strict=True))
    return [found[i] for i in range(len(rows))]
