"""The terminal: its width, its colours, and whether it can show what rft writes."""

import sys
from collections.abc import Iterator

from rft.doctor.finding import Finding, problem
from rft.doctor.scene import Scene

COLUMNS = 80
"""What every table of rft fits."""
SAMPLE = "▁█·—"
"""Of the marks that charts and tables are made of."""


def look(scene: Scene) -> Iterator[Finding]:
    """Where this goes."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        yield Finding("terminal", True, "none: plain lines, no colour")
    elif console.width < COLUMNS:
        yield problem("terminal", f"{console.width} columns; tables fold below {COLUMNS}", f"stty cols {COLUMNS}")
    else:
        yield Finding("terminal", True, f"{console.width} x {console.height}, {_colour(console, scene)}")
    yield _encoding()


def _colour(console: object, scene: Scene) -> str:
    if scene.environment.get("NO_COLOR"):
        return "no colour (NO_COLOR)"
    system = getattr(console, "color_system", None)
    return f"colour ({system})" if system else f"no colour (TERM={scene.environment.get('TERM', 'unset')})"


def _encoding() -> Finding:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        SAMPLE.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return problem("encoding", f"{encoding} has no signs for charts and tables", "export PYTHONUTF8=1")
    return Finding("encoding", True, encoding)
