"""The few questions that are asked at a terminal. Each has a default that Enter takes."""

import sys
from pathlib import Path
from typing import cast

import click

from rft.errors import InputError
from rft.starting.choices import DEFAULT_BUDGET, DEFAULT_MODEL, LUAU, OWN, Choices, Judge, Origin
from rollouts.models import expanded


def refuse_without_terminal() -> None:
    """Raise InputError where nobody could answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "there is no terminal to ask questions at.", hint="Add --yes to take the defaults and the options given."
        )


def ask(model: str | None, code: Path | None, judge: Judge | None, budget: float | None) -> Choices:
    """Ask for what the options have not said."""
    if model is None:
        click.echo("Base model: smollm2 (comes along, for trying out), a name on the Hub, or a folder in mlx-lm's format.")
        model = str(click.prompt("Model", default=DEFAULT_MODEL)).strip()
    tasks = OWN
    if code is None:
        click.echo("Tasks: own (a folder here with a sample), luau (the 206 that come along), or a PATH of Luau code.")
        tasks, code = click.prompt("Tasks", default=OWN, value_proc=_source)
    if judge is None:
        click.echo("Judge of answers that pass: none, claude (with your key, costs money), mlx (a frozen local model).")
        judge = cast("Judge", click.prompt("Judge", default="none", type=click.Choice(["none", "claude", "mlx"])))
    if budget is None and judge == "claude":
        budget = click.prompt("Budget of a run in dollars", default=DEFAULT_BUDGET, type=click.FloatRange(min=0))
    return Choices(model, tasks, code, judge, DEFAULT_BUDGET if budget is None else budget)


def _source(answer: str) -> tuple[Origin, Path | None]:
    """A folder called like one of the words is reached by `./own`."""
    if answer == LUAU:
        return LUAU, None
    if answer == OWN:
        return OWN, None
    if not (place := expanded(answer)).exists():
        raise click.UsageError(f"there is no file or folder {answer}; own or luau is an answer too.")
    return OWN, place
