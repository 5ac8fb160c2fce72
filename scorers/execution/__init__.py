"""Execution of Luau in disposable sandboxes.

>>> from scorers.execution import Tests, run_tests
>>> run_tests("return function(x) return x * 2 end", "assert(solution(2) == 4)").ok
True
>>> tests = 'test("greets", function() expect(world:output()).toEqual({ "hello" }) end)'
>>> run_tests('print("hello")', tests, kind="script").ok
True

What holds: the VM has no files, no network, no processes and no way to load code or to reach another environment;
its memory is capped; endless loops are ended by the kernel; nothing that the candidate prints or returns is taken for a result.
Tests capture their builtins before the candidate is loaded; a result leaves the VM only through a host function that
knows the nonce of the run, and counts the expectations that were executed.

What this is not: a security boundary against a determined human. The compiler and the VM are native code with known
crashes, and no system call filter surrounds the process. The limits fit code written by a model. For code written by
an adversary use a container or a virtual machine as well. On Windows there is no fork: a script that kills the process
kills the worker, which is then replaced; there are no limits on processor time and address space but the VM's own.

Results are deterministic: time and chance are virtual, and what Luau derives from addresses (the order of table keys that are
tables or functions, their text in a format) is the same in every process, because each run starts from the same picture of
memory (`scorers.execution.ready.processes`). That last part holds on Linux, where a process may ask for fixed addresses and is
not forbidden to; elsewhere such an order may change from one worker to the next.

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
