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
    from rft.progress import progress_of
    from rft.store import is_running, open_for_reading

    paths = run_paths(name)
    with open_for_reading(paths) as store:
        stages = progress_of(store)
        finished = bool(store.fact("finished"))
    state = "finished" if finished else "running" if is_running(paths) else "stopped; `rft resume` carries it on"
    if as_json:
        facts = {"run": paths.name, "state": state.split(";")[0], "stages": [stage.to_json() for stage in stages]}
        click.echo(json.dumps(facts))
        return
    click.echo(f"Run {paths.name}: {state}")
    for stage in stages:
        mark = "done" if stage.done == stage.total else f"{stage.done} of {stage.total}"
        click.echo(f"  {stage.name:<24} {mark:>12}  {stage.note}")
