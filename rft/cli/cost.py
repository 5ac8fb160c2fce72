"""`rft cost`."""

import click


@click.command()
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option("--csv", "as_csv", is_flag=True, help="One row for each call.")
def cost(run: str | None, as_json: bool, as_csv: bool) -> None:
    """Show what judging a run cost, what was saved, and what the rounds left will cost.

    RUN is the run's name; by default the one that was written last. All numbers come from the ledger, judge/ledger.db.

    Example: rft cost --json
    """
    from rich.console import Console

    from rft.cli.workspace import run_paths
    from rft.judging.cost import show_cost

    if as_json and as_csv:
        raise click.UsageError("Give one of --json and --csv.")
    show_cost(run_paths(run), Console(), form="json" if as_json else "csv" if as_csv else "tables")
