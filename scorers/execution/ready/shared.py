"""Memory that processes share. Pages of it that nobody touches cost nothing.

One process writes at a time: who reads waits for the writer's end, or for its word.
"""

from __future__ import annotations

import mmap
import os
from _json import encode_basestring_ascii as _quoted  # `json` brings `re` along: 1.3 MB

_HEAD = 8

ROOM_FOR_REQUESTS = 64 << 20
ROOM_FOR_EVENTS = 8 << 20

EXIT_SENT_TOO_MUCH = 5


class Letter:
    """Room for one piece of up to `ROOM_FOR_REQUESTS` bytes, in the file of a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, _HEAD + ROOM_FOR_REQUESTS)

    def put(self, data: bytes) -> None:
        """Hold `data` and nothing else. Raises OverflowError where there is no room for it."""
        if len(data) > ROOM_FOR_REQUESTS:
            raise OverflowError(f"{len(data)} bytes in a room of {ROOM_FOR_REQUESTS}")
        self._map[:_HEAD] = len(data).to_bytes(_HEAD, "little")
        self._map[_HEAD : _HEAD + len(data)] = data

    def read(self) -> bytes:
        return self._map[_HEAD : _HEAD + int.from_bytes(self._map[:_HEAD], "little")]


class Journal:
    """Lines, one after the other, in the file of a descriptor; -1 shares them with forks only.

    A process that is killed while it writes leaves whole lines and at most a piece of one. There is no length to keep: lines
    hold no NUL, and the first NUL is where they end.
    """

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, ROOM_FOR_EVENTS)

    def begin(self) -> None:
        """Write from the start on. Said by the writer."""
        self._map.seek(0)

    def write(self, line: bytes) -> None:
        """Add a line, with its newline. Where there is no room for it the process ends: an exception could be swallowed by the
        code that runs in the VM."""
        try:
            self._map.write(line)
        except ValueError:
            os._exit(EXIT_SENT_TOO_MUCH)

    def take(self) -> list[bytes]:
        """The whole lines, which are then gone. Said by the reader."""
        end = self._map.find(b"\0", 0)
        written = self._map[: ROOM_FOR_EVENTS if end < 0 else end]
        self._map[: len(written)] = bytes(len(written))
        return written.split(b"\n")[:-1]


def event_line(values: list[str | int | float | bool]) -> bytes:
    """One event as a line of JSON."""
    return b"[" + ",".join([_quoted(value) if type(value) is str else _number(value) for value in values]).encode() + b"]\n"


def _number(value: str | int | float | bool) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    text = repr(value)
    return _NOT_FINITE.get(text, text)


_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
