"""Tasks and reports for tests of the proof."""

from typing import Any

from eval.task import Task
from scorers.execution import CaseFailure, ExecutionReport, Status

TESTS = """
test("small", function()
	expect(double(0)).toEqual(0)
	expect(double(1)).toEqual(2)
	expect(double(2)).toEqual(4)
	expect(double(3)).toEqual(6)
end)
test("negative", function()
	expect(double(-1)).toEqual(-2)
end)
"""


def a_task(**fields: Any) -> Task:
    """A good task, with these fields instead."""
    good = {
        "id": "double",
        "prompt": "Write a function `double(n)` that returns twice the number n, also for negative numbers.",
        "category": "numbers",
        "difficulty": 1,
        "entry_point": "double",
        "reference": "local function double(n)\n\treturn n * 2\nend\n",
        "tests": TESTS,
        "random_inputs": "return function(random) return { random.integer(-50, 50) } end",
    }
    return Task(**{**good, **fields})


def a_tool_task(**fields: Any) -> Task:
    """A task of tool calls."""
    reference = '[{"name": "set_property", "arguments": {"path": "Workspace.Door", "property": "Locked", "value": true}}]'
    good = {
        "id": "lock-door",
        "prompt": "Lock the door please.",
        "category": "tool-calling",
        "difficulty": 1,
        "kind": "tools",
        "reference": reference,
        "tests": 'test("locked", function() expect(#calls).toEqual(1) end)',
        "wrong": ("[]", "[]", "[]"),
    }
    return Task(**{**good, **fields})


def passed(expectations: int = 25) -> ExecutionReport:
    return ExecutionReport(Status.PASSED, 3, 3, expectations=expectations)


def failed(case: str = "small", message: str = "expected 2, got 3") -> ExecutionReport:
    return ExecutionReport(Status.FAILED, 2, 3, (CaseFailure(case, message, 2),))


def unsupported() -> ExecutionReport:
    return ExecutionReport(Status.UNSUPPORTED, 0, 3, unsupported=("HttpService.GetAsync",))
