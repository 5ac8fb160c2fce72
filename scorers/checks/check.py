"""What a check is: a function over a parsed source that finds one kind of mistake, with a name, a severity and a weight.

The docstring of a check is its documentation: why, then the sections `Bad:`, `Good:` and `Source:`. `docs/checks.md` is
made from them, and the tests run the two examples.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scorers.diagnostics import Severity
from scorers.language.node import Node
from scorers.language.unit import Unit

SYNTAX, API, BUGS, QUALITY = "syntax", "api", "bugs", "quality"
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

WEIGHTS = {ERROR: 0.6, WARNING: 0.3, INFO: 0.08}
"""What findings of one check take off a score at most, by severity. The first finding takes half of it."""


class Finding(NamedTuple):
    """One place that a check objects to. `severity` overrides the check's own."""

    start: int
    end: int
    message: str
    hint: str | None = None
    severity: Severity | None = None


Run = Callable[[Unit], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule. `weight` is None where the severity decides (`WEIGHTS`)."""

    id: str
    scorer: str
    severity: Severity
    weight: float | None
    run: Run


def check(id: str, scorer: str, severity: Severity, *, weight: float | None = None) -> Callable[[Run], Check]:
    """Make a check of a function. `weight` only where the severity's is wrong."""
    return lambda run: Check(id, scorer, severity, weight, run)


def at(node: Node, message: str, hint: str | None = None, *, severity: Severity | None = None) -> Finding:
    """A finding that covers a node."""
    return Finding(node.start, node.end, message, hint, severity)
