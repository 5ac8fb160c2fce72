"""`rft doctor`."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rft.doctor import Examination
    from rft.needs import Needs


@click.command()
@click.option(
    "--selftest", "run_selftest", is_flag=True, help="Check on this device that sampling and training do what they must."
)
@click.option("--model", help="The model of the self-test; by default a tiny random one.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def doctor(run_selftest: bool, model: str | None, as_json: bool) -> None:
    """Say what this machine has and lacks: packages, BLAS and its speed, device, memory, the Luau compiler, disk, and which
    recipes fit it. With --selftest, check what the device computes; exit code 1 when a check fails.

    Example: rft doctor
    """
    if run_selftest:
        _selftest(model, as_json)
        return
    if model is not None:
        raise click.UsageError("--model belongs to --selftest.")
    from rft.doctor import examine

    examination = examine()
    if as_json:
        click.echo(json.dumps(examination.to_json()))
        return
    for finding in examination.findings:
        mark = "ok " if finding.ok else "!! "
        click.echo(f"{mark}{finding.name:<20} {finding.text}")
        if not finding.ok:
            click.echo(f"   {'':<20} {finding.fix}")
    _show_needs(examination)


def _show_needs(examination: "Examination") -> None:
    click.echo(
        f"\nWhat each recipe needs, in GB; at hand here are {examination.memory / 1e9:.1f} GB of memory (rft config show NAME):\n"
        f"   {'recipe':<16} {'sampling N':>11} {'training rows of':>19} {'disk':>8}   fits here"
    )
    for name, needs in examination.needs.items():
        click.echo(_line(name, needs))


def _line(name: str, needs: "Needs | None") -> str:
    if needs is None:
        return f"   {name:<16} the sizes of its model are not known, and it is not on this machine"
    sampling = f"{needs.sampling / 1e9:.1f} {needs.rows:>3}"
    training = f"{needs.training / 1e9:.1f} {needs.row_tokens:>6} tokens"
    fits = f"yes, {needs.rows_here} candidates at once" if needs.fits else f"no: {', '.join(needs.lacking)}"
    return f"   {name:<16} {sampling:>11} {training:>19} {needs.disk / 1e9:>8.1f}   {fits}"


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
