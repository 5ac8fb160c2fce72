"""`rft models`."""

import json
import sys

import click

from rft.cli.completion import complete_model


@click.group()
def models() -> None:
    """List, fetch, import and examine models. Nothing is loaded to tell what a model needs.

    Example: rft models list
    """


@models.command("list")
@click.argument("folders", nargs=-1, metavar="[FOLDER...]")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(folders: tuple[str, ...], as_json: bool) -> None:
    """List models: built in, of the recipes, imported, in the Hub's cache, and those in FOLDERs; with what each needs here.

    Example: rft models list
    """
    from dataclasses import asdict

    from rft.keeping.view import console_here
    from rft.modelling.listing import models_here
    from rft.modelling.machine import this_machine
    from rft.modelling.view import show_models

    machine = this_machine()
    found = models_here(folders, machine)
    if as_json:
        click.echo(json.dumps({"machine": asdict(machine), "models": [model.to_json() for model in found]}))
    else:
        show_models(found, machine, console_here())


@models.command()
@click.argument("name", shell_complete=complete_model)
def get(name: str) -> None:
    """Bring the model NAME to this machine: owner/name is fetched from the Hub, and a fetch that was cut short goes on.

    A private or gated model needs HF_TOKEN. The disk is checked before the first byte.

    Example: rft models get mlx-community/Qwen3.5-2B-4bit
    """
    from rft.modelling.getting import get_model

    folder = get_model(name, lambda words: click.echo(words, err=True), quiet=not sys.stderr.isatty())
    click.echo(str(folder))


@models.command("import-gguf")
@click.argument("file", type=click.Path())
@click.option("--name", help="What it is called from then on; by default the file's name.")
def import_gguf(file: str, name: str | None) -> None:
    """Make a model folder of a llama-family GGUF FILE; `model = "NAME"` in rft.toml then takes it.

    Example: rft models import-gguf tinyllama.Q4_0.gguf --name tinyllama
    """
    from rft.modelling.getting import import_model
    from rollouts.models import expanded

    named, folder = import_model(expanded(file), name, lambda words: click.echo(words, err=True))
    click.echo(f'{folder}\n`model = "{named}"` in rft.toml takes it; `rft models show {named}` tells what it needs.')


@models.command()
@click.argument("name", metavar="NAME_OR_FOLDER", shell_complete=complete_model)
@click.option("--n", type=click.IntRange(min=1), help="Candidates a task; by default as the settings have it.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(name: str, n: int | None, as_json: bool) -> None:
    """Show what a model is and needs here, and what its chat template makes of a system text and of thinking.

    Example: rft models show smollm2 --n 16
    """
    from dataclasses import asdict

    from rft.modelling.facts import settings_for
    from rft.modelling.listing import find, listed
    from rft.modelling.machine import this_machine
    from rft.modelling.rendering import dry_rendering
    from rft.modelling.view import model_lines
    from rollouts.errors import RolloutError

    found, machine = find(name), this_machine()
    model = listed(found, machine, n)
    try:
        rendered = None if found.folder is None else dry_rendering(found.folder)
        problem = None
    except RolloutError as error:
        rendered, problem = None, " ".join(str(error).split())
    if as_json:
        template = None if rendered is None else [each.to_json() for each in rendered]
        told = {**model.to_json(), "machine": asdict(machine), "chat_template": template, "chat_template_problem": problem}
        click.echo(json.dumps(told))
        return
    for line in model_lines(model, settings_for(found.name, n)[1], machine, problem or rendered):
        click.echo(line)
