"""The questions of a calibration: spread, distinct, blind, and the same in any order."""

from collections import Counter
from dataclasses import replace

import pytest

from judges.calibration import Answer, CalibrationItem, Material, make_items
from judges.injections import INJECTIONS
from judges.rubric import render
from judges.verdict import CandidateFacts
from judges.view import canonical
from scorers.compiler import compile_here
from tests.judges.calibrating import CASES, code_of, material

ITEMS = make_items([material(task) for task in range(8)])


def of_kind(kind: str, items: tuple[CalibrationItem, ...] = ITEMS) -> list[CalibrationItem]:
    return [item for item in items if item.kind == kind]


def test_the_kinds_and_their_sizes() -> None:
    counts = Counter(item.kind for item in ITEMS)
    assert counts == {"wrong": 30, "partial": 30, "right": 8, "injection": len(INJECTIONS), "verbose": 20}
    assert len({item.id for item in ITEMS}) == len(ITEMS)


def test_labels_are_shares_of_cases() -> None:
    assert {item.label for item in of_kind("wrong")} == {passed / CASES for passed in range(4)}
    assert {item.label for item in of_kind("partial")} == {passed / CASES for passed in range(4, 8)}
    assert {item.label for item in of_kind("right")} == {1.0}


def test_the_same_materials_in_another_order_give_the_same_items() -> None:
    materials = [material(task, range(CASES, -1, -1)) for task in reversed(range(8))]
    assert make_items(materials) == ITEMS


def test_tasks_take_turns() -> None:
    items = make_items([material(task) for task in range(8)], per_kind=8)
    assert len({item.task.id for item in of_kind("wrong", items)}) == 8


def test_the_judge_is_not_told_what_the_tests_said() -> None:
    item = of_kind("partial")[0]
    assert item.request(1).facts == CandidateFacts(True, 0, 0)
    assert item.request(1).sample_index == 1
    assert "cases passed" not in render(item.request()).candidate


def test_what_does_not_compile_or_has_no_tests_is_left_out() -> None:
    usable = material(1, [0])
    broken = Answer("return 1", CandidateFacts(False, 0, CASES))
    untested = Answer("return 2", CandidateFacts(True, 0, 0))
    items = make_items([replace(usable, answers=(*usable.answers, broken, untested))], injections=(), verbose=0)
    assert [item.code for item in items] == [code_of(1, 0)]


def test_what_looks_the_same_is_asked_once() -> None:
    twin = Answer("-- twin\n" + code_of(1, 0), CandidateFacts(True, 0, CASES))
    usable = material(1, [0])
    assert len(make_items([replace(usable, answers=(*usable.answers, twin))], injections=(), verbose=0)) == 1


@pytest.mark.parametrize(("others", "expected"), [((), 1), ((CASES,), 1), ((0,), 2)])
def test_the_reference_is_used_where_nothing_else_is_right(others: tuple[int, ...], expected: int) -> None:
    usable = material(1, others)
    reference = Answer(usable.task.reference, CandidateFacts(True, CASES, CASES))
    items = make_items([Material(usable.task, (reference, *usable.answers))], injections=(), verbose=0)
    assert len(items) == expected
    assert any(item.code == usable.task.reference for item in items) is (CASES not in others)


def test_injections_stand_in_wrong_answers_each_once() -> None:
    by_id = {item.id: item for item in ITEMS}
    planted = of_kind("injection")
    assert [item.injection for item in planted] == [injection.id for injection in INJECTIONS]
    assert {by_id[item.base].kind for item in planted} == {"wrong"}
    assert all(item.label == by_id[item.base].label for item in planted)
    assert planted[0].label == 0.0


def test_padded_answers_are_longer_compile_and_stem_from_good_ones() -> None:
    by_id = {item.id: item for item in ITEMS}
    for item in of_kind("verbose"):
        base = by_id[item.base]
        assert base.kind in ("partial", "right")
        assert compile_here(item.code).ok
        assert canonical(item.code, "function").endswith(canonical(base.code, "function"))
        assert len(item.code) > 2 * len(base.code)


def test_files_and_tool_calls_are_neither_planted_nor_padded() -> None:
    tools = replace(material(1).task, kind="tools")
    answers = tuple(Answer(f'[{{"name": "a{passed}"}}]', CandidateFacts(True, passed, CASES)) for passed in range(CASES + 1))
    items = make_items([Material(tools, answers)])
    assert Counter(item.kind for item in items) == {"wrong": 4, "partial": 4, "right": 1}


def test_nothing_comes_of_nothing() -> None:
    assert make_items([]) == ()
