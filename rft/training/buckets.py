"""Which rows go together in a pass, and to which of a few lengths they are padded.

A backend keeps buffers, and a compiled function a trace, for every shape that it has seen (mlx #4464: 499,000 live buffers end a
Metal process). So rows are padded to one of a few lengths, chosen for the data at hand so that little is padded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_LENGTHS = 14
"""With the smaller passes at an epoch's end, about 16 shapes."""
GRAIN = 8
"""Lengths are multiples of it: inputs, which are one token shorter than rows."""
STEPS_PER_LENGTH = 2
"""So many steps' rows at least share a length where there are enough: the same rows are then not always in a step together."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The rows of one forward and backward pass, by index, and the length that they are padded to."""

    rows: tuple[int, ...]
    length: int


def bucket_lengths(lengths: Sequence[int], step_rows: int) -> tuple[int, ...]:
    """The few row lengths, rising, that pad these rows the least; every row fits the last. `step_rows` is the rows of a step.

    By dynamic programming over the distinct lengths: O(k n^2) for k of n, and n stays small by `GRAIN`.
    """
    most = min(MOST_LENGTHS, max(1, len(lengths) // (STEPS_PER_LENGTH * step_rows)))
    needed = 1 + GRAIN * -(-(np.asarray(lengths) - 1) // GRAIN)
    sizes, counts = np.unique(needed, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    # cost[j]: the tokens of the shortest j sizes, padded; cut[k][j]: where the last of k + 1 buckets over them begins.
    cost = np.concatenate([[0.0], np.full(len(sizes), np.inf)])
    cuts: list[np.ndarray] = []
    for _ in range(min(most, len(sizes))):
        padded = cost[:-1, None] + sizes[None, :] * (before[None, 1:] - before[:-1, None])
        padded[np.tril_indices(len(sizes), -1)] = np.inf
        cuts.append(padded.argmin(axis=0))
        cost = np.concatenate([[np.inf], padded.min(axis=0)])
    chosen: list[int] = []
    end = len(sizes)
    for cut in reversed(cuts):
        chosen.append(int(sizes[end - 1]))
        end = int(cut[end - 1])
    return tuple(reversed(chosen))


def steps_per_epoch(rows: int, batch_size: int, accumulation: int) -> int:
    return -(-rows // (batch_size * accumulation))


def epoch_steps(
    lengths: Sequence[int], buckets: Sequence[int], *, batch_size: int, accumulation: int, seed: int, epoch: int
) -> list[list[Pass]]:
    """The passes of every optimizer step of an epoch: every row exactly once, rows of like length together.

    A pure function of its arguments: the cursor of a resumed training is the number of its steps. Rows that are padded to the
    same length are shuffled and cut into steps, what is left over goes with the next longer ones, and the steps are shuffled. A
    step holds the same rows whether they come in one pass or, accumulated, in several.
    """
    generator = np.random.default_rng([seed, epoch])
    step_rows = batch_size * accumulation
    alike: dict[int, list[int]] = {length: [] for length in buckets}
    for row in generator.permutation(len(lengths)).tolist():
        alike[_fit(buckets, lengths[row])].append(row)
    steps: list[list[int]] = []
    left: list[int] = []
    for rows in alike.values():
        waiting = left + rows
        whole = len(waiting) - len(waiting) % step_rows
        steps += [waiting[start : start + step_rows] for start in range(0, whole, step_rows)]
        left = waiting[whole:]
    if left:
        steps.append(left)
    return [_passes(steps[i], lengths, buckets, batch_size) for i in generator.permutation(len(steps))]


def _passes(rows: list[int], lengths: Sequence[int], buckets: Sequence[int], batch_size: int) -> list[Pass]:
    ordered = sorted(rows, key=lambda row: lengths[row])
    parts = [ordered[start : start + batch_size] for start in range(0, len(ordered), batch_size)]
    return [Pass(tuple(part), _fit(buckets, lengths[part[-1]])) for part in parts]


def _fit(buckets: Sequence[int], length: int) -> int:
    return next(bucket for bucket in buckets if bucket >= length)
