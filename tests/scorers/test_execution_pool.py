"""The pool and its workers: what they answer, what they survive, what they leave behind."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scorers import score
from scorers.compiler import CompileResult
from scorers.errors import PoolClosed, ScorersError
from scorers.execution import Evaluation, Limits, LuauPool, Status, Tests
from scorers.execution.process import worker_environment

TESTS = Tests("f", 'test("one", function() expect(f(1)).toEqual(1) end)')
GOOD = "local function f(x)\n\treturn x\nend"
ENDLESS = "local function f() while true do end end"


@pytest.fixture
def pool() -> Iterator[LuauPool]:
    with LuauPool(1) as pool:
        yield pool


def worker() -> psutil.Process:
    """The one worker that this process started last."""
    return max(psutil.Process().children(), key=lambda child: child.create_time())


def test_an_evaluation_has_three_parts(pool: LuauPool) -> None:
    found = pool.evaluate(GOOD, TESTS)
    assert found.compiled.ok
    assert found.execution is not None
    assert found.execution.ok
    assert found.static == score(GOOD, compiled=found.compiled)


def test_parts_that_were_not_asked_for_are_absent(pool: LuauPool) -> None:
    found = pool.evaluate(GOOD, None, static=False)
    assert (found.compiled, found.execution, found.static) == (CompileResult(ok=True), None, None)


def test_code_that_kills_the_compiler_is_still_scored(pool: LuauPool) -> None:
    found = pool.evaluate("return " + "1," * 254 + "1", TESTS)
    assert not found.compiled.ok
    assert found.execution is not None
    assert (found.execution.status, found.execution.total) == (Status.ERROR, 1)
    assert found.static is not None
    assert found.static.scores["syntax"] == 0.0


def test_futures_are_answered_in_any_number() -> None:
    with LuauPool(2) as pool:
        codes = [f"local function f() return {index % 2} end" for index in range(20)]
        futures = [pool.submit_evaluate(code, TESTS, static=False) for code in codes]
        passed = [future.result().execution for future in futures]
    assert [report.ok for report in passed if report is not None] == [index % 2 == 1 for index in range(20)]


WORLD = Tests(None, 'test("it", function() expect(workspace.A.Name).toEqual("A") end)', kind="script", world=True)
SCRIPT = 'Instance.new("Part", workspace).Name = "A"'


def test_1000_runs_leave_nothing_behind(pool: LuauPool) -> None:
    def resources() -> tuple[int, int, int]:
        children = psutil.Process().children(recursive=True)
        return psutil.Process().num_fds(), worker().num_fds(), len(children)

    pool.evaluate(GOOD, TESTS)
    before = resources()
    killer = "return " + "1," * 254 + "1"  # The compiler traps on it.
    runs = [(index, killer if index % 50 == 0 else SCRIPT if index % 2 else GOOD) for index in range(1000)]
    for index, code in runs:
        result = pool.evaluate(code, WORLD if index % 2 else TESTS, static=False)
        assert result.compiled.ok is (index % 50 != 0)
        assert result.execution is not None
        assert result.execution.ok is (index % 50 != 0)
    assert resources() == before


def test_coroutines_wait_for_results(pool: LuauPool) -> None:
    async def both() -> list[Evaluation]:
        asked = [pool.submit_evaluate(code, tests, static=False) for code, tests in ((GOOD, TESTS), (SCRIPT, WORLD))]
        return await asyncio.gather(*(asyncio.wrap_future(future) for future in asked))

    assert [result.execution is not None and result.execution.ok for result in asyncio.run(both())] == [True, True]


def test_closing_ends_the_workers() -> None:
    def resources() -> tuple[int, set[int]]:
        return psutil.Process().num_fds(), {child.pid for child in psutil.Process().children()}

    before = resources()
    with LuauPool(2) as pool:
        for future in [pool.submit_evaluate(GOOD, None) for _ in range(8)]:
            future.result()
        assert resources() != before
    assert resources() == before


def test_a_closed_pool_takes_no_work(pool: LuauPool) -> None:
    pool.close()
    pool.close()
    with pytest.raises(PoolClosed):
        pool.evaluate(GOOD, TESTS)


def test_a_worker_killed_between_requests_is_replaced(pool: LuauPool) -> None:
    pool.evaluate(GOOD, None)
    worker().kill()
    assert pool.evaluate(GOOD, TESTS).compiled.ok


def test_a_worker_killed_during_a_request_is_replaced_and_the_request_retried(pool: LuauPool) -> None:
    pool.evaluate(GOOD, None)
    first = worker()
    future = pool.submit_evaluate(ENDLESS, TESTS, limits=Limits(cpu_seconds=0.5))
    while not first.children():
        time.sleep(0.005)
    first.kill()
    report = future.result().execution
    assert report is not None
    assert report.status is Status.TIMEOUT
    assert worker().pid != first.pid


def descendants() -> list[psutil.Process]:
    found: list[psutil.Process] = worker().children(recursive=True)
    return found


@pytest.mark.parametrize("which", [0, 1, 2], ids=["template", "zygote", "child"])
def test_a_process_of_the_sandbox_killed_during_a_request_costs_no_answer(pool: LuauPool, which: int) -> None:
    assert pool.evaluate(GOOD, TESTS, static=False).compiled.ok
    future = pool.submit_evaluate(ENDLESS, TESTS, static=False, limits=Limits(cpu_seconds=0.5))
    while len(descendants()) < 3:
        time.sleep(0.005)
    descendants()[which].kill()
    report = future.result().execution
    assert report is not None
    assert report.status is (Status.CRASHED if which == 2 else Status.TIMEOUT)
    again = pool.evaluate(GOOD, TESTS, static=False).execution
    assert again is not None
    assert again.ok


def test_a_bug_in_the_worker_reaches_the_caller(pool: LuauPool) -> None:
    with pytest.raises(ScorersError, match="limits"):
        pool.evaluate(GOOD, TESTS, limits=Limits(memory_bytes="limits"))  # type: ignore[arg-type]  # the bug
    assert pool.evaluate(GOOD, TESTS).compiled.ok


def test_a_worker_ends_when_its_input_closes() -> None:
    process = subprocess.run(
        [sys.executable, "-P", "-m", "scorers.execution.worker"],
        input=b"",
        capture_output=True,
        check=False,
        env=worker_environment(),
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, b"", b"")


def test_an_unclosed_pool_does_not_keep_the_program_alive() -> None:
    program = f"from scorers.execution import LuauPool\nLuauPool().evaluate({GOOD!r}, None)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_workers_write_to_their_log_and_leave_the_terminals_group(tmp_path: Path) -> None:
    """A Ctrl-C reaches the foreground group: a worker in it would print a traceback over the caller's last words."""
    log = tmp_path / "logs" / "luau.log"
    with LuauPool(workers=1, log=log) as own:
        assert own.evaluate(GOOD, TESTS).compiled.ok
        assert os.getpgid(worker().pid) != os.getpgid(0)
        assert log.exists()
