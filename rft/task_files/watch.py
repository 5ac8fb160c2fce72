"""Proves task files, and again what changes as files are saved."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from eval.task import task_files
from rft.task_files.telling import lines_of
from rft.task_files.watched import Watched

POLL_SECONDS = 0.5
SETTLE_SECONDS = 0.1
"""Some editors take a file away before they put the new one in its place: what is seen must stay so for this long."""

Wait = Callable[[float], None]
Stamps = Mapping[Path, tuple[int, int, int]]


def watch(places: Sequence[Path], mutants: int, bar: Console, say: Callable[[str], None], wait: Wait = time.sleep) -> None:
    """Prove all tasks of these files and folders, then for ever what changes. Only a Ctrl-C or an error of the workers ends it.

    `say` takes the lines: what is wrong, what was saved, how many tasks there are. `bar` shows how far a proof is, where it is a
    terminal. Raises TaskFileError where a place is not there at the start, ScorersError.
    """
    for place in places:
        if not place.is_file():
            task_files(place)
    watched = Watched(places, mutants, bar)
    seen = stamps(places)
    _tell(watched, say, is_first=True)
    say(f"Watching {', '.join(map(str, places))}. Ctrl-C ends it.")
    while True:
        wait(POLL_SECONDS)
        now = stamps(places)
        if now != seen:
            seen = _settled(places, now, wait)
            _tell(watched, say, is_first=False)


def stamps(places: Sequence[Path]) -> Stamps:
    """What tells that a file was saved, for each that is there."""
    found: dict[Path, tuple[int, int, int]] = {}
    for place in places:
        for file in files_of(place):
            try:
                facts = file.stat()
            except OSError:
                continue  # taken away since it was listed
            found[file] = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    return found


def files_of(place: Path) -> Sequence[Path]:
    """The task files of a folder, the file itself, nothing where neither is there any more."""
    if place.is_dir():
        return task_files(place)
    return [place] if place.is_file() else []


def _settled(places: Sequence[Path], now: Stamps, wait: Wait) -> Stamps:
    while True:
        wait(SETTLE_SECONDS)
        before, now = now, stamps(places)
        if now == before:
            return now


def _tell(watched: Watched, say: Callable[[str], None], *, is_first: bool) -> None:
    news = watched.look({place: files_of(place) for place in watched.places})
    for line in lines_of(news, is_first=is_first):
        say(line)
