"""Code on a terminal: highlighted, with each note below the line that it is about. Plain lines in a pipe."""

from collections.abc import Iterator

from pygments.token import Comment, Generic, Keyword, Name, Number, String
from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

from rft.notes import Note, Piece
from rft.plain import visible

THEME = ANSISyntaxTheme(
    {
        Comment: Style(dim=True, italic=True),
        Keyword: Style(color="magenta"),
        Name.Builtin: Style(color="cyan"),
        Number: Style(color="blue"),
        String: Style(color="yellow"),
        Generic.Inserted: Style(color="green"),
        Generic.Deleted: Style(color="red"),
        Generic.Subheading: Style(color="cyan"),
    }
)
"""The terminal's own colours, so that it can be read on light and dark. Red and green names would look like findings."""
TAB = 4
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan", "failure": "bold red"}

Row = tuple[Text, Text]
"""What stands in the margin, and the line."""


def highlighted(code: str, lexer: str) -> list[Text]:
    """The lines of some code in the terminal's colours; plain where `lexer` is unknown."""
    text = Syntax("", lexer, theme=THEME, tab_size=TAB, word_wrap=True).highlight(visible(code).expandtabs(TAB))
    text.rstrip()
    return list(text.split("\n", allow_blank=True))


def print_piece(piece: Piece, console: Console) -> None:
    """Print one source of an answer, numbered, with its notes."""
    if piece.name:
        console.print(Text(f"{visible(piece.name)}:"), soft_wrap=True)
    _print(list(_rows(piece)), console)


def _rows(piece: Piece) -> Iterator[Row]:
    lines = piece.lines()
    width = len(str(len(lines)))
    shown = highlighted(piece.source, piece.lexer)
    for number, (source, notes) in enumerate(lines, 1):
        yield Text(f"{number:>{width}} │ ", "dim"), shown[number - 1] if number <= len(shown) else Text(source)
        for note in notes:
            yield from _note_rows(note, source, Text(f"{'':>{width}} │ ", "dim"))


def _note_rows(note: Note, source: str, margin: Text) -> Iterator[Row]:
    style = _STYLES[note.weight]
    before = source[: max(0, note.column - 1)].expandtabs(TAB)
    marks = "^" * min(note.length, max(1, len(source) - note.column + 1)) if note.column else ""
    text = Text(" " * len(before))
    # A mark behind column 40 would leave no room for the words beside it.
    text = text.append(f"{marks} ", style) if marks and len(before) + len(marks) <= 40 else Text("  ")
    text.append(f"{note.weight} {note.title}", style).append(f": {_one_line(note.text)}")
    yield margin, text
    if note.hint:
        yield margin, Text(f"  hint: {_one_line(note.hint)}", "green")


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _print(rows: list[Row], console: Console) -> None:
    """On a terminal long lines are folded beside the margin; in a pipe a line stays one."""
    if not console.is_terminal:
        for margin, line in rows:
            console.print(margin + line, soft_wrap=True)
        return
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for margin, line in rows:
        grid.add_row(margin, line)
    console.print(Padding(grid, 0, expand=False))
