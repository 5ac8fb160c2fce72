"""Chooses how results are printed. Each format is imported when it is asked for: `rich` costs a program its quick start."""

import json
from collections.abc import Callable
from typing import TextIO

from scorers.cli.results import Results


def writer(form: str, out: TextIO) -> Callable[[Results, TextIO], None]:
    """The function that prints results in `form`: `text`, `json`, `sarif` or `github`. A person gets code frames."""
    if form == "json":
        return _write_json
    if form == "sarif":
        from scorers.cli.sarif import write_sarif

        return write_sarif
    if form == "github":
        from scorers.cli.github import write_github

        return write_github
    if out.isatty():
        from scorers.cli.frames import write_frames

        return write_frames
    from scorers.cli.plain import write_plain

    return write_plain


def _write_json(results: Results, out: TextIO) -> None:
    out.write(f"{json.dumps([scored.to_json() for scored in results])}\n")
