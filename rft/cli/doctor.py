"""`rft doctor`."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable


@click.command()
@click.option(
    "--selftest", "run_selftest", is_flag=True, help="Check on this device that sampling and training do what they must."
)
@click.option("--model", help="The model of the self-test; by default a tiny random one.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def doctor(run_selftest: bool, model: str | None, as_json: bool) -> None:
    """Say what this machine has and lacks, with the commands that set it up: Python, packages, BLAS and device with their speed
    and memory, the Luau sandbox and which of its limits hold here, disk, keys (never shown), what needs the network, the files
    of this folder, and which recipes fit. Exit code 1 when something is missing that a run here needs.

    With --selftest, check what the device computes; exit code 1 when a check fails.

    Example: rft doctor
    """
    if run_selftest:
        _selftest(model, as_json)
        return
    if model is not None:
        raise click.UsageError("--model belongs to --selftest.")
    ready = _as_json() if as_json else _as_lines()
    if not ready:
        raise click.exceptions.Exit(1)


def _as_json() -> bool:
    from rft.doctor import examine

    examination = examine()
    click.echo(json.dumps(examination.to_json()))
    return examination.ready


def _as_lines() -> bool:
    """Each finding as it is made: the trials take some seconds."""
    import shutil

    from rft.doctor.examination import findings, here, told
    from rft.doctor.view import closing_lines, finding_lines

    scene, found, before = here(), [], ""
    width = shutil.get_terminal_size((120, 24)).columns
    for finding in findings(scene):
        found.append(finding)
        _say(finding_lines(finding, before, width))
        before = finding.section
    examination = told(scene, found)
    for finding in examination.findings[len(found) :]:
        _say(finding_lines(finding, before, width))
    _say(closing_lines(examination))
    return examination.ready


def _say(lines: "Iterable[str]") -> None:
    """Lines as the terminal can show them: what it has no sign for, or what would drive it, is replaced."""
    import sys

    from rft.plain import visible

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for line in lines:
        click.echo(visible(line).encode(encoding, "replace").decode(encoding))


def _selftest(model: str | None, as_json: bool) -> None:
    from rft.selftest.run import selftest
    from rollouts.models import TINY

    name = model or TINY
    checks = []
    for check in selftest(name):
        checks.append(check)
        if not as_json:
            click.echo(f"{'ok ' if check.ok else '!! '}{check.name:<16} {check.seconds:>6.1f} s  {check.figure}")
            if not check.ok:
                click.echo(f"   {'':<16} {'':>8}  {check.fix}")
    failed = sum(not check.ok for check in checks)
    if as_json:
        click.echo(json.dumps({"model": name, "checks": [check.to_json() for check in checks]}))
    else:
        click.echo(f"{len(checks) - failed} of {len(checks)} checks passed on {name}.")
    if failed:
        raise click.exceptions.Exit(1)
