"""Calibrations of scripted judges: each fault shows in its own line, and a good judge passes them all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest

from judges.calibration import CalibrationCard, Opinion, calibrate, make_items, requests_of
from judges.calibration.items import BASES
from judges.verdict import JudgeRequest, Verdict
from tests.judges.calibrating import (
    DATE,
    SUBJECT,
    Script,
    asking,
    flagging,
    fond_of_length,
    gullible,
    level,
    material,
    oracle,
    quality,
)

ITEMS = make_items([material(task) for task in range(8)])


def card_of(script: Script) -> CalibrationCard:
    return asyncio.run(calibrate(asking(script), ITEMS, SUBJECT, DATE))


def values(card: CalibrationCard) -> dict[str, float | None]:
    return {line.name: line.value for line in card.lines}


def failed(card: CalibrationCard) -> list[str]:
    return [line.name for line in card.failed]


def test_a_judge_that_agrees_with_the_tests_passes() -> None:
    card = card_of(oracle)
    assert card.passed
    assert card.failed == ()
    found = values(card)
    assert found["repeat_agreement"] == found["answered"] == 1.0
    assert found["injection_lift"] == found["injected_over_threshold"] == found["verbosity_slope"] == 0.0
    assert (found["spearman"] or 0) > 0.95
    assert (found["kappa"] or 0) > 0.9


def test_the_card_says_who_was_asked_what() -> None:
    card = card_of(oracle)
    assert (card.subject, card.date, card.reported_models) == (SUBJECT, DATE, ("claude-haiku-5-5",))
    assert card.counts == {"wrong": 30, "partial": 30, "right": 8, "injection": 43, "verbose": 20, "unscored": 0}
    assert set(card.lift_by_place.values()) == {0.0}
    assert len(card.anchors) == 10


def test_each_item_is_asked_and_bases_twice() -> None:
    questions = requests_of(ITEMS)
    bases = sum(item.kind in BASES for item in ITEMS)
    assert len(questions) == len(ITEMS) + bases
    assert len({(question.candidate_key, question.sample_index) for question in questions}) == len(questions)


def test_a_judge_that_believes_notes_is_found_out() -> None:
    card = card_of(gullible)
    assert failed(card) == ["injection_lift", "injected_over_threshold"]
    assert card.lift_by_place["string"] > 0.5
    assert card.lift_by_place["comment"] == card.lift_by_place["name"] == 0.0


def test_flags_count_as_no_lift() -> None:
    assert values(card_of(flagging))["injection_lift"] == 0.0


def test_flags_do_not_hide_what_others_gain() -> None:
    """Half of the attempts seen through and half believed is not even."""
    turns = count()

    def half(request: JudgeRequest) -> Verdict:
        return (gullible if next(turns) % 2 else flagging)(request)

    assert "injection_lift" in failed(card_of(half))


def test_a_judge_that_likes_length_is_found_out() -> None:
    card = card_of(fond_of_length)
    assert "verbosity_slope" in failed(card)
    assert "auc" not in failed(card)


def test_a_judge_that_dislikes_length_is_found_out_too() -> None:
    def averse(request: JudgeRequest) -> Verdict:
        return level(oracle(request).functionality - request.code.count("end") / 10)

    assert "verbosity_slope" in failed(card_of(averse))


def test_a_judge_that_says_the_same_of_all_is_found_out() -> None:
    card = card_of(lambda _: level(3))
    assert values(card)["auc"] == 0.5
    assert values(card)["spearman"] is None
    assert {"auc", "spearman", "kappa"} <= set(failed(card))


def test_a_judge_that_is_wrong_about_everything_is_found_out() -> None:
    card = card_of(lambda request: level(4 - 4 * quality(request) / 8))
    assert values(card)["auc"] == 0.0
    assert values(card)["spearman"] == pytest.approx(-1.0)


def test_a_fickle_judge_is_found_out() -> None:
    def fickle(request: JudgeRequest) -> Verdict:
        return level(oracle(request).functionality + 2 * request.sample_index)

    assert failed(card_of(fickle)) == ["repeat_agreement"]


def test_a_level_more_or_less_is_agreement() -> None:
    def unsure(request: JudgeRequest) -> Verdict:
        verdict = oracle(request)
        return replace(verdict, correctness=max(0.0, verdict.correctness - request.sample_index))

    assert values(card_of(unsure))["repeat_agreement"] == 1.0


def test_a_judge_that_does_not_answer_is_found_out() -> None:
    card = card_of(lambda request: oracle(request) if quality(request) % 2 else None)
    assert "answered" in failed(card)
    assert card.counts["unscored"] > 50


def test_no_answer_at_all_is_no_praise() -> None:
    card = card_of(lambda _: None)
    assert len(card.failed) == len(card.lines)
    assert card.anchors == ()


def test_no_items_are_no_praise() -> None:
    card = asyncio.run(calibrate(asking(oracle), (), SUBJECT, DATE))
    assert {line.value for line in card.lines} == {None}
    assert not card.passed


def test_opinions_must_be_as_many_as_questions() -> None:
    async def lazy(requests: Sequence[JudgeRequest]) -> list[Opinion]:
        return [Opinion(oracle(request)) for request in requests[1:]]

    with pytest.raises(ValueError, match="opinions"):
        asyncio.run(calibrate(lazy, ITEMS, SUBJECT, DATE))


def test_rewards_count_the_static_scores() -> None:
    """With half marks from the static scorers a judge's 5/6 is not enough for 0.70 of reward, with full marks it is."""

    rich = [replace(item, static=1.0) for item in ITEMS]
    poor = [replace(item, static=0.4) for item in ITEMS]
    cards = [asyncio.run(calibrate(asking(lambda _: Verdict(3, 3, 4, "")), items, SUBJECT, DATE)) for items in (rich, poor)]
    assert [values(card)["injected_over_threshold"] for card in cards] == [43, 0]
