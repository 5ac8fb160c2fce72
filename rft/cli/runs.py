"""`rft runs`."""

import json
from typing import TYPE_CHECKING

import click

from rft.cli.completion import complete_run

if TYPE_CHECKING:
    from pathlib import Path

    from rft.keeping.removal import Removal


@click.group()
def runs() -> None:
    """List the runs of this folder with what they take on disk, and remove them.

    Example: rft runs list
    """


@runs.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(as_json: bool) -> None:
    """List the runs: how far each came, the last decision of its gate, its disk use, who holds it.

    Example: rft runs list
    """
    from pathlib import Path

    from rft.keeping.disk import disk_use
    from rft.keeping.runs import runs_of, trash_of
    from rft.keeping.view import console_here, show_runs

    workspace = Path.cwd()
    found = runs_of(workspace)
    trash = sum(disk_use(folder).bytes for folder in trash_of(workspace))
    if as_json:
        click.echo(json.dumps({"runs": [run.to_json() for run in found], "left_by_removals": trash}))
    else:
        show_runs(found, trash, console_here())


@runs.command()
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=complete_run)
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="All that were last changed so long ago.")
@click.option("--keep-adapters", is_flag=True, help="Leave the adapters, and a note of what the gate said of them.")
@click.option("--force", is_flag=True, help="Also a run whose adapter adapters/latest points to; the link goes with it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rm(names: tuple[str, ...], older_than: float | None, keep_adapters: bool, force: bool, yes: bool) -> None:
    """Remove runs with all that they hold: samples, scores, logs, adapters. Their pages in docs/runs stay.

    A run that a process works on is never removed.

    Example: rft runs rm tried-once --yes
    """
    from pathlib import Path

    from rft.keeping.asking import agree
    from rft.keeping.disk import in_words
    from rft.keeping.removal import empty_trash, remove
    from rft.store import RunPaths

    if bool(names) == (older_than is not None):
        raise click.UsageError("Give either names of runs or --older-than DAYS.")
    workspace = Path.cwd()
    chosen = _named(workspace, names, keep_adapters, force) if names else _old(workspace, older_than or 0.0, keep_adapters, force)
    if chosen:
        agree(_question(workspace, chosen, keep_adapters), yes=yes)
    for name in chosen:
        _tell(remove(RunPaths(workspace, name), keep_adapters=keep_adapters, force=force))
    if freed := empty_trash(workspace):
        click.echo(f"Deleted {in_words(freed)} that an earlier removal had left.")
    if not chosen:
        click.echo("No run is that old.")


def _named(workspace: "Path", names: tuple[str, ...], keep_adapters: bool, force: bool) -> list[str]:
    """All or none: a refusal of one is said before any goes."""
    from rft.keeping.removal import refusal
    from rft.store import RunPaths

    for name in names:
        if (reason := refusal(RunPaths(workspace, name), keep_adapters=keep_adapters, force=force)) is not None:
            raise reason
    return list(dict.fromkeys(names))


def _old(workspace: "Path", days: float, keep_adapters: bool, force: bool) -> list[str]:
    """Those that may go; of the others it is said why they stay."""
    import time

    from rft.keeping.removal import older_than, refusal
    from rft.keeping.runs import runs_of
    from rft.store import RunPaths

    chosen = []
    for name in older_than(runs_of(workspace), days, time.time()):
        reason = refusal(RunPaths(workspace, name), keep_adapters=keep_adapters, force=force)
        if reason is None:
            chosen.append(name)
        else:
            click.echo(f"{name} stays: {reason}", err=True)
    return chosen


def _question(workspace: "Path", names: list[str], keep_adapters: bool) -> str:
    from rft.keeping.disk import disk_use, in_words

    sizes = [(name, disk_use(workspace / "runs" / name).bytes) for name in names]
    told = ", ".join(f"{name} ({in_words(size)})" for name, size in sizes)
    return f"Remove {told}{', but not the adapters' if keep_adapters else ', adapters too'}?"


def _tell(removal: "Removal") -> None:
    from rft.keeping.disk import in_words

    kept = "; its adapters stay" if removal.kept_adapters else ""
    click.echo(f"Removed {removal.name}: {in_words(removal.freed)}{kept}.")
    if removal.took_latest:
        click.echo("adapters/latest is gone with it; `rft adapters promote NAME` points it to another adapter.")
