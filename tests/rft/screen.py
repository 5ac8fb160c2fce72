"""A small terminal: what a program's output looks like, with its lines wrapped again when the terminal becomes narrower."""

import re
from collections.abc import Iterator

TOKEN = re.compile(r"\x1b\[(\?)?([0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n])")


class Screen:
    """The output of one program, `height` lines of it in reach of the cursor. A newline goes to the first column, as a terminal's
    driver has it."""

    def __init__(self, width: int, height: int = 24) -> None:
        self.width, self.height = width, height
        self._rows: list[str] = [""]
        self._goes_on = [False]
        """By row whether the next one is the rest of its line. As in a terminal only wiping the whole row forgets it."""
        self._row = self._column = 0
        self._held = ""

    @property
    def lines(self) -> list[str]:
        """What is to be seen, and what was scrolled away before, without empty lines at the end."""
        return "\n".join(row.rstrip() for row in self._rows).rstrip().split("\n")

    @property
    def cursor(self) -> tuple[int, int]:
        return self._row, self._column

    def write(self, text: str) -> None:
        """Take in output, which may end in the middle of a sequence."""
        text, at = self._held + text, 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                assert len(text) - at < 20, f"unknown: {text[at:]!r}"
                break
            self._take(found)
            at = found.end()
        self._held = text[at:]

    def resize(self, width: int) -> None:
        """Narrower or wider; rows that are too long are wrapped, and those that were wrapped joined."""
        rows, ends, at = list[str](), list[bool](), (0, 0)
        for first, last in self._wholes():
            whole = "".join(row.ljust(self.width) for row in self._rows[first:last]) + self._rows[last]
            pieces = [whole[i : i + width] for i in range(0, max(1, len(whole)), width)]
            if first <= self._row <= last:
                # The cursor stays on its character; behind the last one it waits at the end of the row.
                place = (self._row - first) * self.width + self._column
                down = min(place // width, len(pieces) - 1)
                at = (len(rows) + down, place - down * width)
            rows += pieces
            ends += [True] * (len(pieces) - 1) + [False]
        self._rows, self._goes_on, (self._row, self._column), self.width = rows, ends, at, width

    def _wholes(self) -> Iterator[tuple[int, int]]:
        """The first and the last rows of lines."""
        first = 0
        for number, goes_on in enumerate(self._goes_on):
            if not goes_on or number == len(self._rows) - 1:
                yield first, number
                first = number + 1

    def _take(self, found: "re.Match[str]") -> None:
        private, number, letter, control, character = found.groups()
        if character:
            self._put(character)
        elif control:
            self._move(control)
        elif letter == "A":
            top = max(0, len(self._rows) - self.height)
            self._row = max(top, self._row - int(number or 1))
        elif letter == "B":
            self._row = min(len(self._rows) - 1, self._row + int(number or 1))
        elif letter in "JK":
            self._erase(letter, number)
        else:
            assert (letter, private) == ("m", None), f"unknown: {found[0]!r}"

    def _put(self, character: str) -> None:
        if self._column == self.width:
            self._goes_on[self._row] = True
            self._move("\n")
        row = self._rows[self._row].ljust(self._column)
        self._rows[self._row] = row[: self._column] + character + row[self._column + 1 :]
        self._column += 1

    def _move(self, control: str) -> None:
        self._column = 0
        if control == "\n":
            self._row += 1
            if self._row == len(self._rows):
                self._rows.append("")
                self._goes_on.append(False)

    def _erase(self, letter: str, number: str) -> None:
        assert number in ("", "0")
        self._rows[self._row] = self._rows[self._row][: self._column]
        self._goes_on[self._row] &= self._column > 0
        if letter == "J":
            del self._rows[self._row + 1 :], self._goes_on[self._row + 1 :]
