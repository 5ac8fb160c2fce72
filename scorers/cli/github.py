"""Workflow commands of GitHub Actions, which show findings beside the changed lines."""

from typing import TextIO

from scorers.cli.results import Results, said
from scorers.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write_github(results: Results, out: TextIO) -> None:
    """Print `::error file=...::message` for each finding."""
    for scored in results:
        for found in scored.findings:
            out.write(f"{_command(scored.path, found)}\n")
        out.flush()


def _command(path: str, found: Diagnostic) -> str:
    properties: dict[str, str | int] = {"file": path, "line": found.line, "endLine": found.end_line}
    if found.end_line == found.line:
        # GitHub counts the end column in, and refuses columns where the range has several lines.
        properties |= {"col": found.column, "endColumn": max(found.column, found.end_column - 1)}
    properties["title"] = found.check
    listed = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {listed}::{_escape(said(found))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
