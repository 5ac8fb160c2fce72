"""Execution of Luau in disposable sandboxes.

>>> from scorers.execution import Tests, run_tests
>>> run_tests("return function(x) return x * 2 end", "assert(solution(2) == 4)").ok
True
>>> tests = 'test("greets", function() expect(world:output()).toEqual({ "hello" }) end)'
>>> run_tests('print("hello")', tests, kind="script").ok
True

`LuauPool.submit_evaluate` gives a future; `await asyncio.wrap_future(...)` waits for it in a coroutine.
"""

from typing import TYPE_CHECKING

from scorers.execution.evaluation import Evaluation
from scorers.execution.limits import Limits
from scorers.execution.report import CaseFailure, ExecutionReport, Status
from scorers.execution.tests import IN_THE_WORLD, Kind, Side, Tests

if TYPE_CHECKING:
    from scorers.execution.pool import LuauPool


def run_tests(
    code: str,
    tests: str | Tests,
    *,
    entry_point: str | None = None,
    kind: Kind | None = None,
    world: bool = False,
    side: Side = "server",
    setup: str | None = None,
    limits: Limits | None = None,
) -> ExecutionReport:
    """Run tests against an answer in a worker of the shared pool.

    Args:
        code: The answer: Luau, or for `files` and `tools` the text that `scorers.extraction.extract_answer` gives.
        tests: Luau with `test("name", function() ... end)` cases, or plain code that asserts on `solution`; or Tests, which
            say all that the other arguments say.
        entry_point: The function that the answer defines. Tests then know it by its name, and as `solution`.
        kind: What the answer is; without it a function where there is an entry point, else a module.
        world: Whether there is a Roblox world; `script`, `files` and `tools` always have one.
        side: Where a script runs.
        setup: Luau that builds up each world.
        limits: What the run may use.

    Raises:
        ValueError: the arguments do not fit each other.
        ScorersError: the worker could not do its job. What the code does wrong is in the report instead.
    """
    from scorers.execution.pool import shared_pool

    if isinstance(tests, str):
        kind = kind or ("module" if entry_point is None else "function")
        needs_world = world or kind in IN_THE_WORLD
        tests = Tests(entry_point, tests, kind=kind, world=needs_world, side=side, setup=setup)
    report = shared_pool().evaluate(code, tests, static=False, limits=limits).execution
    assert report is not None, "an evaluation with tests has a report"
    return report


def __getattr__(name: str) -> object:
    """`LuauPool` is loaded when it is asked for: a worker lives in this package too and starts without it."""
    if name != "LuauPool":
        raise AttributeError(f"module `scorers.execution` has no attribute `{name}`")
    from scorers.execution.pool import LuauPool

    return LuauPool


__all__ = [
    "CaseFailure",
    "Evaluation",
    "ExecutionReport",
    "Kind",
    "Limits",
    "LuauPool",
    "Side",
    "Status",
    "Tests",
    "run_tests",
]
