"""`rft score`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from rft.errors import InputError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def score(files: tuple[str, ...], as_json: bool) -> None:
    """Score Luau files: syntax, api, bugs and quality, each from 0 to 1, with findings. `-` reads from standard input.

    Example: rft score src/Shop.luau
    """
    reports = [_report(file) for file in files]
    if as_json:
        click.echo(json.dumps(reports))
        return
    for report in reports:
        scores = "  ".join(f"{name} {value:.2f}" for name, value in report["scores"].items())
        click.echo(f"{report['path']}: composite {report['composite']:.3f}  ({scores})")
        for found in report["diagnostics"]:
            hint = f" ({found['hint']})" if found["hint"] else ""
            click.echo(f"  {found['line']}:{found['column']} {found['severity']} [{found['check']}] {found['message']}{hint}")


def _report(file: str) -> dict[str, Any]:
    from scorers import score as score_code

    report = score_code(_read(file))
    return {
        "path": file,
        "compiles": report.compiles,
        "scores": report.scores,
        "composite": report.composite,
        "diagnostics": [diagnostic.to_json() for diagnostic in report.diagnostics],
    }


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", hint="Check the path.") from error
