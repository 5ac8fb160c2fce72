"""`rft resume`."""

import click


@click.command()
@click.option("--name", help="The run's name; by default the one that was written last.")
def resume(name: str | None) -> None:
    """Carry on a run that stopped, with the configuration it was started with.

    Example: rft resume
    """
    from rich.console import Console

    from rft.begun import stored_config
    from rft.cli.workspace import run_paths
    from rft.run import start
    from rft.store import open_for_reading

    paths = run_paths(name)
    with open_for_reading(paths) as store:
        config = stored_config(store)
    start(config, paths, Console())
