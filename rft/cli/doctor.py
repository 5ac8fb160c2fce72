"""`rft doctor`."""

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def doctor(as_json: bool) -> None:
    """Say what this machine has and lacks: packages, BLAS and its speed, device, memory, the Luau compiler, disk.

    Example: rft doctor
    """
    from rft.doctor import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps([finding.to_json() for finding in findings]))
        return
    for finding in findings:
        mark = "ok " if finding.ok else "!! "
        click.echo(f"{mark}{finding.name:<20} {finding.text}")
        if not finding.ok:
            click.echo(f"   {'':<20} {finding.fix}")
