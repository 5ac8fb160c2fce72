"""`rft report`."""

import json

import click


@click.command()
@click.argument("run", required=False)
@click.option("--name", help="The same as RUN.")
@click.option("--delta", is_flag=True, help="Only the tables from SFT to each round: every scorer and its difference.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option(
    "--html",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Write one HTML page, by default report.html in the run's folder. RUN stands before it.",
)
def report(run: str | None, name: str | None, delta: bool, as_json: bool, html: str | None) -> None:
    """Show what a run measured, what moved, what was decided and why, and what to do next; also while it runs.

    RUN is the run's name; by default the one that was written last.

    Example: rft report --json
    """
    from rich.console import Console

    from judges.cost.view import show_cost
    from rft.cli.workspace import run_paths
    from rft.keeping.disk import in_words as bytes_in_words
    from rft.looking import look_at, page_file
    from rft.page import write_page
    from rft.progress import in_words
    from rft.report import render, render_delta
    from rft.store import open_for_reading

    if run and name and run != name:
        raise click.UsageError("RUN and --name name two runs.")
    if sum((delta, as_json, html is not None)) > 1:
        raise click.UsageError("Give one of --delta, --json and --html.")
    paths = run_paths(run or name)
    target = None if html is None else page_file(html, paths)
    with open_for_reading(paths) as store:
        seen = look_at(store, paths, with_rounds=not (as_json or delta))
        page = None if target is None else seen.page(store)
    for line in seen.problems:
        click.echo(line, err=True)
    if as_json:
        judging = {} if seen.cost is None else {"judge_cost": seen.cost.to_json()}
        unfinished = {} if seen.state == "finished" else {"state": seen.state}
        click.echo(json.dumps({**seen.report.to_json(), **unfinished, **judging}))
        return
    if page is not None and target is not None:
        size = write_page(page, target)
        click.echo(f"Wrote {target}: {bytes_in_words(size)}, {len(page.tasks)} tasks in its sample browser.")
        return
    console = Console()
    if delta:
        render_delta(seen.report, console)
        return
    render(seen.report, console, seen.rounds)
    if seen.state != "finished":
        click.echo(f"The run is {in_words(seen.state, paths)}.")
    if seen.cost is not None:
        show_cost(seen.cost, console)
