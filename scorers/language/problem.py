"""What the lexer, the parser and the binder refuse."""

from typing import NamedTuple

from scorers.language.position import COLUMN_BITS, COLUMN_MASK


class SyntaxProblem(NamedTuple):
    """One reason why the compiler would refuse a source. `language` is set where the code reads like another language."""

    start: int
    end: int
    message: str
    hint: str | None = None
    language: str | None = None

    @property
    def line(self) -> int:
        """From 1."""
        return self.start >> COLUMN_BITS

    @property
    def column(self) -> int:
        """From 1."""
        return self.start & COLUMN_MASK
