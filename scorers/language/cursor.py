"""Where the parser stands in the tokens, and how it notes what it did not expect."""

from scorers.language.position import COLUMN_BITS, COLUMN_MASK
from scorers.language.problem import SyntaxProblem
from scorers.language.tokens import BAD, EOF, NAME, Tokens

MAX_DEPTH = 1000
"""Nesting of expressions, blocks and types together: the compiler's own limit."""

MAX_PROBLEMS = 50
"""Syntax problems kept of one source: text that is no Luau at all would have one on each line."""


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
        self.problems: list[SyntaxProblem] = []

    def deeper(self) -> None:
        """One level more. Raises TooDeep at the limit; the caller takes the level back itself."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.panic = False
            self.problem("the code nests too deeply for the compiler", "take parts of it out into locals or functions")
            raise TooDeep

    def problem(self, message: str, hint: str | None = None, *, at: int | None = None, language: str | None = None) -> None:
        """Note a problem at token `at` (default: the current one), unless one is being recovered from."""
        if self.panic or len(self.problems) >= MAX_PROBLEMS:
            return
        self.panic = True
        at = self.i if at is None else at
        self.problems.append(SyntaxProblem(self.starts[at], self.ends[at], message, hint, language))

    def note(self, start: int, end: int, message: str, hint: str | None = None) -> None:
        """Note a problem that the parser need not recover from: the code could be read."""
        if not self.panic and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(SyntaxProblem(start, end, message, hint))

    def shown(self, at: int | None = None) -> str:
        """A token as an error message names it."""
        at = self.i if at is None else at
        text = self.texts[at]
        return "the end of the file" if self.kinds[at] == EOF else f"`{text if len(text) <= 40 else text[:37] + '...'}`"

    def expect(self, kind: str, where: str, hint: str | None = None) -> bool:
        """Take a token of `kind`. Where another stands, note it and go on as if it had been there."""
        if self.kinds[self.i] == kind:
            self.i += 1
            return True
        self.problem(f"expected `{kind}` {where}, got {self.shown()}", hint)
        return False

    def expect_name(self, where: str) -> tuple[str, int, int]:
        """Take a name: (name, start, end). Where none stands, note it; the name is empty then."""
        at = self.i
        if self.kinds[at] == NAME:
            self.i = at + 1
            return self.texts[at], self.starts[at], self.ends[at]
        kind = self.kinds[at]
        hint = f"`{kind}` is a word of the language: choose another name" if kind.isalpha() and kind not in (BAD, EOF) else None
        self.problem(f"expected a name {where}, got {self.shown()}", hint)
        return "", self.starts[at], self.starts[at]

    def closes(self, kind: str, opener: int, what: str) -> None:
        """Take the bracket that closes token `opener`; where another token stands, say what was opened where."""
        if self.kinds[self.i] == kind:
            self.i += 1
            return
        line = self.starts[opener] >> COLUMN_BITS
        at, hint = self.i, None
        if line != self.starts[at] >> COLUMN_BITS:
            hint = f"`{self.texts[opener]}` on line {line} is not closed"
            at = self.unclosed_at(opener)
        else:
            hint = f"close `{self.texts[opener]}` of this line with `{kind}`"
        self.problem(f"expected `{kind}` to close {what}, got {self.shown()}", hint, at=at)

    def unclosed_at(self, opener: int) -> int:
        """The token to blame for a bracket that stays open: the first of a later line, where the missing one stood before."""
        at = self.i
        return at - 1 if self.starts[at] >> COLUMN_BITS != self.ends[at - 1] >> COLUMN_BITS and at - 1 > opener else at

    def line(self, at: int) -> int:
        """The line of a token."""
        return self.starts[at] >> COLUMN_BITS

    def indent(self, at: int) -> int:
        """The column of the first token on the line of token `at`."""
        line = self.starts[at] >> COLUMN_BITS
        while at and self.starts[at - 1] >> COLUMN_BITS == line:
            at -= 1
        return self.starts[at] & COLUMN_MASK

    def is_first_on_line(self, at: int) -> bool:
        """Whether no token stands before `at` on its line."""
        return at == 0 or self.ends[at - 1] >> COLUMN_BITS != self.starts[at] >> COLUMN_BITS
