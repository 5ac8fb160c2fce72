"""A place in a source as one integer: line and column from 1, columns in characters.

Positions compare as places do, and a node costs two integers instead of four.
"""

COLUMN_BITS = 24
COLUMN_MASK = (1 << COLUMN_BITS) - 1


def position(line: int, column: int) -> int:
    """The place at `line` and `column`, both from 1."""
    return (line << COLUMN_BITS) | column


class Placed:
    """What begins at a position."""

    __slots__ = ()
    start: int

    @property
    def line(self) -> int:
        """Of the first character, from 1."""
        return self.start >> COLUMN_BITS

    @property
    def column(self) -> int:
        """Of the first character, from 1."""
        return self.start & COLUMN_MASK


def line_of(place: int) -> int:
    """The line of a place."""
    return place >> COLUMN_BITS
