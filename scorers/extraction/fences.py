"""Fenced blocks of Markdown, as models write them."""

import re
from dataclasses import dataclass

from scorers.extraction.literals import Literals
from scorers.extraction.marks import EVENT, MARK

_FENCE = re.compile(
    r"(?P<indent>[ \t]*+)(?:(?P<ticks>`{3,}+)(?P<info>[^`\n]*+)|(?P<tildes>~{3,}+)(?P<rest>[^\n]*+))$", re.MULTILINE
)
_GLUED_OPENING = re.compile(r"(?P<marks>(?<!`)`{3,}+)[ \t]*+(?P<info>(?i:luau?)\b[^`\n]{0,200})$", re.MULTILINE)
LUAU_TAGS = ("luau", "lua")


@dataclass(frozen=True, slots=True)
class Opening:
    """The line that opens a block. `start` is where its marks or their indent begin, `body` where the code begins."""

    indent: str
    marks: str
    info: str
    start: int
    body: int

    @property
    def tag(self) -> str:
        """The language, in lower case: `luau` for `luau:src/a.luau`, `{.luau}` and `Luau title="a"`."""
        words = self.info.split(maxsplit=1)
        return re.split("[:,{]", words[0].lstrip("{.").rstrip("}"))[0].lower() if words else ""

    @property
    def may_hold_luau(self) -> bool:
        return not self.tag or self.tag in LUAU_TAGS


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `start` and `end` are its place in the text, fences included."""

    opening: Opening
    code: str
    closed: bool
    start: int
    end: int

    @property
    def preference(self) -> int:
        """How much the tag speaks for Luau: 2 says so, 1 says nothing, 0 says another language."""
        return 2 if self.opening.tag in LUAU_TAGS else 1 if not self.opening.tag else 0


def fence_at(text: str, start: int, end: int) -> Opening | None:
    """The fence that the line from `start` to `end` consists of."""
    fence = _FENCE.match(text, start, end)
    if fence is None:
        return None
    marks, info = (fence["ticks"], fence["info"]) if fence["ticks"] else (fence["tildes"], fence["rest"])
    return Opening(fence["indent"], marks, info.strip(), start, end + 1)


def glued_fence(text: str, start: int, end: int) -> Opening | None:
    """The fence, tagged as Luau, that the line from `start` to `end` opens behind other text."""
    glued = _GLUED_OPENING.search(text, start, end)
    return None if glued is None else Opening("", glued["marks"], glued["info"].strip(), glued.start(), end + 1)


def walk(text: str, opening: Opening, end: int, literals: Literals) -> Block | int:
    """The block behind `opening`, or where a closing mark of reasoning ends: the block was a draft then.

    Such a mark counts outside of Luau's strings and comments only, and not if the block holds its opening mark as well.
    The text ends at `end`. A block that nothing closes reaches to it.
    """
    at, opened = min(opening.body, end), 0
    while event := EVENT.search(text, at, end):
        start = text.rfind("\n", at, event.start()) + 1 or at
        stop = text.find("\n", event.start(), end)
        stop = end if stop < 0 else stop
        code_end = _code_end(text, start, stop, opening)
        if code_end is not None:
            return _block(text, opening, code_end, start, stop)
        mark, at = next_mark(text, start, stop, literals if opening.may_hold_luau else None, fenced=True)
        while mark is not None:
            opened += -1 if mark["closing"] else 1
            if opened < 0:
                return mark.end()
            mark, at = next_mark(text, mark.end(), stop, literals if opening.may_hold_luau else None, fenced=True)
        at = min(max(at, stop + 1), end)
    code = _dedented(text[opening.body : end], opening.indent)
    return Block(opening, code, closed=False, start=opening.start, end=end)


def next_mark(text: str, start: int, stop: int, literals: Literals | None, *, fenced: bool) -> tuple[re.Match[str] | None, int]:
    """The first mark of reasoning on the line from `start` to `stop` outside of `literals`.

    Where there is none, the number says where reading goes on: at `stop`, or behind a literal that goes over it.
    """
    mark = MARK.search(text, start, stop)
    while literals is not None:
        limit = stop if mark is None else mark.start()
        span = literals.next_span(start, limit, stop, fenced=fenced)
        if span is None:
            break
        start = span[1]
        if start >= stop:
            return None, start
        if mark is not None and mark.start() < start:
            mark = MARK.search(text, start, stop)
    return mark, stop


def _code_end(text: str, start: int, stop: int, opening: Opening) -> int | None:
    """Where the code ends if this line closes the block, on a line of its own or glued to the code."""
    fence = fence_at(text, start, stop)
    if fence is not None and fence.marks.startswith(opening.marks):
        return start if not fence.info or fence.info.startswith("</") else None
    line = text[start:stop].rstrip()
    if opening.marks[0] != "`" or not line.endswith(opening.marks):
        return None
    code = line[: -len(opening.marks)]
    return start + len(code) if code.strip(" \t`") and opening.marks not in code else None


def _block(text: str, opening: Opening, code_end: int, start: int, stop: int) -> Block:
    # Behind other text an opening has no indent of its own: its end tells.
    line = text[start:stop]
    indent = opening.indent or (line[: len(line) - len(line.lstrip(" \t"))] if code_end == start else "")
    return Block(opening, _dedented(text[opening.body : code_end], indent), closed=True, start=opening.start, end=stop)


def _dedented(body: str, indent: str) -> str:
    if indent:
        body = "\n".join(line.removeprefix(indent) for line in body.split("\n"))
    return body.strip("\n").rstrip()
