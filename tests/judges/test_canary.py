"""The canary: ten questions again, each occasion anew, and an alarm when the judge has changed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from judges.calibration import CANARY_SIZE, CalibrationCard, Opinion, calibrate, canary_requests, drift, make_items
from tests.judges.calibrating import DATE, SUBJECT, Script, asking, level, material, oracle

ITEMS = make_items([material(task) for task in range(8)])
CARD: CalibrationCard = asyncio.run(calibrate(asking(oracle), ITEMS, SUBJECT, DATE))


def opinions(script: Script, model: str = "claude-haiku-5-5") -> Sequence[Opinion]:
    return asyncio.run(_ask(script, model))


async def _ask(script: Script, model: str) -> Sequence[Opinion]:
    return await asking(script, model)(canary_requests(CARD, 0))


def test_ten_questions_of_every_kind() -> None:
    assert Counter(anchor.item.kind for anchor in CARD.anchors) == {"wrong": 3, "partial": 4, "right": 3}
    assert len(CARD.anchors) == CANARY_SIZE == 10


def test_each_occasion_is_asked_anew_and_apart_from_all_others() -> None:
    indices = [{request.sample_index for request in canary_requests(CARD, occasion)} for occasion in (0, 1, 0)]
    assert indices == [{1000}, {1001}, {1000}]


def test_the_questions_are_those_of_the_calibration() -> None:
    asked = {item.id: item.request() for item in ITEMS}
    for anchor, request in zip(CARD.anchors, canary_requests(CARD, 0), strict=True):
        assert replace(request, sample_index=0) == asked[anchor.item.id]


def test_the_same_judge_raises_no_alarm() -> None:
    found = drift(CARD, opinions(oracle))
    assert (found.shift, found.compared, found.new_models, found.alarm) == (0.0, 10, (), False)


@pytest.mark.parametrize(("by", "alarm"), [(0.04, False), (-0.04, False), (0.06, True), (-0.06, True)])
def test_a_shift_of_the_mean_raises_one(by: float, alarm: bool) -> None:
    anchors = tuple(replace(anchor, score=0.5) for anchor in CARD.anchors)
    card = replace(CARD, anchors=anchors)
    found = drift(card, opinions(lambda _: level(4 * (0.5 + by))))
    assert found.shift == pytest.approx(by)
    assert found.alarm is alarm


def test_another_name_of_the_model_raises_one() -> None:
    found = drift(CARD, opinions(oracle, "claude-haiku-5-6"))
    assert found.new_models == ("claude-haiku-5-6",)
    assert found.alarm


def test_no_name_is_no_other_name() -> None:
    assert not drift(CARD, opinions(oracle, "")).alarm


def test_missing_verdicts_are_left_out_on_both_sides() -> None:
    some = [opinion if place % 2 else Opinion(None) for place, opinion in enumerate(opinions(oracle))]
    assert (drift(CARD, some).shift, drift(CARD, some).compared) == (0.0, 5)
    assert drift(CARD, opinions(lambda _: None)).shift is None
    assert drift(CARD, opinions(lambda _: None)).alarm


def test_opinions_must_be_as_many_as_anchors() -> None:
    with pytest.raises(ValueError, match="zip"):
        drift(CARD, opinions(oracle)[1:])
