"""Running Luau in the world from tests."""

from scorers.execution import ExecutionReport, Tests, run_tests
from scorers.execution.tests import Kind, Side


def check(body: str, *, setup: str | None = None) -> ExecutionReport:
    """Run the body of one case in a fresh world, without any answer, and assert that it passes."""
    report = run_tests("return true", Tests(None, f'test("it", function()\n{body}\nend)', kind="module", world=True, setup=setup))
    assert report.ok, (report.status, report.failures, report.unsupported)
    return report


def run_script(
    code: str, body: str, *, setup: str | None = None, side: Side = "server", kind: Kind = "script"
) -> ExecutionReport:
    """The report on an answer that acts in the world, with the body of one case."""
    return run_tests(code, Tests(None, f'test("it", function()\n{body}\nend)', kind=kind, world=True, setup=setup, side=side))
