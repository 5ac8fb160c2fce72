"""The sampler against a plain float64 reference of nucleus sampling."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rollouts.sampler import CHUNK, HEAD, _largest, sample_tokens

Row = NDArray[np.float32]
EDGE = 1e-5
"""The sampler's exponentials are fp32: a nucleus whose edge lies this close to top_p may end a token earlier or later."""


def nucleus(
    logits_V: Row, temperature: float, top_p: float, top_k: int = 0, min_p: float = 0.0
) -> tuple[NDArray[np.float64], float]:
    """Each token's probability, and how near to a limit one of them lies. Equal logits enter by id."""
    scaled = (logits_V.astype(np.float64) - np.max(logits_V)) / temperature
    order = np.argsort(-logits_V, kind="stable")
    weights = np.exp(scaled)[order]
    first = np.arange(len(weights)) < (top_k or len(weights))
    mass = np.where(first, weights, 0) / weights[first].sum()
    before = np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    kept = np.where(first & (before < top_p) & (weights >= min_p), mass, 0.0)
    result = np.zeros_like(mass)
    result[order] = kept / kept.sum()
    edges = [np.abs(before - top_p), np.abs(weights - min_p)] if min_p else [np.abs(before - top_p)]
    return result, float(min(edge.min() for edge in edges))


def drawn(
    logits_V: Row, uniforms_G: NDArray[np.float64], temperature: float, top_p: float, top_k: int = 0, min_p: float = 0.0
) -> NDArray[np.intp]:
    logits_G_V = np.repeat(logits_V[None], len(uniforms_G), axis=0)
    return sample_tokens(logits_G_V, uniforms_G, temperature=temperature, top_p=top_p, top_k=top_k, min_p=min_p)


def assert_exact(logits_V: Row, grid: int, temperature: float, top_p: float, top_k: int = 0, min_p: float = 0.0) -> None:
    """On an even grid of draws each token comes as often as its probability says, to within one draw."""
    uniforms_G = (np.arange(grid) + 0.5) / grid
    expected, edge = nucleus(logits_V, temperature, top_p, top_k, min_p)
    assume(edge > EDGE)
    counts = np.bincount(drawn(logits_V, uniforms_G, temperature, top_p, top_k, min_p), minlength=len(logits_V))
    assert np.abs(counts - expected * grid).max() <= 1 + EDGE * grid
    assert not counts[expected == 0].any(), "a token outside the nucleus was drawn"


@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(1, 300),
    spread=st.floats(0.01, 10),
    temperature=st.floats(0.1, 2),
    top_p=st.floats(0.01, 1),
)
def test_the_distribution_is_the_nucleus(seed: int, width: int, spread: float, temperature: float, top_p: float) -> None:
    logits = np.random.default_rng(seed).normal(0, spread, width).astype(np.float32)
    assert_exact(logits, 1000, temperature, top_p)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.1, 2.0, 6.0]), top_p=st.sampled_from([0.3, 0.95]))
def test_a_large_vocabulary(seed: int, spread: float, top_p: float) -> None:
    logits = np.random.default_rng(seed).normal(0, spread, 49_152).astype(np.float32)
    assert_exact(logits, 40, 0.8, top_p)


@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.sampled_from([1, 40, 300, 12_000]),
    spread=st.sampled_from([0.1, 1.0, 5.0]),
    top_p=st.sampled_from([0.3, 0.9, 1.0]),
    top_k=st.sampled_from([0, 1, 5, 64, 100, 20_000]),
    min_p=st.sampled_from([0.0, 0.02, 0.5]),
)
@settings(max_examples=60)
def test_all_limits_together(seed: int, width: int, spread: float, top_p: float, top_k: int, min_p: float) -> None:
    logits = np.random.default_rng(seed).normal(0, spread, width).astype(np.float32)
    assert_exact(logits, 64, 0.8, top_p, top_k, min_p)


