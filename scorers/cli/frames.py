"""Text for a person: each finding under the line of code that it is about, and a table at the end."""

from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scorers.cli.results import Results, Scored, one_line
from scorers.diagnostics import Diagnostic, Severity
from scorers.report import SCORERS

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_TAB = "    "
_GOOD, _FAIR = 0.9, 0.6


def write_frames(results: Results, out: TextIO, *, width: int | None = None) -> None:
    """Print a code frame for each finding, and then one row for each file."""
    console = Console(file=out, width=width, highlight=False, soft_wrap=True)
    table = _table()
    for scored in results:
        lines = scored.source.code.split("\n")
        for found in scored.findings:
            console.print(frame(scored.path, lines, found, console.width), end="\n\n")
        _add(table, scored)
    console.print(table, soft_wrap=False)


def frame(path: str, lines: list[str], found: Diagnostic, width: int) -> Text:
    """The place, the line with the range underlined, the message and the hint."""
    style = _STYLES[found.severity]
    number = str(found.line)
    margin = " " * len(number)
    text = Text.assemble(
        (one_line(path), "bold"), f":{found.line}:{found.column}  ", (str(found.severity), style), f"  {found.check}\n"
    )
    if found.line <= len(lines):
        before, marked, after = _parts(lines[found.line - 1], found, max(20, width - len(number) - 3))
        text.append(f"{number} │ ", "dim").append(before).append(marked, style).append(f"{after}\n")
        indent, length = " " * cell_len(before), max(1, cell_len(marked))
        text.append(f"{margin} │ ", "dim").append(f"{indent}{'^' * length}\n", style)
    text.append(f"{margin} = ", "dim").append(one_line(found.message))
    if found.hint:
        text.append(f"\n{margin} = ", "dim").append(f"hint: {one_line(found.hint)}", "green")
    return text


def _parts(line: str, found: Diagnostic, room: int) -> tuple[str, str, str]:
    """The line before, in and after the finding's range, cut to `room` cells around the beginning of the range."""
    begin = found.column - 1
    end = max(found.column, found.end_column - 1) if found.end_line == found.line else len(line)
    before, marked, after = (_visible(part) for part in (line[:begin], line[begin:end], line[end:]))
    if cell_len(before) + cell_len(marked) + cell_len(after) <= room:
        return before, marked, after
    if cell_len(before) > room // 2:
        before = f"…{before[-(room // 2) :]}"
    marked = marked[: max(1, room - cell_len(before) - 1)]
    return before, marked, after[: max(0, room - cell_len(before) - cell_len(marked) - 1)] + "…"


def _visible(code: str) -> str:
    return one_line(code.rstrip("\r").replace("\t", _TAB))


def _table() -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    for name in (*SCORERS, "composite", "findings"):
        table.add_column(name, justify="right")
    return table


def _add(table: Table, scored: Scored) -> None:
    values = (*(scored.scores[name] for name in SCORERS), scored.composite)
    cells = (Text(f"{value:.2f}", _colour(value)) for value in values)
    table.add_row(Text(one_line(scored.path)), *cells, str(len(scored.findings)))


def _colour(value: float) -> str:
    if value >= _GOOD:
        return "green"
    return "yellow" if value >= _FAIR else "red"
