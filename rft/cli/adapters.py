"""`rft adapters`."""

import json
from typing import TYPE_CHECKING

import click

from rft.cli.completion import complete_adapter

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def adapters() -> None:
    """List the adapters of this folder's runs, and say which one is in force.

    Example: rft adapters list
    """


@adapters.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(as_json: bool) -> None:
    """List the adapters: run and stage, base model, size of the change, the gate's figures; a star marks adapters/latest.

    Example: rft adapters list
    """
    from pathlib import Path

    from rft.keeping.adapters import adapters_of, latest_target
    from rft.keeping.view import console_here, show_adapters

    workspace = Path.cwd()
    found, target = adapters_of(workspace), latest_target(workspace)
    if as_json:
        latest = None if target is None else str(target)
        click.echo(json.dumps({"adapters": [adapter.to_json() for adapter in found], "latest": latest}))
        return
    dangling = target is not None and not target.exists()
    show_adapters(found, str(target) if dangling else None, console_here())


@adapters.command()
@click.argument("name", shell_complete=complete_adapter)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(name: str, as_json: bool) -> None:
    """Show all that is known of the adapter NAME: RUN/STAGE, its folder, or `latest`. Its files are read and compared with what
    was recorded.

    Example: rft adapters show latest
    """
    from pathlib import Path

    from rft.keeping.adapters import changed_since_recorded, find_adapter
    from rft.keeping.view import adapter_lines

    adapter = find_adapter(Path.cwd(), name)
    changed = changed_since_recorded(adapter)
    if as_json:
        click.echo(json.dumps({**adapter.to_json(), "changed": changed}))
        return
    for line in adapter_lines(adapter):
        click.echo(line)
    known = "not known: nothing was recorded" if adapter.digest is None else "as recorded"
    click.echo(f"  files        {changed or known}")
    if adapter.trouble:
        click.echo(f"  trouble      {adapter.trouble}")


@adapters.command()
@click.argument("name", shell_complete=complete_adapter)
@click.option("--yes", is_flag=True, help="Do not ask.")
def promote(name: str, yes: bool) -> None:
    """Point adapters/latest to the adapter NAME: RUN/STAGE or its folder. No gate is asked; a later promotion by a run moves the
    link again.

    Example: rft adapters promote quickstart/sft
    """
    from pathlib import Path

    from checkpoints.adapter import adapter_hash, verify
    from checkpoints.latest import promote as point
    from checkpoints.latest import refuse_folder
    from rft.keeping.adapters import LATEST, find_adapter
    from rft.keeping.asking import agree

    workspace = Path.cwd()
    link = workspace / "adapters" / LATEST
    refuse_folder(link)
    adapter = find_adapter(workspace, name)
    if adapter.latest:
        click.echo(f"adapters/latest points to {adapter.name} already.")
        return
    if adapter.digest is None:
        adapter_hash(adapter.folder)
    else:
        verify(adapter.folder, adapter.digest)
    verdict = adapter.record.verdict
    said = f"the gate of its run {verdict} it" if verdict else "no gate has seen it"
    agree(f"Point adapters/latest to {adapter.name}? This is your decision, not a gate's; {said}.", yes=yes)
    point(link, adapter.folder)
    click.echo(f"adapters/latest points to {adapter.name}. No gate decided this; {said}.")


@adapters.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def rollback(yes: bool) -> None:
    """Point adapters/latest to the adapter that was promoted before the one in force.

    Example: rft adapters rollback --yes
    """
    from pathlib import Path

    from checkpoints.latest import previous
    from checkpoints.latest import rollback as back
    from rft.keeping.adapters import LATEST, latest_target
    from rft.keeping.asking import agree

    workspace = Path.cwd()
    link = workspace / "adapters" / LATEST
    target, now = _told(workspace, previous(link)), _told(workspace, latest_target(workspace))
    agree(f"Point adapters/latest back to {target}? It points to {now} now.", yes=yes)
    back(link)
    click.echo(f"adapters/latest points to {target} again; before it pointed to {now}.")


def _told(workspace: "Path", target: "Path | None") -> str:
    if target is None:
        return "nothing"
    return str(target.relative_to(workspace) if target.is_relative_to(workspace) else target)
