"""How many small scripts the sandbox runs in a second, and how long one takes.

    python scripts/bench_execution.py [--scripts 2000]

The baseline is a fresh Python process for every script, which loads the VM and the world, runs it and ends. The pool has two
workers that did so once and fork; asyncio drives the same pool from coroutines.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from concurrent.futures import Future, wait

from scorers.execution import Evaluation, LuauPool, Tests
from scorers.execution.process import worker_environment

PLAIN = (
    "local function double(x) return 2 * x end",
    Tests("double", 'test("doubles", function() expect(double(2)).toEqual(4) end)'),
)
WORLD = (
    'local part = Instance.new("Part")\npart.Name = "Coin"\npart.Parent = workspace',
    Tests(None, 'test("makes", function() expect(workspace.Coin.Name).toEqual("Coin") end)', kind="script", world=True),
)
FRESH = """
import sys
from scorers.execution import Limits, Tests
from scorers.execution.parts import Part
from scorers.execution.picture import answer_picture
from scorers.execution.running import run_here
code, tests = sys.argv[1], Tests(None, sys.argv[2], kind="script", world=True)
registered, answered = run_here(answer_picture(code, tests.kind, [Part("", code)]), tests, Limits())
assert any(event["event"] == "case" and event["ok"] for event in answered.events)
"""

EMPTY = """
import marshal, sys, time
from scorers.compiler import load_pluau
from scorers.execution import Limits
from scorers.execution.picture import world_picture
from scorers.execution.ready.children import run_child
from scorers.execution.ready.shared import Journal
from scorers.execution.ready.vm import Engine
engine, journal, limits = Engine(load_pluau(), *marshal.loads(world_picture())), Journal(-1), Limits().to_json()
started = time.perf_counter()
for _ in range(int(sys.argv[1])):
    run_child(lambda: None, journal, limits)
print(time.perf_counter() - started)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scripts", type=int, default=2_000)
    count: int = parser.parse_args().scripts
    fresh = fresh_processes(max(10, count // 100))
    print(f"baseline: a fresh process for each script   {fresh:8.0f} scripts/s (world, one after the other)")
    empty = empty_forks(count)
    print(f"the floor: forks of a loaded VM that do nothing {empty:4.0f} forks/s, ratio {empty / fresh:.0f} (one process)")
    with LuauPool(2) as pool:
        for name, (code, tests) in (("without a world", PLAIN), ("with the world", WORLD)):
            rate, times = pooled(pool, code, tests, count)
            middle, late = statistics.median(times), statistics.quantiles(times, n=100)[-1]
            each = f"one script p50 {middle * 1e3:.1f} ms, p99 {late * 1e3:.1f} ms"
            print(f"pool of 2 workers, {name:<16}         {rate:8.0f} scripts/s, {each}, ratio {rate / fresh:.0f}")
        rate = asyncio.run(from_coroutines(pool, *WORLD, count))
        print(f"the same from asyncio, with the world       {rate:8.0f} scripts/s, ratio {rate / fresh:.0f}")


def pooled(pool: LuauPool, code: str, tests: Tests, count: int) -> tuple[float, list[float]]:
    """Scripts a second with all of them waiting, and the seconds of each in its child."""
    pool.evaluate(code, tests, static=False)
    started = time.perf_counter()
    futures = [pool.submit_evaluate(code, tests, static=False) for _ in range(count)]
    wait(futures)
    elapsed = time.perf_counter() - started
    return count / elapsed, [_seconds(future) for future in futures]


def _seconds(future: Future[Evaluation]) -> float:
    report = future.result().execution
    if report is None or not report.ok:
        raise SystemExit(f"a script of the benchmark failed: {report}")
    return report.wall_seconds


async def from_coroutines(pool: LuauPool, code: str, tests: Tests, count: int) -> float:
    """Scripts a second, each awaited by a coroutine of its own."""
    started = time.perf_counter()
    await asyncio.gather(*(asyncio.wrap_future(pool.submit_evaluate(code, tests, static=False)) for _ in range(count)))
    return count / (time.perf_counter() - started)


def empty_forks(count: int) -> float:
    """Forks a second of a process that is as big as a worker, each waited for; measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", EMPTY, str(count)], check=True, env=worker_environment(), capture_output=True, text=True
    )
    return count / float(done.stdout.split()[0])


def fresh_processes(count: int) -> float:
    """Scripts a second with a process each."""
    code, tests = WORLD
    started = time.perf_counter()
    for _ in range(count):
        subprocess.run(
            [sys.executable, "-c", FRESH, code, tests.source], check=True, env=worker_environment(), stdout=subprocess.DEVNULL
        )
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
