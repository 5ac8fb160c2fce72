"""What every node of the syntax tree has."""

from scorers.language.position import COLUMN_BITS, COLUMN_MASK, Placed


class Node(Placed):
    """Part of a program. `start` and `end` are positions (`position.py`); the end is the place after the last character."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    @property
    def end_line(self) -> int:
        """Of the place after the last character, from 1."""
        return self.end >> COLUMN_BITS

    @property
    def end_column(self) -> int:
        """Of the place after the last character, from 1."""
        return self.end & COLUMN_MASK
