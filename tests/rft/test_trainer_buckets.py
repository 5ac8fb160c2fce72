"""Batching: every row once an epoch, few shapes, little padding, and always the same for a seed."""

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rft.training.buckets import GRAIN, MOST_LENGTHS, bucket_lengths, epoch_steps, steps_per_epoch

LENGTHS = st.lists(st.integers(2, 300), min_size=1, max_size=90)
SEEDS = st.integers(0, 2**32 - 1)


@given(LENGTHS, st.integers(1, 5), st.integers(1, 4), SEEDS)
def test_an_epoch_holds_every_row_once(lengths: list[int], batch_size: int, accumulation: int, seed: int) -> None:
    buckets = bucket_lengths(lengths, batch_size * accumulation)
    steps = epoch_steps(lengths, buckets, batch_size=batch_size, accumulation=accumulation, seed=seed, epoch=3)
    assert Counter(row for step in steps for part in step for row in part.rows) == Counter(range(len(lengths)))
    assert len(steps) == steps_per_epoch(len(lengths), batch_size, accumulation)
    sizes = sorted((sum(len(part.rows) for part in step) for step in steps), reverse=True)
    assert all(size == batch_size * accumulation for size in sizes[:-1])
    for part in (part for step in steps for part in step):
        assert len(part.rows) <= batch_size
        assert part.length in buckets
        assert part.length >= max(lengths[row] for row in part.rows)


@given(LENGTHS, SEEDS)
def test_accumulated_passes_hold_the_rows_of_the_large_batch(lengths: list[int], seed: int) -> None:
    buckets = bucket_lengths(lengths, 6)
    large = epoch_steps(lengths, buckets, batch_size=6, accumulation=1, seed=seed, epoch=0)
    small = epoch_steps(lengths, buckets, batch_size=2, accumulation=3, seed=seed, epoch=0)
    assert [[row for part in step for row in part.rows] for step in small] == [list(step[0].rows) for step in large]


def test_the_order_follows_the_seed_and_the_epoch() -> None:
    lengths = list(range(2, 80))
    buckets = bucket_lengths(lengths, 4)

    def order(seed: int, epoch: int) -> list[object]:
        return list(epoch_steps(lengths, buckets, batch_size=4, accumulation=1, seed=seed, epoch=epoch))

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_few_shapes_and_little_padding() -> None:
    """Lengths as of real rows: within a tenth of no padding at all, in at most sixteen shapes over many epochs."""
    lengths = (np.random.default_rng(0).gamma(3, 130, size=800).astype(int) + 30).tolist()
    buckets = bucket_lengths(lengths, 4)
    epochs = [epoch_steps(lengths, buckets, batch_size=4, accumulation=1, seed=0, epoch=epoch) for epoch in range(12)]
    parts = [part for epoch in epochs for step in epoch for part in step]
    assert len({(len(part.rows), part.length) for part in parts}) <= 16
    assert sum(part.length * len(part.rows) for part in parts) < 1.1 * 12 * sum(lengths)


@given(st.lists(st.integers(2, 90), min_size=8, max_size=40))
def test_the_lengths_pad_the_least(lengths: list[int]) -> None:
    """Against every other choice of as many lengths."""
    found = bucket_lengths(lengths, 2)
    needed = [1 + GRAIN * -(-(length - 1) // GRAIN) for length in lengths]

    def padded(buckets: tuple[int, ...]) -> int:
        return sum(min(bucket for bucket in buckets if bucket >= length) for length in needed)

    assert len(found) <= min(MOST_LENGTHS, len(lengths) // 4)
    others = [other for other in combinations(sorted(set(needed)), len(found)) if other[-1] == max(needed)]
    assert padded(found) == min(padded(other) for other in others)


def test_rows_meet_others_in_the_next_epoch() -> None:
    lengths = [20 + i for i in range(32)]
    buckets = bucket_lengths(lengths, 4)
    pairs = [
        {
            frozenset(pair)
            for step in epoch_steps(lengths, buckets, batch_size=4, accumulation=1, seed=0, epoch=epoch)
            for pair in combinations(step[0].rows, 2)
        }
        for epoch in range(4)
    ]
    assert len(set.union(*pairs)) > 1.5 * len(pairs[0])
