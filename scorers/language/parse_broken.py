"""The parser's part for statements that are none: what they may have been meant to be, and where to go on."""

from scorers.language.expressions import Expr
from scorers.language.foreign import idiom_on
from scorers.language.misspelt import is_one_slip, meant
from scorers.language.parse_declarations import DeclarationParser
from scorers.language.position import COLUMN_MASK
from scorers.language.statements import BrokenStatement, Return, Stat
from scorers.language.tokens import BAD, EOF, INTERP, INTERP_BEGIN, KEYWORDS, NAME, NUMBER, STRING

BLOCK_ENDS = frozenset(("end", "else", "elseif", "until", "closing bracket", EOF))
"""Kinds of tokens that end a block. A bracket around the block that closes before its `end` is made one of them."""
STARTS = frozenset(("local", "if", "for", "while", "repeat", "function", "return", "break", "do", "@"))
_OPENER = {")": "(", "]": "[", "}": "{"}
_FAR = 20_000
"""Tokens that are looked at to find the bracket around a place."""
_MAX_REWINDS = 20
"""How often a source may be read again from a brace: without a limit the work would double with each nesting."""
_AFTER = {
    "==": "assign with `=`; a comparison alone does nothing",
    "..": "a field is written with one dot; a text that is put together must be used",
    "]": "remove the `]`",
    ")": "remove the `)`",
    ":": "a method is called: `object:method()`",
}


