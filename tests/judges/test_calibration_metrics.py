"""The metrics against numbers worked out by hand, and their properties."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.calibration.metrics import auc, mean, quadratic_kappa, slope, spearman

units = st.floats(0, 1)
pairs = st.lists(st.tuples(units, units), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("scores", "positives", "expected"),
    [
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 3 / 4),
        ([1, 2, 3, 4], [False, False, True, True], 1.0),
        ([4, 3, 2, 1], [False, False, True, True], 0.0),
        ([1, 1, 1, 1], [False, True, False, True], 0.5),
        ([1, 2, 2, 3], [False, False, True, True], 3.5 / 4),
        ([1, 2], [True, True], None),
        ([], [], None),
    ],
)
def test_auc_by_hand(scores: list[float], positives: list[bool], expected: float | None) -> None:
    assert auc(scores, positives) == expected


@pytest.mark.parametrize(
    ("xs", "ys", "expected"),
    [
        ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233),  # ranks of ys 1, 2, 3.5, 5, 3.5: 8 / sqrt(10 * 9.5)
        ([1, 2, 3], [10, 20, 900], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        ([1, 2, 3, 4], [2, 1, 4, 3], 0.6),  # 1 - 6 * 4 / (4 * 15)
        ([1, 1, 1], [1, 2, 3], None),
        ([], [], None),
    ],
)
def test_spearman_by_hand(xs: list[float], ys: list[float], expected: float | None) -> None:
    assert spearman(xs, ys) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ([0, 0.25, 0.5, 0.75, 1], [0, 0.25, 0.5, 0.75, 1], 1.0),
        ([0, 1], [1, 0], -1.0),  # observed 16, expected (0 + 16 + 16 + 0) / 4 = 8
        ([0, 0, 1, 1], [0, 0.25, 0.75, 1], 1 - 0.5 / 6.5),  # observed 2 / 4, expected (0 + 1 + 9 + 16) * 4 / 16
        ([0.3, 0.3], [0.2, 0.2], None),
        ([], [], None),
    ],
)
def test_kappa_by_hand(scores: list[float], labels: list[float], expected: float | None) -> None:
    found = quadratic_kappa(scores, labels)
    assert found == (None if expected is None else pytest.approx(expected))


def test_buckets_lie_around_the_levels() -> None:
    assert quadratic_kappa([0.12, 0.88, 0.4], [0.0, 1.0, 0.5]) == 1.0


def test_slope_and_mean_by_hand() -> None:
    assert slope([1, 2], [0.1, 0.3]) == pytest.approx(0.7 / 5)
    assert slope([0, 0], [1, 1]) is None
    assert slope([], []) is None
    assert mean([1, 2, 6]) == 3
    assert mean([]) is None


@given(pairs)
def test_ranges(values: list[tuple[float, float]]) -> None:
    xs, ys = [x for x, _ in values], [y for _, y in values]
    positives = [y > 0.5 for y in ys]
    for found, low in ((auc(xs, positives), 0), (spearman(xs, ys), -1), (quadratic_kappa(xs, ys), -1)):
        assert found is None or low - 1e-9 <= found <= 1 + 1e-9


@given(pairs)
def test_turning_the_scores_around_turns_auc_around(values: list[tuple[float, float]]) -> None:
    positives = [y > 0.5 for _, y in values]
    forward, backward = (auc([sign * x for x, _ in values], positives) for sign in (1, -1))
    assert (forward is None and backward is None) or (forward or 0) + (backward or 0) == pytest.approx(1)


@given(pairs)
def test_only_the_order_counts_for_spearman(values: list[tuple[float, float]]) -> None:
    xs, ys = [x for x, _ in values], [y for _, y in values]
    order = sorted(set(xs))
    assert spearman([order.index(x) ** 2 for x in xs], ys) == spearman(xs, ys)


def test_the_order_of_the_items_counts_for_nothing() -> None:
    values = [(0.1, 0.0), (0.7, 0.5), (0.7, 1.0), (0.2, 0.75)]
    for metric in (spearman, quadratic_kappa):
        found = {round(metric([x for x, _ in turn], [y for _, y in turn]) or 0, 9) for turn in permutations(values)}
        assert len(found) == 1
