"""SARIF 2.1.0, which code scanning services and editors read."""

import json
import os
from functools import cache
from inspect import cleandoc
from pathlib import Path, PurePath
from typing import Any, TextIO
from urllib.parse import quote

from scorers.checks import CHECKS
from scorers.cli.results import Results, said
from scorers.diagnostics import Diagnostic, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def write_sarif(results: Results, out: TextIO) -> None:
    """Print one log with one run. Paths are relative to the current folder where they lie in it."""
    rules: list[dict[str, Any]] = []
    positions: dict[str, int] = {}
    found = []
    for scored in results:
        for diagnostic in scored.findings:
            check = diagnostic.check
            if check not in positions:
                positions[check] = len(rules)
                rules.append(_rule(diagnostic))
            found.append(_result(scored.path, diagnostic, positions[check]))
    driver = {"name": "luau-score", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    out.write(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n")


def _rule(found: Diagnostic) -> dict[str, Any]:
    words = found.check.replace("-", " ")
    text = _documentation().get(found.check) or f"See {found.link}."
    return {
        "id": found.check,
        "shortDescription": {"text": f"{words[:1].upper()}{words[1:]}"},
        "fullDescription": {"text": text.split("\n\n")[0].replace("\n", " ")},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[found.severity]},
        "properties": {"tags": [found.scorer]},
    }


@cache
def _documentation() -> dict[str, str]:
    """What each check says of itself: why, a bad and a good example, the source. Findings of compilers have no check."""
    return {check.id: cleandoc(check.run.__doc__ or "") for check in CHECKS}


def _result(path: str, found: Diagnostic, rule_index: int) -> dict[str, Any]:
    region = {
        "startLine": found.line,
        "startColumn": found.column,
        "endLine": found.end_line,
        "endColumn": found.end_column,
    }
    return {
        "ruleId": found.check,
        "ruleIndex": rule_index,
        "level": _LEVELS[found.severity],
        "message": {"text": said(found)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": region}}],
    }


def _uri(path: str) -> str:
    if path == "-":
        return "stdin"
    absolute = Path(path).absolute()
    if absolute.is_relative_to(Path.cwd()):
        return quote(os.fsencode(absolute.relative_to(Path.cwd()).as_posix()))
    return PurePath(absolute).as_uri()
