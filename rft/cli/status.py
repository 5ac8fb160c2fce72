"""`rft status`."""

import json

import click


@click.command()
@click.option("--name", help="The run's name; by default the one that was written last.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def status(name: str | None, as_json: bool) -> None:
    """Say how far a run is, also from another terminal while it runs.

    Example: rft status
    """
    from rft.cli.workspace import run_paths
    from rft.progress import in_words, progress_of, state_of
    from rft.store import open_for_reading

    paths = run_paths(name)
    with open_for_reading(paths) as store:
        state = state_of(store, paths)
        # The configuration is stored once the inputs have been read and checked, which takes some seconds.
        begins = state == "running" and store.fact("config") is None
        stages = [] if begins else progress_of(store)
    if as_json:
        click.echo(json.dumps({"run": paths.name, "state": state, "stages": [stage.to_json() for stage in stages]}))
        return
    click.echo(f"Run {paths.name}: {in_words(state, paths)}{'; it is reading its inputs' if begins else ''}")
    for stage in stages:
        mark = "done" if stage.done == stage.total else f"{stage.done} of {stage.total}"
        click.echo(f"  {stage.name:<24} {mark:>12}  {stage.note}")
