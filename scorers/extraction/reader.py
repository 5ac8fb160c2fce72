"""A reply, taken apart into reasoning and answer in one walk from front to back."""

import re
from dataclasses import dataclass, field

from scorers.extraction.fences import Block, Opening, fence_at, glued_fence, next_mark, walk
from scorers.extraction.literals import Literals
from scorers.extraction.marks import EVENT, SENTENCE_END, STOP, TraceFormat, end_of_trace, opened_by

_WRAPPERS = ("answer", "output")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of answer between two stretches of reasoning."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer of a reply. `reasoning_ended` is False where its reasoning goes on to the end."""

    text: str
    segments: tuple[Segment, ...]
    reasoning_ended: bool

    @property
    def prose(self) -> str:
        """The last stretch that says anything, for a reply without fences."""
        stretches = (_unwrapped(segment.text.strip()) for segment in reversed(self.segments))
        return next((text for text in stretches if text), "")


def read(reply: str) -> Reading:
    """Take `reply` apart. Line ends become `\\n`; what follows the end of the turn is left out."""
    text = reply.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    bare = text.rstrip()
    text = bare.removesuffix(SENTENCE_END) if bare.endswith(SENTENCE_END) else text
    return _Reader(text).read()


@dataclass(slots=True)
class _Reader:
    text: str
    segments: list[Segment] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    literals: Literals = field(init=False)
    # Where the stretch at hand begins, how far it is read, and where the turn ends.
    start: int = 0
    at: int = 0
    end: int = -1
    # The line at hand: where it ends, and the fence that it opens behind other text.
    line_end: int = -1
    glued: Opening | None = None

    def __post_init__(self) -> None:
        self.literals = Literals(self.text)

    def read(self) -> Reading:
        self._find_end()
        reasoning_ended = True
        while reasoning_ended and (event := EVENT.search(self.text, self.at, self.end)):
            self.at = self.text.rfind("\n", self.at, event.start()) + 1 or self.at
            self._find_line(event.start())
            reasoning_ended = self._line()
        if reasoning_ended:
            self._end_segment(self.end)
        return Reading(self.text, tuple(self.segments), reasoning_ended)

    def _line(self) -> bool:
        """Read on, no further than this line or its block. False says that reasoning was opened and never ended."""
        opening = fence_at(self.text, self.at, self.line_end) or self.glued
        limit = self.line_end if opening is None else opening.start
        start = self.at
        while start < limit:
            mark, start = next_mark(self.text, start, limit, self.literals, fenced=False)
            if mark is None:
                break
            trace = opened_by(mark)
            if trace is None:
                self._drop_until(mark.end())
                return True
            if trace.special_token or not self.text[self.at : mark.start()].strip():
                return self._skip_trace(mark, trace)
            start = mark.end()
        if opening is None:
            self.at = min(max(self.line_end + 1, start), self.end)
        else:
            self._walk(opening)
        return True

    def _walk(self, opening: Opening) -> None:
        found = walk(self.text, opening, self.end, self.literals)
        if isinstance(found, int):
            self._drop_until(found)
        else:
            self.blocks.append(found)
            self.at = found.end

    def _skip_trace(self, mark: re.Match[str], trace: TraceFormat) -> bool:
        self._end_segment(mark.start())
        end = end_of_trace(self.text, mark.end(), trace)
        if end is None or end["stop"] is not None:
            return False
        self.start = self.at = end.end()
        self._find_end()
        return True

    def _drop_until(self, at: int) -> None:
        """All before was reasoning whose opening mark stands in the prompt, or an answer that the model went back on."""
        self.segments, self.blocks = [], []
        self.start = self.at = at

    def _end_segment(self, end: int) -> None:
        self.segments.append(Segment(self.text[self.start : end], tuple(self.blocks)))
        self.blocks = []

    def _find_end(self) -> None:
        if self.end < self.at:
            stop = STOP.search(self.text, self.at)
            self.end = len(self.text) if stop is None else stop.start()

    def _find_line(self, at: int) -> None:
        if self.line_end < at:
            end = self.text.find("\n", at, self.end)
            self.line_end = self.end if end < 0 else end
            self.glued = glued_fence(self.text, self.at, self.line_end)
        elif self.glued is not None and self.glued.start < self.at:
            self.glued = None


def _unwrapped(text: str) -> str:
    """The inside of `<answer>` or `<output>` where one of them holds all of the text."""
    for name in _WRAPPERS:
        if text.startswith(f"<{name}>"):
            return text.removeprefix(f"<{name}>").removesuffix(f"</{name}>").strip()
    return text