def test_many_draws_follow_the_distribution() -> None:
    """Chi-square over 60,000 draws from a candidate's own kind of stream, against float64: 0.1 % of honest samplers fail."""
    logits = np.random.default_rng(5).normal(0, 2.5, 400).astype(np.float32)
    expected, _ = nucleus(logits, 0.9, 0.9)
    uniforms = np.random.Generator(np.random.Philox(key=11)).random(60_000)
    found = np.concatenate([drawn(logits, part, 0.9, 0.9) for part in np.split(uniforms, 60)])
    kept = expected > 0
    counts = np.bincount(found, minlength=len(logits))
    assert not counts[~kept].any()
    chi = ((counts[kept] - 60_000 * expected[kept]) ** 2 / (60_000 * expected[kept])).sum()
    freedom = int(kept.sum()) - 1
    assert freedom > 20, "a nucleus of a few tokens would show little"
    # Wilson and Hilferty's normal form of the 99.9 % bound.
    assert chi < freedom * (1 - 2 / (9 * freedom) + 3.09 * np.sqrt(2 / (9 * freedom))) ** 3


@given(st.lists(st.sampled_from([-2.0, 0.0, 0.0, 1.0]), min_size=1, max_size=HEAD), st.floats(0.05, 1))
def test_ties_enter_the_nucleus_by_id(values: list[float], top_p: float) -> None:
    assert_exact(np.array(values, dtype=np.float32), 500, 1.0, top_p)


@pytest.mark.parametrize("width", [50, HEAD, 1000, 40_000])
def test_flat_logits_need_the_whole_row(width: int) -> None:
    """The HEAD most likely of `width` equal tokens hold 64 / width of the mass: the rest comes from the fallback."""
    uniforms = np.linspace(0, 0.999, 60)
    # Equal weights add up without rounding, so even the edge is exact: 0.90001 of the tokens, rounded up.
    expected = (uniforms * np.ceil(0.90001 * width)).astype(int)
    assert drawn(np.zeros(width, dtype=np.float32), uniforms, 1.0, 0.90001).tolist() == expected.tolist()


def test_top_p_one_draws_from_all_tokens() -> None:
    logits = np.linspace(0, 3, 200, dtype=np.float32)
    uniforms = np.array([0.0, 1 - 1e-12])
    assert drawn(logits, uniforms, 1.0, 1.0).tolist() == [199, 0]


def test_a_top_p_below_the_first_token_is_greedy() -> None:
    logits = np.array([0.0, 5.0, 1.0], dtype=np.float32)
    assert set(drawn(logits, np.linspace(0, 0.999, 50), 1.0, 0.01).tolist()) == {1}


def test_temperature_zero_takes_the_most_likely() -> None:
    logits = np.array([[1.0, 3.0, 3.0], [9.0, 3.0, 3.0]], dtype=np.float32)
    assert sample_tokens(logits, np.array([0.99, 0.99]), temperature=0, top_p=0.95).tolist() == [1, 0]


def test_a_row_draws_the_same_beside_other_rows() -> None:
    """One row needs the fallback, the others do not: nobody's draw depends on it."""
    generator = np.random.default_rng(3)
    logits = np.concatenate([generator.normal(0, 5, (6, 500)), np.zeros((2, 500))]).astype(np.float32)
    uniforms = generator.random(8)
    together = sample_tokens(logits, uniforms, temperature=0.8, top_p=0.95)
    alone = [sample_tokens(logits[i : i + 1], uniforms[i : i + 1], temperature=0.8, top_p=0.95)[0] for i in range(8)]
    assert together.tolist() == alone


@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.one_of(st.integers(1, 600), st.integers(4 * 8 * CHUNK, 4 * 8 * CHUNK + 3 * CHUNK), st.just(5000)),
    count=st.sampled_from([1, 3, 8]),
    levels=st.sampled_from([2, 20, 1 << 24]),
)
def test_largest_equals_a_full_sort(seed: int, width: int, count: int, levels: int) -> None:
    """Both paths (a plain partition, and chunks from 4 * count * CHUNK on), with many ties and with none."""
    values = np.random.default_rng(seed).integers(0, levels, (3, width)).astype(np.float32)
    found = _largest(values, count)
    for row, ids in zip(values, found, strict=True):
        sorted_ids = np.argsort(-row, kind="stable")[:count]
        edge = row[sorted_ids[-1]]
        assert row[ids].tolist() == row[sorted_ids].tolist()
        assert len(set(ids.tolist())) == len(ids)
        # Which of several equal values at the edge are taken is free.
        assert ids[row[ids] > edge].tolist() == sorted_ids[row[sorted_ids] > edge].tolist()
        assert (np.diff(ids[row[ids] == edge]) > 0).all()