class BrokenParser(DeclarationParser):
    """Handles statements that cannot be read."""

    rewinds = 0

    def synchronise(self, before: int) -> None:
        """Skip to a place where a statement may begin; at least one token where nothing was read."""
        if not self.panic:
            return
        kinds = self.kinds
        if self.i == before and kinds[self.i] not in BLOCK_ENDS:
            self.i += 1
        while (kind := kinds[self.i]) not in BLOCK_ENDS and kind not in STARTS and kind != ";":
            if kind == NAME and self.is_first_on_line(self.i):
                break
            if kind in _OPENER and self.ends_block(self.i):
                break
            self.i += 1
        self.panic = False

    def skip_line(self, at: int) -> None:
        """Go on behind the line of token `at`."""
        self.i = self.last_on_line(at) + 1
        self.panic = False

    def no_statement(self) -> Stat:
        """What begins no statement."""
        at = self.i
        kind = self.kinds[at]
        broken = BrokenStatement(self.starts[at], self.ends[at], [])
        if kind in _OPENER and (self.closes_brace(at) or self.ends_block(at)):
            return broken
        text = self.shown()
        hint = None
        if kind == ";":
            hint = "remove it: an empty statement is not allowed"
        elif kind in (STRING, NUMBER, "{", INTERP, INTERP_BEGIN):
            hint = "a statement is a call or an assignment"
        elif kind == "=" and not self.is_first_on_line(at):
            hint = "is something missing at the end of the line before?"
        elif kind in _OPENER:
            hint = f"remove it: no `{_OPENER[kind]}` is open here"
        elif kind == BAD and self.texts[at] >= "\x80":
            hint = f"{text} is no sign of the language: remove it, or put it in a string or a comment"
        elif self.is_text(at):
            hint = "text that is no code belongs into a comment: `-- ...`"
        self.problem(f"expected a statement, got {text}", hint)
        if self.is_first_on_line(at) and kind in ("//", "#", "/", "*", "-", "...", BAD, STRING):
            self.skip_line(at)
            if kind == "/" and self.kinds[at + 1] == "*":
                self.i = self.comment_end(at + 1) or self.i
        return broken

    def closes_brace(self, at: int) -> bool:
        """Whether `}` closes a block that a brace began; it is an `end` then."""
        if self.kinds[at] != "}" or not self.braces:
            return False
        self.braces -= 1
        if self.kinds[at + 1] in ("else", "elseif", "until"):
            self.i = at + 1
        elif self.depth:
            self.kinds[at] = "end"
        else:
            self.i = at + 1
        return True

    def ends_block(self, at: int) -> bool:
        """Whether a bracket closes here that is open around the function: an `end` is missing before it."""
        if self.function < 0 or len(self.problems) >= _MAX_REWINDS:
            return False
        is_apart = self.is_first_on_line(at) or self.kinds[at - 1] == "end" or self.line(self.function) == self.line(at)
        if not is_apart:
            return False
        wanted = [self.kinds[at]]
        for i in range(at - 1, max(-1, at - _FAR), -1):
            kind = self.kinds[i]
            if kind in _OPENER:
                wanted.append(kind)
            elif kind in ("(", "[", "{"):
                if _OPENER[wanted.pop()] != kind:
                    return False
                if not wanted:
                    if i < self.function:
                        self.kinds[at] = "closing bracket"
                    return i < self.function
        return False

    def incomplete(self, expr: Expr, at: int) -> Stat:
        """An expression that is neither called nor assigned to."""
        after = self.kinds[self.i]
        is_same_line = self.line(self.i) == expr.end_line and after != EOF
        broken = BrokenStatement(expr.start, expr.end, [expr])
        word = meant(self.texts[at], self.depth > 0, self.last_on_line(at) == at) if self.i == at + 1 else None
        if word is not None and not self.panic:
            hint = f"did you mean `{word}`?"
            self.slip(f"expected a statement, got {self.shown(at)}", hint, at=at)
            self.kinds[at] = word
            self.i = at
            return BrokenStatement(expr.start, expr.start, [])
        hint = _AFTER.get(after, "call it, or assign to it") if is_same_line else "call it, or assign to it"
        is_text = self.is_text(at)
        if is_text:
            hint = "text that is no code belongs into a comment: `-- ...`"
        elif is_same_line and after == NAME and self.texts[self.i - 1] in ("break", "continue"):
            hint = f"make `{self.texts[self.i - 1]}` the last statement of its block"
        elif is_same_line and after in (NAME, STRING, NUMBER, INTERP, INTERP_BEGIN):
            hint = f"before {self.shown()} something is missing: an operator, `.`, `:`, `,` or a bracket"
        blamed = self.i if is_same_line else self.i - 1
        self.problem("incomplete statement: expected an assignment or a call", hint, at=blamed)
        if is_text:
            self.skip_line(at)
        elif (
            after not in ("function", "local")
            and not self.skips_foreign_line(at)
            and is_same_line
            and after == NAME
            and self.kinds[self.i + 1] in ("=", ":", "(")
        ):
            self.panic = False  # `int value = 1`: the rest is a statement
        elif is_same_line and after in ("function", "local"):
            self.panic = False
        return broken

    def skips_foreign_line(self, at: int) -> bool:
        """Whether a line of another language was skipped, one that begins a block with `{` or `:`."""
        last = self.last_on_line(at)
        if self.kinds[last] not in ("{", ":") or idiom_on(self.tokens, self.line(at)) is None:
            return False
        self.braces += self.kinds[last] == "{"
        self.skip_line(at)
        return True

    def rewinds_to_brace(self, at: int, problems: int) -> bool:
        """Whether the line of token `at` ends with the `{` of another language: goes on after it, and forgets what came since."""
        last = self.last_on_line(at)
        if self.kinds[last] != "{" or last > self.i or self.rewinds >= _MAX_REWINDS:
            return False
        if idiom_on(self.tokens, self.line(at)) is None:
            return False
        self.rewinds += 1
        del self.problems[problems:]
        self.panic, self.blamed = False, -1
        self.i = last
        self.slip("unexpected `{`", "a block has no braces: `end` closes it")
        self.i = last + 1
        self.braces += 1
        return True

    def is_text(self, at: int) -> bool:
        """Whether the line of token `at`, its first, reads like a sentence: words in a row, and no call or assignment."""
        if not self.is_first_on_line(at) or self.kinds[at] not in (NAME, "-", BAD):
            return False
        last = self.last_on_line(at)
        pairs = 0
        for i in range(at, min(last, at + 40)):
            if self.kinds[i] == "=" or (self.kinds[i] == "(" and self.touches(i)):
                return False
            is_word = self.kinds[i] == NAME or self.kinds[i] in KEYWORDS
            pairs += is_word and (self.kinds[i + 1] == NAME or self.kinds[i + 1] in KEYWORDS)
        return pairs >= 3

    def after_last(self, last: Stat) -> bool:
        """A statement after `return`, `break` or `continue`: noted. True where the block may be over all the same."""
        at = self.i
        if self.problems and self.problems[-1].start == last.start:
            return False  # it should not stand here at all
        word = type(last).__name__.lower()
        is_same_line = not self.is_first_on_line(at)
        if self.kinds[at] == NAME and meant(self.texts[at], self.depth > 0, self.last_on_line(at) == at) in BLOCK_ENDS:
            return False
        hint = f"make `{word}` the last statement of its block"
        if isinstance(last, Return) and last.values and last.values[0].line > last.line:
            hint = "`return` takes the value on the line below it; is an `end` missing before that line?"
        elif is_same_line and isinstance(last, Return) and last.values and self.kinds[at] != ")":
            hint = f"before {self.shown()} something is missing: an operator, or a `,` between two values"
        if isinstance(last, Return) and last.values and self.ends_with_return(last):
            self.problem(f"expected the block to end after `return`, got {self.shown()}", hint)
            self.skip_line(at)
            self.blamed = self.i
            return True
        dedents = not is_same_line and self.depth > 0 and self.starts[at] & COLUMN_MASK < self.indent_of(last)
        if dedents:
            hint = "add the `end` that is missing before this line"
        self.problem(f"expected the block to end after `{word}`, got {self.shown()}", hint)
        self.panic = False
        return dedents

    def ends_with_return(self, last: Return) -> bool:
        """Whether `return` took the line below it for its value, one that stands no deeper than the line of `return`."""
        value = last.values[0]
        if value.line == last.line:
            return False
        at = self.i - 1
        while at and self.starts[at] > last.start:
            at -= 1
        return value.column <= self.indent(at)

    def indent_of(self, statement: Stat) -> int:
        """The column of a statement where it begins its line, 0 elsewhere."""
        at = self.i - 1
        while at and self.starts[at] > statement.start:
            at -= 1
        return self.starts[at] & COLUMN_MASK if self.is_first_on_line(at) else 0

    def is_nearly(self, word: str) -> bool:
        """Whether the current token is a keyword with a slip in it."""
        return self.kinds[self.i] == NAME and is_one_slip(self.texts[self.i].lower(), word)
