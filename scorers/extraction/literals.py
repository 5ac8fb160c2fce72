"""Where Luau's strings and comments lie, so that a mark inside one is not taken for a mark of the reply."""

import re

_BEGINS = re.compile(r"""["`]|(?<!\w)'|--|\[={0,8}\[""")
# The bound keeps a line of a million quotes linear.
_QUOTED = re.compile(r"""(["'`])(?:(?!\1)[^\\\n]|\\.){0,400}+\1""")
_LONG_BRACKET = re.compile(r"(?:--)?\[(?P<level>={0,8})\[")
_FENCE_LINE = re.compile(r"^[ \t]*+(?:```|~~~)", re.MULTILINE)
_BARE_FENCE = re.compile(r"^[ \t]*+(?:`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)


class Literals:
    """The strings and comments of one text, asked for from front to back: then all answers together cost linear time."""

    __slots__ = ("_closings", "_last_bare_fence", "_next_fence", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._closings: dict[int, int] = {}
        self._next_fence = -1
        self._last_bare_fence: int | None = None

    def next_span(self, start: int, limit: int, line_end: int, *, fenced: bool) -> tuple[int, int] | None:
        """The first literal that begins from `start` to `limit`, both on one line. It may end on a later line.

        A quote that its line does not end is an apostrophe of prose or a broken draft, and hides nothing behind it.
        """
        while begin := _BEGINS.search(self._text, start, limit):
            start = begin.end()
            if bracket := _LONG_BRACKET.match(self._text, begin.start(), line_end):
                close = self._long_bracket_end(len(bracket["level"]), bracket.end(), fenced=fenced)
                if close >= 0:
                    return begin.start(), close
                start = bracket.end()
            elif begin[0] == "--":
                return begin.start(), line_end
            elif quoted := _QUOTED.match(self._text, begin.start(), line_end):
                return quoted.span()
            else:
                return None
        return None

    def _long_bracket_end(self, level: int, start: int, *, fenced: bool) -> int:
        """Where the long bracket ends, or -1 where it does not or where it would swallow a fence that is not its own."""
        known = self._closings.get(level, 0)
        if known >= 0 and known < start:
            known = self._closings[level] = self._text.find(f"]{'=' * level}]", start)
        if known < 0:
            return -1
        close = known + level + 2
        if not self._fence_between(start, close) or (fenced and close < self._fence_at_last()):
            return close
        return -1

    def _fence_between(self, start: int, end: int) -> bool:
        if self._next_fence < start:
            following = _FENCE_LINE.search(self._text, start)
            self._next_fence = len(self._text) if following is None else following.start()
        return self._next_fence < end

    def _fence_at_last(self) -> int:
        if self._last_bare_fence is None:
            self._last_bare_fence = max((fence.start() for fence in _BARE_FENCE.finditer(self._text)), default=-1)
        return self._last_bare_fence
