"""Luau laid out anew from its tokens alone: no comments, one statement a line, tabs. Equal tokens give equal text.

The layout needs no parser, so that code that does not compile has one too. It is made for readers; where it errs (generic
types, for instance) only the blanks are not as a person would set them.
"""

from collections.abc import Sequence

from scorers.language.tokens import INTERP, INTERP_BEGIN, INTERP_END, INTERP_MID, NAME, NUMBER, STRING, Tokens

_MAX_INDENT = 12
"""Levels shown. Without a bound, nested blocks would make a text that grows with the square of the code."""
_LONG_TABLE = 72
"""Characters of a table above which each entry has its line."""

_ENDERS = frozenset(
    (NAME, NUMBER, STRING, INTERP, INTERP_END, ")", "]", "}", "end", "true", "false", "nil", "...", "break", "?", ";")
)
"""What a statement can end with."""
_STARTERS = frozenset((NAME, "local", "function", "if", "for", "while", "repeat", "return", "break", "do", "@"))
_ARGUMENTS = frozenset(("(", "{", STRING, INTERP, INTERP_BEGIN))
_HEADS = frozenset(("type", "export", "const"))
"""Names that begin a statement with another name behind them."""
_CLOSERS = {")": ("(", "params"), "]": ("[",), "}": ("{", "table")}
_CALLED = frozenset((NAME, ")", "]", STRING))


def laid_out(tokens: Tokens) -> str:
    """The text of the tokens without the last, which is the end of the source."""
    return _Layout(tokens).run()


class _Layout:
    """One pass over the tokens. `frames` are what is open: `block` and `table` indent; the others keep a line together."""

    def __init__(self, tokens: Tokens) -> None:
        self.kinds: list[str] = tokens.kinds
        self.texts: list[str] = tokens.texts
        self.long_tables = _long_tables(tokens.kinds, tokens.texts)
        self.frames: list[str] = []
        self.indent = 0
        self.lines: list[str] = []
        self.line: list[str] = []
        self.is_head = False
        """The function's parameters are still to come."""
        self.opener = -1
        """Index of the token that opened the last block."""

    def run(self) -> str:
        for i in range(len(self.kinds) - 1):
            self._before(i)
            self._put(i)
            self._after(i)
        self._break()
        return "\n".join(self.lines)

    def _before(self, i: int) -> None:
        kind, top = self.kinds[i], self._top()
        if kind in ("end", "until", "else", "elseif") and top == "block":
            self._pop()
            if self.opener != i - 1 or kind != "end":
                self._break()
        elif kind == "}" and top == "table":
            self._pop()
            self._break()
        elif kind in _STARTERS and top in ("", "block") and self._is_statement(i):
            self._break()
            self._open_statement(kind)
        elif kind == "if":
            self._push("choice")

    def _is_statement(self, i: int) -> bool:
        if not self.line:
            return True
        if len(self.line) <= 2 and all(part.strip() in _HEADS for part in self.line):
            return False
        return self.kinds[i - 1] in _ENDERS

    def _open_statement(self, kind: str) -> None:
        if kind in ("for", "while"):
            self._push("loop")
        elif kind == "if":
            self._push("condition")

    def _put(self, i: int) -> None:
        if not self.line:
            self.line.append("\t" * min(self.indent, _MAX_INDENT) + self.texts[i])
        else:
            self.line.append(self.texts[i] if _is_tight(self.kinds, self.texts, i) else " " + self.texts[i])

    def _after(self, i: int) -> None:
        kind, top = self.kinds[i], self._top()
        if kind in _CLOSERS:
            self._close(i, kind, top)
        elif kind in ("(", "[", "{"):
            self._bracket(i, kind)
        elif kind in ("then", "do", "repeat", "else"):
            self._open_block(i, kind, top)
        elif kind == "elseif" and top != "choice":
            self._push("condition")
        elif kind == "function":
            self.is_head = True
        elif (kind == ";" and top in ("", "block")) or (kind in (",", ";") and top == "table"):
            self._break()

    def _open_block(self, i: int, kind: str, top: str) -> None:
        """`then` and `else` of an expression stay on its line; `do` and `then` end the head that they belong to."""
        if top == "choice":
            if kind == "else":
                self._pop()
            return
        if top in ("loop", "condition"):
            self._pop()
        self._push("block")
        self.opener = i
        self._break(keep=kind == "do" and self.kinds[i + 1] == "end")

    def _bracket(self, i: int, kind: str) -> None:
        if kind == "(" and self.is_head:
            self.is_head = False
            self._push("params")
        elif i in self.long_tables:
            self._push("table")
            self._break()
        else:
            self._push(kind)

    def _close(self, i: int, kind: str, top: str) -> None:
        if top not in _CLOSERS[kind]:
            return
        self._pop()
        if top == "params":
            self._push("block")
            self.opener = i
            self._break(keep=self.kinds[i + 1] in (":", "end"))

    def _top(self) -> str:
        return self.frames[-1] if self.frames else ""

    def _push(self, frame: str) -> None:
        self.frames.append(frame)
        self.indent += frame in ("block", "table")

    def _pop(self) -> None:
        self.indent -= self.frames.pop() in ("block", "table")

    def _break(self, *, keep: bool = False) -> None:
        if self.line and not keep:
            self.lines.append("".join(self.line))
            self.line = []


def _long_tables(kinds: Sequence[str], texts: Sequence[str]) -> frozenset[int]:
    """The indices of braces whose content is longer than `_LONG_TABLE`."""
    found, opened, length = [], [], 0
    for i, kind in enumerate(kinds):
        length += len(texts[i]) + 1
        if kind == "{":
            opened.append((i, length))
        elif kind == "}" and opened:
            start, before = opened.pop()
            if length - before > _LONG_TABLE:
                found.append(start)
    return frozenset(found)


def _is_tight(kinds: Sequence[str], texts: Sequence[str], i: int) -> bool:
    """Whether no blank stands before token `i`. Never where the two would be read as something else."""
    prev, kind = kinds[i - 1], kinds[i]
    if kind in (",", ";", ")", "]", INTERP_MID, INTERP_END):
        return True
    if prev in ("(", "[", INTERP_BEGIN, INTERP_MID):
        return texts[i][0] not in "[={"
    if kind in ("(", "[", ".", ":"):
        return prev in _CALLED or (kind == "(" and prev == "function")
    if prev in (".", "#", "@"):
        return kind == NAME
    if prev == ":":
        return kind == NAME and i > 1 and kinds[i - 2] in _CALLED and kinds[i + 1] in _ARGUMENTS
    if prev == "-":
        return kind in (NAME, NUMBER, "(") and (i < 2 or kinds[i - 2] not in _ENDERS)
    return (prev, kind) == ("{", "}") or (kind == "?" and prev in _ENDERS)
