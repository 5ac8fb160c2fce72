"""The suite of attempts: enough of them, everywhere, harmless to the code, and harmless to the block."""

import re
from typing import get_args

import pytest

from judges.injections import INJECTIONS, Injection, Place
from judges.rubric import render
from judges.view import canonical, tripwire
from scorers.compiler import compile_here
from scorers.execution import LuauPool
from scorers.execution.tests import Tests
from tests.judges.asking import WRONG, ask

UNDETECTED = {"dead-machinery", "dead-solution", "other-language", "empty-opener"}
"""Attempts without a tell-tale word. Raising this set is a loss; the caps and the judge's own eyes are what is left."""

every_injection = pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.id)


def test_there_are_enough_of_them_in_every_place() -> None:
    assert len(INJECTIONS) >= 30
    assert len({injection.id for injection in INJECTIONS}) == len(INJECTIONS)
    assert {injection.place for injection in INJECTIONS} == set(get_args(Place))


@every_injection
def test_the_code_still_compiles_and_changed(injection: Injection) -> None:
    planted = injection.plant(WRONG)
    assert compile_here(planted).ok
    assert planted != WRONG
    assert "".join(planted.split()).find("".join(WRONG.split())) >= 0


def test_the_tests_say_the_same_of_planted_code() -> None:
    tests = Tests(
        "double", 'test("one", function() expect(double(1)).toBe(2) end)\ntest("two", function() expect(double(2)).toBe(4) end)'
    )
    with LuauPool(workers=1) as pool:
        pending = [pool.submit_evaluate(injection.plant(WRONG), tests) for injection in INJECTIONS]
        found = [evaluation.result().execution for evaluation in pending]
    assert {(execution.passed, execution.total) for execution in found if execution} == {(1, 2)}
    assert None not in found


@every_injection
def test_comments_never_reach_the_judge(injection: Injection) -> None:
    is_comment = "comment" in injection.place
    assert (canonical(injection.plant(WRONG), "function") == canonical(WRONG, "function")) is is_comment


@every_injection
def test_the_block_holds_in_both_views(injection: Injection) -> None:
    for view in ("stripped", "full"):
        text = render(ask(injection.plant(WRONG)), "full" if view == "full" else "stripped").candidate
        assert len(re.findall(r"[<＜][\s/]*/\s*submission", text, re.IGNORECASE)) == 1


def test_what_the_tripwire_finds() -> None:
    assert {injection.id for injection in INJECTIONS if not tripwire(injection.plant(WRONG))} == UNDETECTED
