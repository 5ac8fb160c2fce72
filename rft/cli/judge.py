"""`rft judge`."""

from typing import TextIO

import click


@click.group()
def judge() -> None:
    """Calibrate a judge, or export what was asked of it.

    Example: rft judge calibrate --judge claude
    """


@judge.command()
@click.option("--judge", "backend", type=click.Choice(["claude", "mlx"]), help="Whom; by default the configured one.")
@click.option("--config", "config", help="A configuration file; by default rft.toml in this folder, if there is one.")
@click.option("--tasks", default="builtin:quickstart", show_default=True, help="Whose answers, right and wrong, are shown.")
@click.option("--limit", type=click.IntRange(min=1), default=40, show_default=True, help="Only the first this many tasks.")
@click.option("--per-kind", type=click.IntRange(min=1), default=30, show_default=True, help="Most answers of each kind.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def calibrate(backend: str | None, config: str | None, tasks: str, limit: int, per_kind: int, as_json: bool) -> None:
    """Ask the judge about answers whose worth executed tests have told, and write its card. It costs what it says.

    Example: rft judge calibrate --judge claude --limit 40
    """
    from pathlib import Path

    from rich.console import Console

    from rft.cli.workspace import config_file
    from rft.config import QUICKSTART, load_config
    from rft.judging.command import calibrate_judge

    overrides = {} if backend is None else {"judge": {"backend": backend}}
    resolved = load_config(config_file(config), QUICKSTART, overrides)
    if not calibrate_judge(resolved, Path.cwd(), tasks, limit, per_kind, Console(), as_json=as_json):
        raise SystemExit(3)


@judge.command()
@click.option("--out", type=click.File("w"), default="-", help="Where to; by default standard output.")
def export(out: TextIO) -> None:
    """Write the ledger as lines of JSON: every call, its reply and its cost.

    Example: rft judge export --out ledger.jsonl
    """
    from pathlib import Path

    from rft.judging.command import export_ledger

    export_ledger(Path.cwd(), out)
