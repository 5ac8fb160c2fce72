"""Facts bound opinions, before they are asked for and after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.caps import cap, capped
from judges.verdict import CandidateFacts, Flag, Verdict

FULL = Verdict(4, 4, 4, "")

levels = st.one_of(st.integers(0, 4).map(float), st.floats(0, 4))
facts = st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 20)).map(
    lambda drawn: CandidateFacts(drawn[0], min(drawn[1:]), max(drawn[1:]))
)
FLAGS: tuple[Flag, ...] = ("injection_attempt", "not_code", "off_task", "truncated")
flags = st.lists(st.sampled_from(FLAGS), unique=True).map(lambda drawn: tuple(drawn))
verdicts = st.builds(Verdict, levels, levels, levels, st.just(""), flags)


@pytest.mark.parametrize(
    ("known", "bound"),
    [
        (CandidateFacts(True, 3, 3), 1.0),
        (CandidateFacts(True, 0, 0), 1.0),
        (CandidateFacts(True, 2, 3), 9 / 12),
        (CandidateFacts(True, 0, 3), 9 / 12),
        (CandidateFacts(False, 0, 3), 4 / 12),
        (CandidateFacts(False, 0, 0), 4 / 12),
    ],
)
def test_the_bound_of_facts_is_what_full_marks_come_to(known: CandidateFacts, bound: float) -> None:
    assert cap(known) == bound
    assert capped(FULL, known) == bound


def test_what_does_not_compile_keeps_its_completeness_alone() -> None:
    assert capped(Verdict(4, 4, 2, ""), CandidateFacts(False, 0, 0)) == 2 / 12


def test_failed_tests_limit_correctness_alone() -> None:
    failed = CandidateFacts(True, 1, 2)
    assert capped(Verdict(3, 4, 2, ""), failed) == 6 / 12
    assert capped(Verdict(3, 0, 2, ""), failed) == 5 / 12


def test_speaking_to_the_judge_costs_everything() -> None:
    assert capped(Verdict(4, 4, 4, "", ("off_task", "injection_attempt")), CandidateFacts(True, 3, 3)) == 0
    assert capped(Verdict(4, 4, 4, "", ("off_task",)), CandidateFacts(True, 3, 3)) == 1


@given(verdicts, facts)
def test_no_score_passes_its_bound(verdict: Verdict, known: CandidateFacts) -> None:
    """To the last bit: pruning compares the two."""
    assert 0 <= capped(verdict, known) <= min(cap(known), verdict.score)


@given(verdicts, st.integers(0, 5))
def test_without_a_complaint_a_score_stays_as_it_is(verdict: Verdict, total: int) -> None:
    expected = 0 if "injection_attempt" in verdict.flags else verdict.score
    assert capped(verdict, CandidateFacts(True, total, total)) == expected
