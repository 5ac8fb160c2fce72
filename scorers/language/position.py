"""A place in a source as one integer: line and column from 1, columns in characters.

Positions compare as places do, and a node costs two integers instead of four.
"""

COLUMN_BITS = 24
COLUMN_MASK = (1 << COLUMN_BITS) - 1


def position(line: int, column: int) -> int:
    """The place at `line` and `column`, both from 1."""
    return (line << COLUMN_BITS) | column


def line_of(place: int) -> int:
    """The line of a place."""
    return place >> COLUMN_BITS
