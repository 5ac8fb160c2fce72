"""Luau's lexis (release 0.735): a source becomes parallel lists of tokens. Never raises, linear time.

Written after `Lexer.cpp` of luau-lang/luau. Lists instead of token objects, because the parser looks at little more than
the kinds, and positions as one integer (`position.py`). A malformed literal is still a literal for the parser, with a
problem noted beside it, so that one bad escape is one finding. The words `continue`, `type`, `export` and `const` are
names.
"""

import re
from typing import NamedTuple

from scorers.language.escapes import string_problem
from scorers.language.position import COLUMN_BITS
from scorers.language.problem import SyntaxProblem

NAME, NUMBER, STRING, INTERP, BAD, EOF = "name", "number", "string", "interpolated string", "symbol", "<eof>"
"""Kinds of tokens. The kind of a keyword or a symbol is its own text; of names, literals and the end one of these."""
INTERP_BEGIN, INTERP_MID, INTERP_END = "interpolated string begin", "interpolated string middle", "interpolated string end"

_WORDS = "and break do else elseif end false for function if in local nil not or repeat return then true until while"
KEYWORDS = frozenset(_WORDS.split())
_SYMBOLS = """+ - * / // % ^ # < > = ( ) { } [ ] ; : , . ? | & @ -> :: .. ... == ~= <= >= += -= *= /= //= %= ^= ..="""
_KIND_OF = {word: word for word in (*KEYWORDS, *_SYMBOLS.split())}

