"""Answers to one task that are asked for together: each comes out as it does alone."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from scorers.execution import Evaluation, Limits, LuauPool, Status, Tests
from scorers.execution.ready.shared import PLACES, ROOM_FOR_REQUEST
from scorers.execution.waiting import Request, Waiting

TESTS = Tests("double", 'test("doubles", function() expect(double(2)).toEqual(4) end)')
RIGHT = "local function double(x) return 2 * x end"
WRONG = "local function double(x) return 3 * x end"
ANSWERS = {
    "right": RIGHT,
    "does not compile": "local function double(x return 2 * x end",
    "wrong": WRONG,
    "endless": "while true do end",
    "full": "local t = {} for i = 1, 1e9 do t[i] = {i} end",
    "chatty": f"for i = 1, 5e4 do print('x') end {RIGHT}",
    "nothing": "",
    "no memory to shift": f"--{'x' * 200_000}\n{RIGHT}",
}


@pytest.fixture(scope="module")
def pool() -> Iterator[LuauPool]:
    with LuauPool(1, limits=Limits(cpu_seconds=1.0, memory_bytes=64 << 20)) as pool:
        yield pool


def without_times(evaluation: Evaluation) -> Evaluation:
    assert evaluation.execution is not None
    return replace(evaluation, execution=replace(evaluation.execution, wall_seconds=0.0))


def test_each_answer_comes_out_as_it_does_alone(pool: LuauPool) -> None:
    alone = [without_times(pool.evaluate(code, TESTS, static=False)) for code in ANSWERS.values()]
    assert len({evaluation.execution and evaluation.execution.status for evaluation in alone}) >= 5
    # The first takes the worker; the others wait meanwhile, more of them than there are places.
    codes = [RIGHT, *ANSWERS.values(), *reversed(ANSWERS.values())]
    waiting = [pool.submit_evaluate(code, TESTS, static=False) for code in codes]
    together = [without_times(future.result()) for future in waiting]
    assert together[1:] == [*alone, *reversed(alone)]


def test_an_answer_that_fills_more_than_its_place_goes_alone(pool: LuauPool) -> None:
    large = f"local text = [[{'x' * ROOM_FOR_REQUEST}]]\n{RIGHT}"
    waiting = [pool.submit_evaluate(code, TESTS, static=False) for code in (RIGHT, WRONG, large, RIGHT, WRONG)]
    found = [future.result().execution for future in waiting]
    assert [report and report.status for report in found] == [
        Status.PASSED, Status.FAILED, Status.PASSED, Status.PASSED, Status.FAILED,
    ]  # fmt: skip


def request(body: dict[str, Any], code: str = "x", limits: Limits | None = None) -> Request:
    return Request(body, (code,), limits or Limits(), lambda value: value, lambda: None, Future())


def run(task: str) -> dict[str, Any]:
    return {"kind": "run", "tests": task, "static": False}


def test_only_runs_of_one_task_are_taken_together_and_in_order() -> None:
    waiting = Waiting(takers=1, most=PLACES)
    compile_ = {"kind": "compile"}
    slow = Limits(cpu_seconds=9)
    for body, limits in (*[(run("a"), None)] * 3, (run("b"), None), (run("b"), slow), (compile_, None), (compile_, None)):
        waiting.put(request(body, limits=limits))
    for _ in range(20):
        waiting.put(request(run("c")))
    taken = [waiting.take() for _ in range(5)]
    assert [len(part) for part in taken] == [3, 1, 1, 1, 1]
    assert [part[0].body["kind"] for part in taken] == ["run", "run", "run", "compile", "compile"]
    assert len(waiting.take()) == PLACES


def test_takers_leave_something_for_each_other() -> None:
    waiting = Waiting(takers=2, most=PLACES)
    for _ in range(8):
        waiting.put(request(run("a")))
    assert [len(waiting.take()) for _ in range(5)] == [2, 2, 1, 1, 1]


def test_closing_cancels_what_waits() -> None:
    waiting = Waiting(takers=1, most=PLACES)
    left = request(run("a"))
    waiting.put(left)
    waiting.close()
    assert left.future.cancelled()
    assert waiting.take() == []
