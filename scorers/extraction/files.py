"""Replies that hold several files, each under a header that names it."""

import re
from dataclasses import dataclass

from scorers.extraction.fences import Block
from scorers.extraction.reader import Reading, read

# Longer lines are prose.
_HEADER_LENGTH = 200
_WORD = re.compile(r"[\w./\\@-]++")
# A comment names the file if it says nothing else.
_COMMENT = re.compile(
    r"--+(?:\[=*\[)?[ \t]*+(?:(?:file|filename|path|script)[ \t]*+:[ \t]*+)?(?P<path>[\w./\\@-]++)[ \t]*+(?:\(|\]|$)", re.I
)
_LABEL = re.compile(r"\b(?:file|filename|file name|path)\b", re.I)
_SUFFIXES = (".luau", ".lua")


@dataclass(frozen=True, slots=True)
class ExtractedFile:
    """A file of a reply. `path` is relative with forward slashes and climbs nowhere, or None where no header names one."""

    path: str | None
    code: str
    truncated: bool


def extract_files(reply: str, *, finish_reason: str = "stop") -> tuple[ExtractedFile, ...]:
    """The Luau files of `reply`, in order, in linear time and without ever raising.

    A path is taken from the info string of a fence (`luau:src/a.luau`, `lua title="src/a.luau"`), from the line above it
    (`### src/a.luau`, `**src/a.luau**`, `File: src/a.luau`, `Put this into src/a.luau:`) or from the first comment of the
    code (`-- File: src/a.luau`). A path given again is a correction: the later code takes the place of the former.
    Blocks of other languages are left out. `finish_reason` is the sampler's: all but `stop` mean that it was cut off.
    """
    reading = read(reply)
    found = _named_blocks(reading)
    if not found:
        truncated = finish_reason != "stop" or not reading.reasoning_ended
        whole = ExtractedFile(_path_in_comment(reading.prose), reading.prose, truncated)
        return (whole,) if reading.prose and not any(segment.blocks for segment in reading.segments) else ()
    best = max(_preference(path, block) for path, block in found)
    files: dict[str | int, ExtractedFile] = {}
    for number, (path, block) in enumerate(found):
        if _preference(path, block) == best:
            files[path or number] = ExtractedFile(path, block.code, not block.closed)
    return tuple(files.values())


def _named_blocks(reading: Reading) -> list[tuple[str | None, Block]]:
    found: list[tuple[str | None, Block]] = []
    floor = 0
    for block in (block for segment in reading.segments for block in segment.blocks):
        path = _path_in(block.opening.info) or _path_above(reading.text, floor, block.start) or _path_in_comment(block.code)
        if block.preference or path is not None:
            found.append((path, block))
        floor = block.end
    return found


def _preference(path: str | None, block: Block) -> int:
    return 2 if path is not None else block.preference


def _path_above(text: str, floor: int, start: int) -> str | None:
    """The path on the last line before the block that is not blank, if that line is a header."""
    above = text[max(floor, start - 2 * _HEADER_LENGTH) : start].rstrip()
    line = above[above.rfind("\n") + 1 :].strip()
    paths = list(dict.fromkeys(_paths(line)))
    if len(paths) != 1 or len(line) > _HEADER_LENGTH:
        return None
    bare = line.strip("*_`#>: \t").endswith(_SUFFIXES) and " " not in line.strip("*_`#>:-. \t0123456789")
    is_header = bare or line.startswith(("#", "**", "`")) or line.rstrip("*_` ").endswith(":") or _LABEL.search(line)
    return paths[0] if is_header else None


def _path_in_comment(code: str) -> str | None:
    comment = _COMMENT.match(code[: code.find("\n")] if "\n" in code else code)
    return None if comment is None else _path_in(comment["path"])


def _path_in(text: str) -> str | None:
    return next(iter(_paths(text)), None)


def _paths(text: str) -> list[str]:
    words = (word.replace("\\", "/").removeprefix("./") for word in _WORD.findall(text[: 2 * _HEADER_LENGTH]))
    return [word for word in words if word.endswith(_SUFFIXES) and _stays_inside(word)]


def _stays_inside(path: str) -> bool:
    """Paths come from a model: none may lead out of the folder that a caller writes into."""
    parts = path.split("/")
    return ".." not in parts and "" not in parts and path not in _SUFFIXES
