"""The parser's part for expressions of other languages: read over, so that one of them is one problem."""

from abc import abstractmethod

from scorers.language.expressions import Expr, Function, Group, Missing, Name
from scorers.language.parse_tables import TableParser
from scorers.language.statements import Attribute, Binding, Block
from scorers.language.tokens import BAD, EOF, INTERP_END, INTERP_MID, NAME, NUMBER, STRING

_OPERATORS = {"!=": "~=", "&&": "and", "||": "or"}
_BEFORE_PARAMETER = frozenset(("(", ",", "=", "return", "{"))
_QUOTES = "“”„‘’«»‚"
_LONGEST = 1000
"""Tokens that are looked at to find where something foreign ends."""


class ForeignParser(TableParser):
    """Reads over what is no Luau; blocks and functions are read by the subclass.

    `function` is the token that the function around began with, -1 outside of functions.
    """

    takes_varargs = True
    function = -1

    @abstractmethod
    def block(self) -> Block:
        """Read statements up to a word that ends a block."""

    @abstractmethod
    def close_foreign_block(self, opener: int) -> None:
        """Take `end` or `}` after a block that a brace began."""

    @abstractmethod
    def attributes(self) -> list[Attribute]:
        """Read `@name` and `@[name, ...]`."""

    @abstractmethod
    def check_vararg(self, at: int) -> None:
        """`...` needs a function that takes them."""

    @abstractmethod
    def simple(self) -> Expr:
        """Read an expression without operators."""

    def foreign_operator(self, left: Expr, first: int) -> tuple[str, Expr]:
        """What a foreign operator after `left` means here, "" where it is none; an arrow makes `left` a function.

        The cursor is left at the last token of the operator. `first` is the first token of `left`.
        """
        at = self.i
        text = self.texts[at]
        after = self.kinds[at + 1] if text in ("=", "!=") and self.touches(at + 1) else ""
        if text in _OPERATORS:
            meant = _OPERATORS[text]
            self.note(self.starts[at], self.ends[at], f"unexpected `{text}`", f"write `{meant}`", "C/JavaScript")
            self.i += after == "="
            return meant, left
        if after == ">" and self.kinds[first - 1] in _BEFORE_PARAMETER:
            name = left.value if isinstance(left, Group) else left
            if isinstance(name, Name):
                return "", self.arrow_body(first, [Binding(name.start, name.end, name.name, None)])
        if after in ("<", ">"):
            self.slip(f"unexpected `={after}`", f"write `{after}=`")
            self.i = at + 1
            return f"{after}=", left
        return "", left

    def arrow_function(self, opener: int) -> Expr | None:
        """`(a, b) => ...` whose bracket is token `opener`; None where it is something else."""
        at = opener + 1
        names: list[Binding] = []
        while self.kinds[at] != ")":
            if self.kinds[at] in ("(", EOF) or at > opener + 60:
                return None
            if self.kinds[at] == NAME and self.kinds[at - 1] in ("(", ",", "..."):
                names.append(Binding(self.starts[at], self.ends[at], self.texts[at], None))
            at += 1
        if self.kinds[at + 1] != "=" or self.kinds[at + 2] != ">" or not self.touches(at + 2):
            return None
        self.i = at + 1
        return self.arrow_body(opener, names)

    def arrow_body(self, first: int, params: list[Binding]) -> Function:
        """`=> value` or `=> { ... }`; the cursor is at the arrow."""
        arrow = self.i
        names = ", ".join(param.name for param in params)
        self.slip("unexpected `=>`", f"write `function({names}) ... end`", at=arrow, language="JavaScript")
        self.i = arrow + 2
        if self.kinds[self.i] == "{" and self.last_on_line(arrow) != self.i:
            value: Expr | None = self.expression()
        elif self.kinds[self.i] == "{" or self.is_first_on_line(self.i):
            self.i += self.kinds[self.i] == "{"
            value = None
        else:
            value = self.expression()
        if value is None:
            outer, self.takes_varargs, self.function = (self.takes_varargs, self.function), True, first
            body = self.block()
            self.takes_varargs, self.function = outer
            self.close_foreign_block(first)
        else:
            body = Block(value.start, value.end, [])
        return Function(self.starts[first], self.ends[self.i - 1], params, 0, None, None, [], body, [], False)

    def missing(self) -> Expr:
        """Notes that an expression should stand here; takes what stands for one in another language."""
        at = self.i
        kind, text = self.kinds[at], self.texts[at]
        if kind == "[":
            return self.list_in_brackets()
        before = self.kinds[at - 1] if at else ""
        is_operator = bool(before) and before not in (NAME, NUMBER, STRING, INTERP_MID, INTERP_END, BAD, ")", "]", "}")
        after = f" after {self.shown(at - 1)}" if is_operator else ""
        message = f"expected an expression{after}, got {self.shown()}"
        if kind in ("*", "=") and before in ("*", "==", "~=", "=") and self.touches(at):
            self.slip(message, "remove one sign")
            return self.after_sign(at)
        if kind == "*" and before == "/" and self.touches(at) and (end := self.comment_end(at)):
            self.slip(message)
            self.i = end
        elif kind == BAD and text in ("$", "~") and self.touches(at + 1):
            self.slip(message)
            return self.after_sign(at)
        elif kind == BAD and text[0] in _QUOTES:
            self.slip(message)
            self.i = self.quote_end(at)
        else:
            hint = None
            if kind == "," and before == ",":
                hint = "remove one of the commas"
            elif kind == BAD and text >= "\x80":
                hint = f"{self.shown()} is no sign of the language: remove it, or put it in a string or a comment"
            self.problem(message, hint, at=self.before())
        place = self.ends[self.i - 1] if self.i else self.starts[self.i]
        return Missing(place, place)

    def after_sign(self, at: int) -> Expr:
        """The expression after a sign that does not belong there."""
        self.deeper()
        self.i = at + 1
        value = self.simple()
        self.depth -= 1
        return value

    def comment_end(self, at: int) -> int:
        """The token after `*/`; 0 where none follows soon."""
        for i in range(at + 1, min(at + _LONGEST, len(self.kinds) - 1)):
            if self.kinds[i] == "/" and self.kinds[i - 1] == "*" and self.touches(i):
                return i + 1
        return 0

    def quote_end(self, at: int) -> int:
        """The token after the next curly quote on the line."""
        last = self.last_on_line(at)
        for i in range(at + 1, min(at + _LONGEST, last + 1)):
            if self.kinds[i] == BAD and self.texts[i][-1] in _QUOTES:
                return i + 1
        return at + 1
