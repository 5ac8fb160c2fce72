"""Where the parser stands in the tokens, and how it notes what it did not expect."""

from bisect import bisect_left

from scorers.language.position import COLUMN_BITS, COLUMN_MASK
from scorers.language.problem import SyntaxProblem
from scorers.language.tokens import EOF, INTERP_END, INTERP_MID, KEYWORDS, NAME, Tokens

MAX_DEPTH = 1000
"""Nesting of expressions, blocks and types together: the compiler's own limit."""

MAX_PROBLEMS = 50
"""Syntax problems kept of one source: text that is no Luau at all would have one on each line."""

_AFTER_NAMES = frozenset((",", ")", ":", "="))


class TooDeep(Exception):
    """The source nests deeper than `MAX_DEPTH`. The problem is noted where it is raised."""


class Cursor:
    """The tokens and a place in them. After a problem, `panic` keeps the next ones quiet until a statement starts afresh."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.texts = tokens.texts
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.i = 0
        self.depth = 0
        self.panic = False
        self.blamed = -1
        self.problems: list[SyntaxProblem] = []

    def deeper(self) -> None:
        """One level more. Raises TooDeep at the limit; the caller takes the level back itself."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.panic, self.blamed = False, -1
            self.problem("the code nests too deeply for the compiler", "take parts of it out into locals or functions")
            raise TooDeep

    def problem(self, message: str, hint: str | None = None, *, at: int | None = None, language: str | None = None) -> None:
        """Note a problem at token `at` (default: the current one), unless one is being recovered from.

        A second problem at the same place of the cursor is a consequence of the first.
        """
        is_consequence = self.panic or self.i == self.blamed
        self.panic = True
        self.blamed = self.i
        if not is_consequence and len(self.problems) < MAX_PROBLEMS and not self.is_cut():
            at = self.i if at is None else at
            self.problems.append(SyntaxProblem(self.starts[at], self.ends[at], message, hint, language))

    def slip(self, message: str, hint: str | None = None, *, at: int | None = None, language: str | None = None) -> None:
        """Note a problem at a token after which the parser knows how to go on."""
        was_panic = self.panic
        self.problem(message, hint, at=at, language=language)
        self.panic = was_panic

    def note(self, start: int, end: int, message: str, hint: str | None = None, language: str | None = None) -> None:
        """Note a problem of what could be read."""
        if not self.panic and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(SyntaxProblem(start, end, message, hint, language))

    def is_cut(self) -> bool:
        """Whether the cursor is at the end because a literal or comment that is not closed took the rest of the source."""
        return self.kinds[self.i] == EOF and self.tokens.is_cut

    def shown(self, at: int | None = None) -> str:
        """A token as an error message names it."""
        at = self.i if at is None else at
        kind, text = self.kinds[at], self.texts[at]
        if kind == EOF:
            return "the end of the file"
        if kind in (INTERP_MID, INTERP_END):
            return "`}`"
        text = text.split("\n", 1)[0]
        return f"`{text if len(text) <= 40 else text[:37] + '...'}`" if "`" not in text else text[:40]

    def before(self) -> int:
        """The token to blame where something is missing: the current one, or the last of an earlier line."""
        return self.i - 1 if self.i and self.is_first_on_line(self.i) else self.i

    def expect(self, kind: str, where: str, hint: str | None = None) -> bool:
        """Take a token of `kind`. Where another stands, note it and go on as if it had been there."""
        if self.kinds[self.i] == kind:
            self.i += 1
            return True
        self.problem(f"expected `{kind}` {where}, got {self.shown()}", hint, at=self.before())
        return False

    def expect_name(self, what: str) -> tuple[str, int, int]:
        """Take a name: (name, start, end). Where none stands, note it; the name is empty then."""
        at = self.i
        kind = self.kinds[at]
        if kind == NAME:
            self.i = at + 1
            return self.texts[at], self.starts[at], self.ends[at]
        is_word, here = kind in KEYWORDS, self.before()
        hint = f"`{kind}` is a word of the language: choose another name" if is_word and here == at else None
        message = f"expected {what}, got {self.shown()}"
        if is_word and here == at and self.kinds[at + 1] in _AFTER_NAMES:
            self.slip(message, hint)
            self.i = at + 1
            return self.texts[at], self.starts[at], self.ends[at]
        self.problem(message, hint, at=here)
        return "", self.starts[at], self.starts[at]

    def closes(self, kind: str, opener: int, what: str, hint: str | None = None) -> None:
        """Take the bracket that closes token `opener`; where another token stands, say what was opened where."""
        at = self.i
        if self.kinds[at] == kind:
            self.i = at + 1
            return
        line = self.line(opener)
        if hint is None:
            is_here = line == self.line(at)
            hint = (
                f"close the `{self.texts[opener]}` of this line"
                if is_here
                else f"`{self.texts[opener]}` on line {line} is not closed"
            )
        blamed = self.before()
        self.problem(f"expected `{kind}` to close {what}, got {self.shown()}", hint, at=blamed if blamed > opener else at)

    def last_on_line(self, at: int) -> int:
        """The last token that begins on the line of token `at`."""
        return bisect_left(self.starts, ((self.starts[at] >> COLUMN_BITS) + 1) << COLUMN_BITS, at, len(self.starts) - 1) - 1

    def touches(self, at: int) -> bool:
        """Whether token `at` follows its predecessor without a blank."""
        return self.starts[at] == self.ends[at - 1]

    def line(self, at: int) -> int:
        """The line of a token."""
        return self.starts[at] >> COLUMN_BITS

    def indent(self, at: int) -> int:
        """The column of the first token on the line of token `at`."""
        return self.starts[self.first_on_line(at)] & COLUMN_MASK

    def first_on_line(self, at: int) -> int:
        """The first token that begins on the line of token `at`."""
        return bisect_left(self.starts, self.starts[at] >> COLUMN_BITS << COLUMN_BITS, 0, at)

    def is_first_on_line(self, at: int) -> bool:
        """Whether no token stands before `at` on its line."""
        return at == 0 or self.ends[at - 1] >> COLUMN_BITS != self.starts[at] >> COLUMN_BITS
