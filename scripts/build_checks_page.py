"""Writes docs/checks.md from the docstrings of the checks. `--check` only says whether the page is current.

python scripts/build_checks_page.py
"""

import argparse
import sys
from pathlib import Path

from scorers.checks import CHECKS
from scorers.checks.check import WEIGHTS, Check
from scorers.checks.explain import explain
from scorers.report import SCORERS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "checks.md"

_HEAD = """\
# The checks

Made by `scripts/build_checks_page.py` from the checks themselves: do not edit.

A scorer's value is the product of a factor for each of its checks: 1 - weight x (1 - 2^-n) for n findings, so that the
first finding takes half of the weight and a habit repeated fifty times is one habit. The weight follows from the severity
({weights}) unless the check names its own. Code that does not compile has syntax 0; a source without a statement has 0
everywhere.

Switch a check off or change it in `scorers.toml` (`[checks]`, `unused-variable = "off"`), in code
(`Scorer({{"unused-variable": "off"}})`), or, where the settings allow it, by a comment: `-- scorers: allow(unused-variable)`.
"""
_COMPILERS = """\
### compiler-error

syntax, error. A real compiler (`pluau`, or `luau-compile` on PATH) refuses what the own parser accepts; syntax is 0.

### compiler-disagreement

syntax, info, weight 0. The own parser and a compiler judge differently; the message says who says what. The rule that
decides is in `scorers/verdict.py`. Please report the source.

### type-error

bugs, warning, weight 0. A type error found by `luau-analyze` or `luau-lsp` on PATH, only where they were asked.

### nesting-too-deep

quality, error. Hundreds of levels of code that the interpreter cannot walk through; all scores are 0.
"""


def page() -> str:
    """The whole page."""
    weights = ", ".join(f"{severity.value} {weight:g}" for severity, weight in WEIGHTS.items())
    parts = [_HEAD.format(weights=weights), _table()]
    for scorer in SCORERS:
        parts.append(f"## {scorer}\n")
        parts += [_entry(check) for check in CHECKS if check.scorer == scorer]
    parts += ["## What compilers and analysers say\n", _COMPILERS]
    return "\n".join(parts)


def _table() -> str:
    rows = ["| scorer | checks |", "|---|---|"]
    for scorer in SCORERS:
        links = (f"[{check.id}](#{check.id})" for check in CHECKS if check.scorer == scorer)
        rows.append(f"| {scorer} | {', '.join(links)} |")
    return "\n".join(rows) + "\n"


def _entry(check: Check) -> str:
    told = explain(check)
    weight = "" if check.weight is None else f", weight {check.weight:g}"
    return (
        f"### {check.id}\n\n{check.severity.value}{weight}. {told.why}\n\n"
        f"```luau\n-- bad\n{told.bad}\n```\n\n```luau\n-- good\n{told.good}\n```\n\nSource: {told.source}\n"
    )


def main() -> None:
    """Writes the page, or compares it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit with 1 when the page is not current")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"{PAGE.name}: {len(CHECKS)} checks")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/checks.md is not current: run `python scripts/build_checks_page.py`")


if __name__ == "__main__":
    main()
