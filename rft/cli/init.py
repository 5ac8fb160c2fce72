"""`rft init`."""

import sys
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from rft.starting.choices import Choices, Judge


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Ask nothing: take the defaults for what no option says.")
@click.option(
    "--from-code", "code", metavar="PATH", help="Propose tasks from the functions of your Luau files; they are only read."
)
@click.option("--model", help="The base model: smollm2, a folder in mlx-lm's format, or a name on the Hub.")
@click.option("--judge", type=click.Choice(["none", "claude", "mlx"]), help="Who gives opinions; as judge.backend.")
@click.option("--judge-budget", type=float, metavar="USD", help="Dollars in a run at most, for --judge claude.")
def init(name: str, yes: bool, code: str | None, model: str | None, judge: str | None, judge_budget: float | None) -> None:
    """Make a workspace: a commented rft.toml, a sample task, a page that says what comes next.

    Example: rft init my-model --yes
    """
    from rft.starting.begin import begin, lines_of
    from rft.starting.workspace import target_folder

    folder = target_folder(name)
    choices = _choices(yes, code, model, judge, judge_budget)
    if choices.code is not None and sys.stderr.isatty():
        click.echo(f"Reading {choices.code} and proving what it gives; a thousand functions take minutes.", err=True)
    begun = begin(folder, choices)
    for line in lines_of(name, begun):
        click.echo(line)


def _choices(yes: bool, code: str | None, model: str | None, judge: str | None, budget: float | None) -> "Choices":
    from rft.starting.choices import DEFAULT_BUDGET, DEFAULT_MODEL, Choices
    from rft.starting.questions import ask, refuse_without_terminal
    from rollouts.models import expanded

    if budget is not None and judge != "claude":
        raise click.UsageError("--judge-budget goes with --judge claude.")
    place = expanded(code) if code is not None else None
    chosen = cast("Judge | None", judge)
    if not yes:
        refuse_without_terminal()
        return ask(model, place, chosen, budget)
    most = DEFAULT_BUDGET if budget is None else budget
    return Choices(DEFAULT_MODEL if model is None else model, code=place, judge=chosen or "none", budget=most)
