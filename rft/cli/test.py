"""`rft test`."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scorers.execution import ExecutionReport, Tests
    from scorers.execution.tests import Kind, Side


@click.command()
@click.argument("code", metavar="CODE.luau")
@click.option("--tests", "tests_file", required=True, metavar="TESTS.luau", help="Cases: test(name, function() expect(...) end).")
@click.option(
    "--kind",
    type=click.Choice(["module", "function", "script", "files", "tools"]),
    help="What the code is; by default a function with --entry-point, else a module.",
)
@click.option("--entry-point", metavar="NAME", help="The function that the tests call, for kind function.")
@click.option("--world", is_flag=True, help="Run in a Roblox world. Kinds script, files and tools always do.")
@click.option("--side", type=click.Choice(["server", "client"]), default="server", help="Where a script runs.", show_default=True)
@click.option("--setup", "setup_file", metavar="SETUP.luau", help="Builds up each world before the code starts.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def test(
    code: str,
    tests_file: str,
    kind: "Kind | None",
    entry_point: str | None,
    world: bool,
    side: "Side",
    setup_file: str | None,
    as_json: bool,
) -> None:
    """Run the tests of a file against the code of another, in the sandbox. A - in place of a file is standard input.

    The exit code is 0 when every case passes, 1 when one does not, 2 for wrong input.

    Example: rft test double.luau --tests double_tests.luau --entry-point double
    """
    import json

    from scorers.execution import Tests, run_tests
    from scorers.execution.tests import IN_THE_WORLD

    source, setup = _read(code), None if setup_file is None else _read(setup_file)
    kind = kind or ("module" if entry_point is None else "function")
    in_world = world or setup is not None or kind in IN_THE_WORLD
    try:
        tests = Tests(entry_point, _read(tests_file), kind=kind, world=in_world, side=side, setup=setup)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    report = run_tests(source, tests)
    if as_json:
        click.echo(json.dumps(report.to_json()))
    else:
        for line in _lines(tests, report):
            click.echo(line)
    if not report.ok:
        sys.exit(1)


def _read(place: str) -> str:
    from pathlib import Path

    from rft.errors import InputError

    try:
        data = sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
        return data.decode("utf-8")
    except FileNotFoundError as error:
        raise InputError(f"{place} cannot be read: there is no such file.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{place} cannot be read: {error}.", hint="It must be a text file in UTF-8.") from error


def _lines(tests: "Tests", report: "ExecutionReport") -> Iterator[str]:
    failed = {failure.case for failure in report.failures}
    if failed <= set(report.cases):  # else something stopped the run before its cases
        yield from (f"ok      {name}" for name in report.cases if name not in failed)
    for failure in report.failures:
        yield f"FAILED  {failure.case}: {failure.message}" + (f" (line {failure.line})" if failure.line else "")
    if report.output:
        yield "output:"
        yield from (f"  {line}" for line in report.output.splitlines())
    if report.unsupported:
        yield f"not modelled: {', '.join(report.unsupported)}"
    virtual = f" ({report.virtual_seconds:g} s of the world's clock)" if tests.world else ""
    yield f"{report.status}: {report.passed} of {report.total} cases passed in {report.wall_seconds:.2f} s{virtual}"
