"""Tables that fit into 80 columns, and into a pipe: no lines, no colours that matter, no wrapped cells."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH = 80
_NAME_WIDTH = 34

Row = Sequence[str]


def heading(console: Console, title: str) -> None:
    """A section's title."""
    console.print()
    console.print(Text(title, style="bold"))


def said(console: Console, text: str) -> None:
    """A sentence under a table. Words are never taken for markup."""
    console.print(Padding(Text(text), (0, 0, 0, 2), expand=False), width=min(console.width, WIDTH))


def table(console: Console, rows: Iterable[Row], columns: Sequence[str] = ()) -> None:
    """Rows with a name first and numbers behind it. A name that is too long loses its end."""
    rows = list(rows)
    if not rows:
        return
    shown = Table(box=None, show_header=bool(columns), padding=(0, 2, 0, 0), pad_edge=False, header_style="")
    for index in range(len(rows[0])):
        name = columns[index] if columns else ""
        first = index == 0
        shown.add_column(
            Text(("  " if first else "") + name),
            justify="left" if first else "right",
            no_wrap=True,
            overflow="ellipsis",
            max_width=_NAME_WIDTH if first else None,
        )
    for row in rows:
        shown.add_row(Text("  " + row[0]), *map(Text, row[1:]))
    console.print(shown, width=min(console.width, WIDTH))


def many(count: int, thing: str) -> str:
    """`1 call`, `2,000 calls`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def percent(share: float | None) -> str:
    """A share for the eye, `n/a` where there is none."""
    return "n/a" if share is None else f"{100 * share:.0f} %"


def number(value: float | None, digits: int = 2) -> str:
    """A number for the eye, `n/a` where there is none."""
    return "n/a" if value is None else f"{value:.{digits}f}"
