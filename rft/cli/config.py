"""`rft config`."""

import json

import click


@click.group()
def config() -> None:
    """Show the recipes that the package brings, and what a configuration comes to.

    Example: rft config show qwen3.5-4b
    """


@config.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(as_json: bool) -> None:
    """List the recipes. `recipe = "NAME"` as the first line of rft.toml starts from one.

    Example: rft config list
    """
    from rft.recipes import recipe_names, recipe_summary

    recipes = {name: recipe_summary(name) for name in recipe_names()}
    if as_json:
        click.echo(json.dumps(recipes))
        return
    for name, summary in recipes.items():
        click.echo(f"{name:<18} {summary}")


@config.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(name: str | None, as_json: bool) -> None:
    """Show every setting of the recipe NAME with what it does; without NAME, of what `rft run` would use here.

    What it prints is a configuration file.

    Example: rft config show qwen3.5-4b
    """
    from rft.cli.workspace import config_file
    from rft.config import QUICKSTART, load_config
    from rft.config_view import as_json as plain
    from rft.config_view import as_toml
    from rft.recipes import recipe_summary

    file = config_file(None) if name is None else None
    recipe = name or QUICKSTART
    resolved = load_config(file, recipe, {})
    if as_json:
        click.echo(json.dumps(plain(resolved, str(file or recipe))))
        return
    click.echo(as_toml(resolved, f"As {file} resolves." if file else recipe_summary(recipe)), nl=False)
