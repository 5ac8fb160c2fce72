"""`rft run`."""

from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--rounds", type=click.IntRange(min=0), help="Rounds after SFT.")
@click.option("--name", help="The run's name; by default the recipe's, or this folder's.")
@click.option("--seed", type=click.IntRange(min=0), help="Keys every random stream of the run.")
@click.option("--config", "config", help="A configuration file; by default rft.toml in this folder, if there is one.")
@click.option("--judge", type=click.Choice(["none", "claude", "mlx"]), help="Who gives opinions; as judge.backend.")
@click.option("--candidates", help="A JSONL file of recorded candidates for the rounds; as sampling.candidates.")
@click.option("--dry-run", is_flag=True, help="Print the resolved configuration and what the run would do, and stop.")
@click.option("--smoke", is_flag=True, help="The whole loop in under a minute on a random model, to see that it works here.")
def run(
    rounds: int | None,
    name: str | None,
    seed: int | None,
    config: str | None,
    judge: str | None,
    candidates: str | None,
    dry_run: bool,
    smoke: bool,
) -> None:
    """Run the whole loop: SFT, then rounds of sampling, scoring, selection, training and the gate.

    The same command carries an unfinished run on; on a finished one it does nothing.

    Example: rft run --rounds 3
    """
    from rich.console import Console

    from rft.cli.workspace import config_file, new_name
    from rft.config import QUICKSTART, load_config, recipe_of
    from rft.run import smoke_name, start
    from rft.store import RunPaths

    if smoke and config is not None:
        raise click.UsageError("--smoke has a recipe of its own; leave --config out.")
    overrides: dict[str, Any] = {key: value for key, value in (("rounds", rounds), ("seed", seed)) if value is not None}
    if judge is not None:
        overrides["judge"] = {"backend": judge}
    if candidates is not None:
        overrides["sampling"] = {"candidates": candidates, "endpoint": None}
    recipe = "smoke" if smoke else QUICKSTART
    file = None if smoke else config_file(config)
    resolved = load_config(file, recipe, overrides)
    paths = RunPaths(Path.cwd(), name or new_name(recipe_of(file, recipe)))
    if smoke and name is None:
        paths = smoke_name(paths)
    console = Console()
    if dry_run:
        from rft.forecast import show_forecast

        show_forecast(resolved, paths, console)
    else:
        start(resolved, paths, console)
