"""`rft completion`, and what the shell offers for the names of runs, adapters and models."""

from collections.abc import Iterator
from pathlib import Path

import click

PLACES = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/rft.fish"}
PROGRAM, VARIABLE = "rft", "_RFT_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(list(PLACES)))
def completion(shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and names.

    \b
    bash: add  eval "$(rft completion bash)"  to ~/.bashrc (bash 4.4 or later)
    zsh:  add  eval "$(rft completion zsh)"   to ~/.zshrc, after compinit
    fish: rft completion fish > ~/.config/fish/completions/rft.fish

    The shell asks the program `rft` itself, which has to be on the PATH.

    Example: rft completion zsh
    """
    from click.shell_completion import get_completion_class

    from rft.cli import cli

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(cli, {}, PROGRAM, VARIABLE).source())


def complete_run(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """The runs of this folder."""
    return _beginning(typed, (place.name for place in Path.cwd().glob("runs/[!.]*") if place.is_dir()))


def complete_adapter(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """The adapters of this folder's runs, as RUN/STAGE."""
    places = Path.cwd().glob("runs/[!.]*/adapters/[!.]*")
    return _beginning(typed, (f"{place.parent.parent.name}/{place.name}" for place in places if place.is_dir()))


def complete_model(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    """Models that the package knows, and those that are on this machine."""
    return _beginning(typed, _models())


def _models() -> Iterator[str]:
    from rft.modelling.names import known_names

    yield from known_names()


def _beginning(typed: str, names: Iterator[str]) -> list[str]:
    return sorted({name for name in names if name.startswith(typed)})
