"""`rft report`."""

import json

import click


@click.command()
@click.option("--name", help="The run's name; by default the one that was written last.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def report(name: str | None, as_json: bool) -> None:
    """Show what a run measured and decided, also while it runs.

    Example: rft report --json
    """
    from rich.console import Console

    from judges.cost.view import show_cost
    from judges.errors import LedgerError
    from rft.begun import stored_config
    from rft.cli.workspace import run_paths
    from rft.errors import InputError
    from rft.inputs import general_tasks, held_out_tasks
    from rft.judging.cost import cost_of
    from rft.progress import in_words, state_of
    from rft.report import collect, render
    from rft.store import open_for_reading

    paths = run_paths(name)
    with open_for_reading(paths) as store:
        state = state_of(store, paths)
        if state == "running" and store.fact("config") is None:
            raise InputError(f"the run {paths.name!r} is reading its inputs.", hint="Ask again when it has measured something.")
        config = stored_config(store)
        found = collect(store, paths, config, held_out_tasks(store, config), general_tasks(store, config))
        try:
            cost = cost_of(store, paths)
        except LedgerError as error:
            click.echo(f"What the judge cost cannot be shown: {error} {error.hint}", err=True)
            cost = None
    if as_json:
        judging = {} if cost is None else {"judge_cost": cost[0].to_json()}
        unfinished = {} if state == "finished" else {"state": state}
        click.echo(json.dumps({**found.to_json(), **unfinished, **judging}))
        return
    console = Console()
    render(found, console)
    if state != "finished":
        click.echo(f"The run is {in_words(state, paths)}.")
    if cost is not None:
        show_cost(cost[0], console)