_ESCAPE = r"\\(?:z[ \t\r\n\v\f]*+|u\{|\r\n|[^\0]|\Z)"
# Every repetition is possessive: an unfinished literal costs one scan and never backtracks.
_NEXT = re.compile(
    rf"""[ \t\r\v\f]*+(?:
      ([A-Za-z_][A-Za-z0-9_]*+)
    | (\n)
    | (--[^\r\n\0]*+)
    | (\.\.\.|\.\.=|\.\.|//=?|->|::|[=~<>+\-*/%^]=|\.(?![0-9])|[+\-*/%^\#<>=(){{}}\];:,?@]|&(?!&)|\|(?!\|)|\[(?!=*\[))
    | ("[^"\\\r\n\0]*+"|'[^'\\\r\n\0]*+')
    | (\.?[0-9][0-9._]*+(?:[eE][+-]?)?[0-9A-Za-z_]*+)
    | ("(?:[^"\\\r\n\0]|{_ESCAPE})*+"?+|'(?:[^'\\\r\n\0]|{_ESCAPE})*+'?+)
    | (\[=*+\[)
    | (`)
    | (!=?|&&|\|\||[^\x00-\x7f]++|.)
    | \Z
    )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_NAME, _NEWLINE, _COMMENT, _SYMBOL, _PLAIN, _NUMBER, _QUOTED, _LONG, _TICK, _BAD = range(1, 11)
_LONG_OPENS = re.compile(r"--\[=*+\[")
_INTERP_BODY = re.compile(rf"(?:[^`{{\\\r\n\0]|{_ESCAPE})*+")
_SHEBANG = re.compile(r"#![^\r\n]*+")
_NUMBER_FORM = re.compile(
    r"(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|[0-9]+)i?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
)

_NUMBER_HINT = "a number is written 12, 0.5, 1e3, 0xFF or 0b101; a name does not begin with a digit"


class Comment(NamedTuple):
    """A comment as written, dashes included."""

    start: int
    end: int
    text: str


class Tokens:
    """The tokens of a source in parallel lists, comments apart. The last token is `EOF`."""

    __slots__ = ("comments", "ends", "is_cut", "kinds", "problems", "starts", "texts")

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.comments: list[Comment] = []
        self.problems: list[SyntaxProblem] = []
        self.is_cut = False
        """A long string or comment that is not closed took the rest of the source."""


def tokenize(source: str) -> Tokens:
    """All tokens of `source`."""
    return _Scan(source).run()


def canonical_tokens(source: str) -> tuple[str, ...]:
    """Token texts without comments and blanks: equal for two sources that differ only in layout and comments."""
    return tuple(tokenize(source).texts[:-1])


class _Scan:
    """The state of one pass. `base` plus an offset on the current line is that offset's position."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = Tokens()
        self.base = (1 << COLUMN_BITS) + 1
        self.pos = 0
        self.braces: list[bool] = []  # one entry per open brace: does it belong to an interpolated string?

    def run(self) -> Tokens:
        self._skip_start()
        while self._scan_plain():
            pass
        end = self.base + len(self.source)
        self._add(EOF, "", end, end)
        return self.tokens

    def _skip_start(self) -> None:
        if self.source.startswith("\ufeff"):
            self.pos, self.base = 1, self.base - 1
            place = self.base + self.pos
            self._problem(place, place + 1, "the source begins with a byte order mark", "save it as UTF-8 without one")
        if shebang := _SHEBANG.match(self.source, self.pos):
            self.tokens.comments.append(Comment(self.base + self.pos, self.base + shebang.end(), shebang[0]))
            self.pos = shebang.end()

    def _scan_plain(self) -> bool:
        """Scan from `pos` until a token that needs another rule (long bracket, backtick). False at the end."""
        tokens, base, braces = self.tokens, self.base, self.braces
        kinds, texts, starts, ends = tokens.kinds, tokens.texts, tokens.starts, tokens.ends
        for match in _NEXT.finditer(self.source, self.pos):
            group = match.lastindex
            text = match[group or 0]
            end = match.end()
            if group == _NAME:
                kind = _KIND_OF.get(text, NAME)
            elif group == _NEWLINE:
                base = ((((base + end - 1) >> COLUMN_BITS) + 1) << COLUMN_BITS) + 1 - end
                continue
            elif group == _SYMBOL:
                kind = _KIND_OF.get(text, BAD)
                if kind == "{":
                    braces.append(False)
                elif kind == "}" and braces and braces.pop():
                    self.base, self.pos = base, end
                    self._interpolated(end - 1, first=False)
                    return True
            elif group == _PLAIN:
                kind = STRING
            elif group == _COMMENT and not (text.startswith("--[") and _LONG_OPENS.match(text)):
                tokens.comments.append(Comment(base + end - len(text), base + end, text))
                continue
            elif group is None:  # blanks at the end: without a match they would be tried one by one
                break
            else:
                self.base, self.pos = base, end - len(text)
                if self._special(group, text, end):
                    return True
                base = self.base
                continue
            kinds.append(kind)
            texts.append(text)
            starts.append(base + end - len(text))
            ends.append(base + end)
        self.base = base
        return False

    def _special(self, group: int, text: str, end: int) -> bool:
        """A token that is rare. True where the scan must be set up anew because it went on in another mode."""
        start = self.base + self.pos
        if group == _TICK:
            self._interpolated(self.pos, first=True)
        elif group in (_LONG, _COMMENT):
            self._long(group == _COMMENT)
        elif group == _NUMBER:
            if not _NUMBER_FORM.fullmatch(text.replace("_", "")):
                self._problem(start, self.base + end, f"malformed number `{text[:40]}`", _NUMBER_HINT)
            self._add(NUMBER, text, start, self.base + end)
        elif group == _QUOTED:
            self._quoted(text, end)
        elif text == "\0":
            self._problem(start, start + 1, "a NUL byte is not allowed in source", "remove it: the compiler stops reading there")
        else:
            self._add(BAD, text, start, self.base + end)
        return group in (_TICK, _LONG, _COMMENT)

    def _quoted(self, text: str, end: int) -> None:
        start = self.base + self.pos
        self._lines(self.pos, end)
        if problem := string_problem(text):
            at = start if problem.is_unfinished else start + problem.offset
            stop = self.base + end if start >> COLUMN_BITS == (self.base + end) >> COLUMN_BITS else start + 1
            self._problem(at, max(at, stop), problem.message, problem.hint)
        self._add(STRING, text, start, self.base + end)

    def _long(self, is_comment: bool) -> None:
        start = self.pos
        body = self.source.index("[", self.source.index("[", start) + 1) + 1
        level = self.source.count("=", start, body)
        close = self.source.find("]" + "=" * level + "]", body)
        end = len(self.source) if close < 0 else close + level + 2
        place = self.base + start
        if close < 0:
            self.tokens.is_cut = True
            what, mark = "comment" if is_comment else "string", "]" + "=" * level + "]"
            self._problem(place, place + body - start, f"unfinished {what}", f"close it with `{mark}`")
        self._lines(start, end)
        text = self.source[start:end]
        if is_comment:
            self.tokens.comments.append(Comment(place, self.base + end, text))
        else:
            self._add(STRING, text, place, self.base + end)
        self.pos = end

    def _interpolated(self, start: int, *, first: bool) -> None:
        """Reads one text part of an interpolated string; `start` is the place of its backtick or closing brace."""
        source = self.source
        body = _INTERP_BODY.match(source, start + 1)
        end = body.end() if body else start + 1
        place = self.base + start
        self._lines(start, end)
        if problem := string_problem(source[start:end] + source[start]):
            self._problem(place, place + 1, problem.message, problem.hint)
        if source.startswith("`", end):
            kind = INTERP if first else INTERP_END
        elif source.startswith("{", end):
            kind = INTERP_BEGIN if first else INTERP_MID
            self.braces.append(True)
            if source.startswith("{{", end):
                at = self.base + end
                self._problem(at, at + 2, "double braces are not permitted within interpolated strings", "write `\\{`")
                end += 1
        else:
            self._problem(place, place + 1, "unfinished interpolated string", "close it with a backtick")
            kind, end = (INTERP if first else INTERP_END), end - 1
        self.pos = end + 1
        self._add(kind, source[start : self.pos], place, self.base + self.pos)

    def _lines(self, start: int, end: int) -> None:
        """Move `base` past the line breaks in a token."""
        breaks = self.source.count("\n", start, end)
        if breaks:
            last = self.source.rindex("\n", start, end)
            self.base = ((((self.base + start) >> COLUMN_BITS) + breaks) << COLUMN_BITS) - last

    def _add(self, kind: str, text: str, start: int, end: int) -> None:
        tokens = self.tokens
        tokens.kinds.append(kind)
        tokens.texts.append(text)
        tokens.starts.append(start)
        tokens.ends.append(end)

    def _problem(self, start: int, end: int, message: str, hint: str) -> None:
        self.tokens.problems.append(SyntaxProblem(start, end, message, hint))
