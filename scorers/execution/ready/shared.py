"""Memory that processes share. Pages of it that nobody touches cost nothing.

One process writes at a time: who reads waits for the writer's end, or for its word.
"""

from __future__ import annotations

import marshal
import mmap
import os
from _json import encode_basestring_ascii as _quoted  # `json` brings `re` along: 1.3 MB

_HEAD = 8
_ENDING = 64
"""More than any ending has, as `marshal` has it."""

PLACES = 8
"""Answers that can be asked for at once: a worker that is woken for eight costs each a quarter of what it costs alone."""
ROOM_FOR_REQUEST = 8 << 20
ROOM_FOR_EVENTS = 8 << 20

EXIT_SENT_TOO_MUCH = 5

TYPE_CHECKING = False
if TYPE_CHECKING:
    Ending = tuple[int, int, float]
    """An exit code (negative for a signal), why the process was killed (0 where it was not) and the seconds it lived."""


class Letters:
    """Room for a piece of data at each place, in the file of a descriptor. A piece of up to `ROOM_FOR_REQUEST` bytes leaves the
    next place free; the first place alone can have them all."""

    BYTES = PLACES * ROOM_FOR_REQUEST

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, self.BYTES)

    def put(self, data: bytes, place: int = 0) -> None:
        """Raises OverflowError where there is no room for the data."""
        start = place * ROOM_FOR_REQUEST
        if start + _HEAD + len(data) > self.BYTES:
            raise OverflowError(f"{len(data)} bytes in a room of {self.BYTES - start - _HEAD}")
        self._map[start : start + _HEAD] = len(data).to_bytes(_HEAD, "little")
        self._map[start + _HEAD : start + _HEAD + len(data)] = data

    def read(self, place: int = 0) -> bytes:
        start = place * ROOM_FOR_REQUEST + _HEAD
        return self._map[start : start + int.from_bytes(self._map[start - _HEAD : start], "little")]


def leaves_room(data: bytes) -> bool:
    """Whether a piece leaves the place after its own free."""
    return _HEAD + len(data) <= ROOM_FOR_REQUEST


class Journal:
    """For each place lines, one after the other, and an ending, in the file of a descriptor; -1 shares them with forks only.

    A process that is killed while it writes leaves whole lines and at most a piece of one. There is no length to keep: lines
    hold no NUL, and the first NUL is where they end.
    """

    BYTES = PLACES * ROOM_FOR_EVENTS

    def __init__(self, descriptor: int, places: int = PLACES) -> None:
        self._map = mmap.mmap(descriptor, places * ROOM_FOR_EVENTS)
        self._left = 0

    def begin(self, place: int = 0) -> None:
        """Write to a place, from its start on. Said by the writer."""
        self._map.seek(place * ROOM_FOR_EVENTS + _ENDING)
        self._left = ROOM_FOR_EVENTS - _ENDING

    def write(self, line: bytes) -> None:
        """Add a line, with its newline. Where there is no room for it the process ends: an exception could be swallowed by the
        code that runs in the VM."""
        self._left -= len(line)
        if self._left < 0:
            os._exit(EXIT_SENT_TOO_MUCH)
        self._map.write(line)

    def take(self, place: int = 0) -> list[bytes]:
        """The whole lines of a place, which are then gone. Said by the reader."""
        start, next_ = place * ROOM_FOR_EVENTS + _ENDING, (place + 1) * ROOM_FOR_EVENTS
        end = self._map.find(b"\0", start, next_)
        end = next_ if end < 0 else end
        written = self._map[start:end]
        self._map[start:end] = bytes(end - start)
        return written.split(b"\n")[:-1]

    def end(self, place: int, ending: Ending) -> None:
        """Keep how the process that wrote to a place ended. Said by its parent."""
        start = place * ROOM_FOR_EVENTS
        data = marshal.dumps(ending)
        self._map[start : start + len(data)] = data

    def ending(self, place: int) -> Ending:
        """How the process that wrote to a place ended."""
        start = place * ROOM_FOR_EVENTS
        ending: Ending = marshal.loads(self._map[start : start + _ENDING])
        return ending


def event_line(values: list[str | int | float | bool]) -> bytes:
    """One event as a line of JSON."""
    return b"[" + ",".join([_quoted(value) if type(value) is str else _number(value) for value in values]).encode() + b"]\n"


def _number(value: str | int | float | bool) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    text = repr(value)
    return _NOT_FINITE.get(text, text)


_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
