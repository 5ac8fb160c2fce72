"""The fenced blocks of a page, with the comments that stand right above them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHELL = ("sh", "console")

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
_COMMENT = re.compile(r"^ *<!-- (.*) -->$")


@dataclass(frozen=True, slots=True)
class Block:
    """`line` is where its fence opens, from 1. `marks` are the comments above it."""

    line: int
    language: str
    text: str
    marks: tuple[str, ...]

    @property
    def is_shell(self) -> bool:
        return self.language in SHELL

    @property
    def is_run(self) -> bool:
        return not any(mark.startswith("not run") for mark in self.marks)

    @property
    def exit_code(self) -> int:
        """What the page says of it; 0 where it says nothing."""
        return next((int(mark.removeprefix("exits ")) for mark in self.marks if mark.startswith("exits ")), 0)

    @property
    def commands(self) -> str:
        """What a person types: of a transcript the lines behind the prompt."""
        if self.language != "console":
            return self.text
        return "\n".join(line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ "))


def blocks_of(page: str) -> Iterator[Block]:
    """All fenced blocks of the page's text, in order."""
    marks: list[str] = []
    lines = enumerate(page.splitlines(), start=1)
    for number, line in lines:
        if fence := _FENCE.match(line):
            indent = fence["indent"]
            inside = []
            for _, below in lines:
                if below == f"{indent}```":
                    break
                inside.append(below.removeprefix(indent))
            yield Block(number, fence["language"], "\n".join(inside), tuple(marks))
            marks = []
        elif comment := _COMMENT.match(line):
            marks.append(comment[1])
        elif line.strip():
            marks = []
