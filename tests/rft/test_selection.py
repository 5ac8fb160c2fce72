"""STaR selection: a golden file of candidates, ties, reasons, and no dependence on the order of arrival."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rft.selection import Scored, best_of_n
from tests.rft.world import scored

GOLDEN = json.loads(Path(__file__).with_name("selection_golden.json").read_text())


def test_golden_candidates() -> None:
    selection = best_of_n([scored(**candidate) for candidate in GOLDEN["candidates"]], GOLDEN["threshold"])
    assert {task: best.index for task, best in selection.kept.items()} == GOLDEN["kept"]
    assert selection.without == GOLDEN["without"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((0.8, 0.1), (0.9, 0.0), id="reward"),
        pytest.param((0.9, 0.1), (0.9, 0.2), id="deterministic score"),
    ],
)
def test_the_better_one_wins_over_the_earlier_one(first: tuple[float, float], second: tuple[float, float]) -> None:
    candidates = [scored("t", i, value, deterministic=score) for i, (value, score) in enumerate((first, second))]
    assert best_of_n(candidates, 0.7).kept["t"].index == 1


def test_the_earlier_of_equals_wins() -> None:
    assert best_of_n([scored("t", 2, 0.9), scored("t", 1, 0.9)], 0.7).kept["t"].index == 1


def test_the_threshold_itself_is_enough() -> None:
    assert "t" in best_of_n([scored("t", 0, 0.7)], 0.7).kept
    assert "t" in best_of_n([scored("t", 0, 0.6999)], 0.7).without


def test_nothing_gives_nothing() -> None:
    selection = best_of_n([], 0.7)
    assert (selection.kept, selection.without) == ({}, {})


values = st.sampled_from([0.0, 0.3, 0.69, 0.7, 0.9, 1.0])
candidates = st.lists(
    st.builds(scored, st.sampled_from("abc"), st.integers(0, 9), values, eligible=st.booleans(), deterministic=values),
    unique_by=lambda candidate: (candidate.task, candidate.index),
)


@given(candidates, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(found: list[Scored], random: Random) -> None:
    shuffled = random.sample(found, len(found))
    assert best_of_n(found, 0.7) == best_of_n(shuffled, 0.7)


@given(candidates)
def test_what_is_kept_is_eligible_good_enough_and_the_best(found: list[Scored]) -> None:
    selection = best_of_n(found, 0.7)
    assert selection.kept.keys().isdisjoint(selection.without)
    assert selection.kept.keys() | selection.without.keys() == {candidate.task for candidate in found}
    for task, best in selection.kept.items():
        rivals = [candidate for candidate in found if candidate.task == task and candidate.eligible]
        assert best in rivals
        assert best.reward is not None
        assert best.reward >= 0.7
        assert all(best.reward >= rival.reward for rival in rivals if rival.reward is not None)


def test_who_was_not_judged_is_not_kept() -> None:
    unjudged = replace(scored("one", 0, 0.9), reward=None)
    judged = scored("one", 1, 0.7)
    assert best_of_n([unjudged, judged], 0.7).kept["one"] == judged
    assert best_of_n([unjudged], 0.7).without == {"one": "none of 1 eligible candidates could reach 0.70"}
