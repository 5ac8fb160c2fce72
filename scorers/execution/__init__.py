"""Execution of Luau in disposable sandboxes.

>>> from scorers.execution import Tests, run_tests
>>> tests = Tests("double", 'test("doubles", function() expect(double(2)).toEqual(4) end)')
>>> run_tests("local function double(x) return x * 2 end", tests).ok
True
"""

from typing import TYPE_CHECKING

from scorers.execution.evaluation import Evaluation
from scorers.execution.limits import Limits
from scorers.execution.report import CaseFailure, ExecutionReport, Status
from scorers.execution.tests import Tests

if TYPE_CHECKING:
    from scorers.execution.pool import LuauPool


def run_tests(code: str, tests: Tests, limits: Limits | None = None) -> ExecutionReport:
    """Run `tests` against `code` in a worker of the shared pool.

    Raises:
        ScorersError: the worker could not do its job. What the code does wrong is in the report instead.
    """
    from scorers.execution.pool import shared_pool

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
    "Limits",
    "LuauPool",
    "Status",
    "Tests",
    "run_tests",
]
