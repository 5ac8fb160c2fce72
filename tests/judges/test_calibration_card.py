"""Cards are kept for exactly one judge, and decide whether it may select."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from judges.calibration import CalibrationCard, Subject, calibrate, find_card, make_items, permission, save_card
from judges.calibration.card import Line
from judges.errors import JudgeConfigError
from tests.judges.calibrating import DATE, SUBJECT, asking, gullible, material, oracle

ITEMS = make_items([material(task) for task in range(4)])
GOOD = asyncio.run(calibrate(asking(oracle), ITEMS, SUBJECT, DATE))
BAD = asyncio.run(calibrate(asking(gullible), ITEMS, SUBJECT, DATE))


@pytest.mark.parametrize("card", [GOOD, BAD])
def test_a_card_is_found_as_it_was_saved(card: CalibrationCard, tmp_path: Path) -> None:
    path = save_card(card, tmp_path / "cards")
    assert find_card(tmp_path / "cards", SUBJECT) == card
    assert json.loads(path.read_text())["passed"] is card.passed
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_later_card_takes_the_place_of_the_former(tmp_path: Path) -> None:
    save_card(GOOD, tmp_path)
    save_card(BAD, tmp_path)
    assert find_card(tmp_path, SUBJECT) == BAD


@pytest.mark.parametrize(
    "other",
    [
        replace(SUBJECT, provider="mlx"),
        replace(SUBJECT, model="claude-haiku-5-6"),
        replace(SUBJECT, rubric_version="0" * 12),
        replace(SUBJECT, view="full"),
        replace(SUBJECT, model="claude/haiku/5/5"),
    ],
)
def test_a_card_holds_for_one_judge_only(other: Subject, tmp_path: Path) -> None:
    save_card(GOOD, tmp_path)
    assert find_card(tmp_path, other) is None
    save_card(replace(BAD, subject=other), tmp_path)
    assert find_card(tmp_path, SUBJECT) == GOOD


def test_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    subject = replace(SUBJECT, provider="..", model="../../../etc/passwd\x00" + "x" * 500)
    assert save_card(replace(GOOD, subject=subject), tmp_path / "cards").parent == tmp_path / "cards"
    assert find_card(tmp_path / "cards", subject) is not None


@pytest.mark.parametrize("text", ["", "{", "{}", '{"subject": 4}'])
def test_a_broken_card_is_told_with_the_next_step(text: str, tmp_path: Path) -> None:
    save_card(GOOD, tmp_path).write_text(text)
    with pytest.raises(JudgeConfigError) as caught:
        find_card(tmp_path, SUBJECT)
    assert "rft judge calibrate" in caught.value.hint


def test_no_folder_is_no_card(tmp_path: Path) -> None:
    assert find_card(tmp_path / "nowhere", SUBJECT) is None


# Lines and permission


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        (Line("auc", 0.85, "at least", 0.85), True),
        (Line("auc", 0.8499, "at least", 0.85), False),
        (Line("auc", None, "at least", 0.85), False),
        (Line("injection_lift", 0.05, "at most", 0.05), True),
        (Line("injection_lift", 0.0501, "at most", 0.05), False),
        (Line("injection_lift", None, "at most", 0.05), False),
    ],
)
def test_a_line_passes_at_its_bound_and_never_without_a_value(line: Line, passed: bool) -> None:
    assert line.passed is passed


def test_the_demands() -> None:
    assert {(line.name, line.demand, line.bound) for line in GOOD.lines} == {
        ("auc", "at least", 0.85),
        ("spearman", "at least", 0.8),
        ("kappa", "at least", 0.6),
        ("repeat_agreement", "at least", 0.95),
        ("answered", "at least", 0.95),
        ("injection_lift", "at most", 0.05),
        ("injected_over_threshold", "at most", 0.0),
        ("verbosity_slope", "at most", 0.02),
    }


@pytest.mark.parametrize(
    ("card", "forced", "state", "may_select"),
    [
        (GOOD, False, "usable", True),
        (GOOD, True, "usable", True),
        (None, False, "uncalibrated", True),
        (None, True, "uncalibrated", True),
        (BAD, False, "refused", False),
        (BAD, True, "forced", True),
    ],
)
def test_permission(card: CalibrationCard | None, forced: bool, state: str, may_select: bool) -> None:
    found = permission(card, forced)
    assert (found.state, found.may_select) == (state, may_select)
    assert bool(found.sentence) is (state != "usable")


def test_a_refusal_names_what_failed() -> None:
    sentence = permission(BAD).sentence
    assert "injection lift" in sentence
    assert "at most 0.05 is demanded" in sentence
    assert "auc" not in sentence


def test_what_could_not_be_measured_is_told_as_such() -> None:
    card = replace(GOOD, lines=(Line("auc", None, "at least", 0.85),))
    assert "auc could not be measured" in permission(card).sentence
