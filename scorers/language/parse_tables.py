"""The parser's part for table constructors and lists in brackets, where a comma is what is forgotten most."""

from abc import abstractmethod

from scorers.language.expressions import Expr, Field, Function, Missing, Table
from scorers.language.parse_types import TypeParser
from scorers.language.statements import Attribute
from scorers.language.tokens import EOF, INTERP, INTERP_BEGIN, KEYWORDS, NAME, NUMBER, STRING

_VALUES = frozenset((NAME, STRING, NUMBER, INTERP, INTERP_BEGIN, "function", "{", "nil", "true", "false", "not", "..."))
_NO_NAMES = KEYWORDS | {")", "]", EOF}
_NO_VALUES = KEYWORDS - {"function", "if", "nil", "not", "true", "false"} | {")", "]", EOF}
_CALLS = ("(", "{", STRING, "<")


class TableParser(TypeParser):
    """Reads tables; expressions are read by the subclass."""

    @abstractmethod
    def function_body(self, start: int, attributes: list[Attribute], what: str, *, has_self: bool = False) -> Function:
        """Read `(params) ... end`."""

    def expression_list(self) -> list[Expr]:
        """`a, b, c`, at least one."""
        found = [self.expression()]
        while self.kinds[self.i] == ",":
            self.i += 1
            if self.kinds[self.i] == ")":
                self.slip("expected an expression after `,`, got `)`", "remove the comma")
                break
            found.append(self.expression())
        return found

    def lacks_comma(self, opener: int) -> bool:
        """Whether a value stands here that belongs to the list of token `opener`: on this line, or deeper than that one's."""
        at = self.i
        if self.kinds[at] not in _VALUES or self.panic or self.kinds[at - 1] == ",":
            return False
        return not self.is_first_on_line(at) or self.indent(at) > self.indent(opener)

    def table(self) -> Expr:
        """A table constructor; the cursor is at `{`."""
        opener, depth = self.i, self.depth
        self.deeper()
        kinds = self.kinds
        self.i = opener + 1
        fields: list[Field] = []
        while kinds[self.i] != "}":
            if kinds[self.i] in _NO_NAMES and not self.reads_word_key(opener) and kinds[self.i] in _NO_VALUES:
                break
            before = self.i
            fields.append(self.field())
            if kinds[self.i] in (",", ";"):
                self.i += 1
                self.panic = False
            elif kinds[self.i] == "}" or not self.resumes_table(opener, before):
                break
        self.closes("}", opener, "the table")
        self.depth = depth
        return Table(self.starts[opener], self.ends[self.i - 1], fields)

    def reads_word_key(self, opener: int) -> bool:
        """`end = 1` and `local name = 1` in a table: noted. True where the entry can be read."""
        at = self.i
        word = self.kinds[at]
        if (
            word == "local"
            and self.kinds[at - 1] != "{"
            and self.kinds[at + 1] == NAME
            and self.kinds[at + 2] == "="
            and self.indent(at) > self.indent(opener)
        ):
            self.slip("unexpected `local` in a table", "write `name = value`")
            self.i = at + 1
            return True
        if word in KEYWORDS and self.kinds[at + 1] == "=":
            self.slip(f"expected a key, got `{word}`", f'`{word}` is a word of the language: write `["{word}"] = value`')
            return True
        return False

    def resumes_table(self, opener: int, before: int) -> bool:
        """Between two entries the comma is missing. True where the table goes on all the same."""
        at = self.i
        if at == before or (self.kinds[at] != "[" and not self.lacks_comma(opener)):
            return False
        is_next = self.is_first_on_line(at)
        hint = "end the entry before with a comma"
        if not is_next and self.kinds[at] == self.kinds[at - 1] == NAME and self.kinds[at + 1] == "=":
            hint = f'end the entry before with a comma, or write the key as `["{self.texts[at - 1]} {self.texts[at]}"]`'
        self.slip("expected `,` between two entries of a table", hint, at=at - 1 if is_next else at)
        return True

    def field(self) -> Field:
        """One entry of a table constructor."""
        at = self.i
        kind, start = self.kinds[at], self.starts[at]
        after = self.kinds[at + 1]
        if kind == NAME or kind in KEYWORDS:
            if after == "=" and not (self.kinds[at + 2] == ">" and self.touches(at + 2)):
                self.i = at + 2
                value = self.expression()
                return Field(start, value.end, None, self.texts[at], value)
            if after == ":" and kind == NAME and (self.kinds[at + 2] != NAME or self.kinds[at + 3] not in _CALLS):
                return self.colon_field(at)
            if kind == "function" and after == NAME:
                self.slip("a function in a table has no name of its own", "write `name = function(...) ... end`", at=at + 1)
                self.i = at + 2
                function = self.function_body(at, [], "this function")
                return Field(start, function.end, None, self.texts[at + 1], function)
        if kind == "[":
            return self.bracketed_field(at)
        value = self.expression()
        if self.kinds[self.i] == ":" and kind == STRING:
            self.i = at + 1
            return self.colon_field(at)
        if self.kinds[self.i] in ("=", "]") and self.i == at + 1:
            return self.bare_key(at)
        return Field(start, value.end, None, None, value)

    def bracketed_field(self, at: int) -> Field:
        """`[key] = value`; the cursor is at the bracket."""
        self.i = at + 1
        key = self.expression()
        if self.kinds[self.i] == "," and self.kinds[at - 1] in ("=", ",", "{"):
            self.problem("expected a value, got `[`", "write a list as `{ 1, 2 }`", at=at, language="JavaScript/Python")
            return Field(self.starts[at], key.end, None, None, key)
        self.closes("]", at, "the key")
        if not self.panic:
            self.expect("=", "after a key in brackets")
            self.panic = False
        value = self.expression()
        return Field(self.starts[at], value.end, key, None, value)

    def colon_field(self, at: int) -> Field:
        """`name: value`, noted; the cursor is at the key."""
        is_name = self.kinds[at] == NAME
        form, language = ("name = value", "JavaScript") if is_name else ('["name"] = value', "Python/JavaScript")
        self.slip("expected `=` after a key, got `:`", f"write `{form}`", at=at + 1, language=language)
        self.i = at + 2
        value = self.expression()
        return Field(self.starts[at], value.end, None, self.texts[at] if is_name else None, value)

    def bare_key(self, at: int) -> Field:
        """`1 = value`, `"a b" = value`, `"a"] = value`: noted; the cursor is after the key."""
        text = self.texts[at] if len(self.texts[at]) < 30 else "..."
        self.slip(f"expected a key in brackets, got {self.shown(at)}", f"write `[{text}] = value`", at=self.i)
        self.i += 1 if self.kinds[self.i] == "=" else 1 + (self.kinds[self.i + 1] == "=")
        value = self.expression()
        return Field(self.starts[at], value.end, None, None, value)

    def list_in_brackets(self) -> Expr:
        """`[1, 2]` where a value is expected: noted and read over; the cursor is at the bracket."""
        opener = self.i
        self.slip("expected an expression, got `[`", "write a list as `{ 1, 2 }`")
        self.i += 1
        is_open = self.kinds[self.i] != "]"
        while is_open and self.kinds[self.i] not in ("]", EOF):
            self.expression()
            is_open = self.kinds[self.i] == ","
            self.i += is_open
        if self.kinds[self.i] == "for":  # a comprehension
            while self.kinds[self.i] not in ("]", EOF) and not self.is_first_on_line(self.i):
                self.i += 1
        self.closes("]", opener, "the list")
        return Missing(self.starts[opener], self.ends[self.i - 1])
