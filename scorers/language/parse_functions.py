"""The parser's part for functions: attributes, parameters, bodies."""

from abc import abstractmethod

from scorers.language.attributes import check_attributes
from scorers.language.expressions import Function
from scorers.language.pairing import Pairing
from scorers.language.parse_expressions import ExpressionParser
from scorers.language.statements import Attribute, Binding, Block
from scorers.language.tokens import NAME, STRING, Tokens
from scorers.language.types import Type

FUNCTION_WORDS = frozenset(("def", "fn", "func", "fun", "void"))
"""What other languages begin a function with."""
_C = "C/JavaScript"
_FOREIGN_BODY = frozenset(("->", "{", "=", ":", ","))


class FunctionParser(ExpressionParser):
    """Reads functions; blocks are read by the subclass."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.loops = 0
        self._without_varargs = -1
        self.braces = 0
        """Braces of other languages that began a block and are open."""
        self.pairing = Pairing(self)

    @abstractmethod
    def block(self) -> Block:
        """Read statements up to a word that ends a block."""

    def attributes(self) -> list[Attribute]:
        """`@name`, `@[name, name args]`, repeated."""
        found: list[Attribute] = []
        while self.kinds[self.i] == "@":
            at = self.i
            self.i = at + 1
            if self.kinds[self.i] == "[" and self.starts[self.i] == self.ends[at]:
                self.attribute_list(found)
                continue
            name, start, end = self.expect_name("the name of an attribute after `@`")
            found.append(Attribute(start, end, name, []))
        check_attributes(found, self.note)
        return found

    def attribute_list(self, found: list[Attribute]) -> None:
        """`[name, name(args), name{...}]`; the cursor is at the bracket."""
        opener = self.i
        self.i += 1
        while True:
            name, start, end = self.expect_name("the name of an attribute")
            has_args = self.kinds[self.i] in ("(", "{", STRING)
            args = self.arguments() if has_args else []
            found.append(Attribute(start, self.ends[self.i - 1] if has_args else end, name, args))
            if self.kinds[self.i] != ",":
                break
            self.i += 1
        self.closes("]", opener, "the attributes")

    def function_body(self, start: int, attributes: list[Attribute], what: str, *, has_self: bool = False) -> Function:
        """`<T>(params): type ... end`; the cursor is after the name. `start` is the token the function begins with."""
        generics = self.generics() if self.kinds[self.i] == "<" else []
        params, vararg, vararg_type = self.parameters()
        returns: Type | None = None
        if self.kinds[self.i] == ":" and self.texts[start] not in FUNCTION_WORDS:
            self.i += 1
            returns = self.return_type()
        if self.kinds[self.i] in _FOREIGN_BODY:
            self.foreign_body(start)
        outer = self.loops, self.takes_varargs, self.function
        self.loops, self.takes_varargs, self.function = 0, bool(vararg), start
        body = self.block()
        self.loops, self.takes_varargs, self.function = outer
        self.pairing.close("end", start, what)
        self.after_bracket()
        end = self.ends[self.i - 1]
        return Function(self.starts[start], end, params, vararg, vararg_type, returns, generics, body, attributes, has_self)

    def foreign_body(self, start: int) -> None:
        """`-> type`, `{`, `=>`, `:` or `, type` where the body should begin: noted, and read over."""
        at = self.i
        kind = self.kinds[at]
        if kind == "->":
            self.slip("expected `:` before the type that a function returns, got `->`", "write `: type`", language="TypeScript")
            self.i = at + 1
            self.return_type()
            self.i += self.kinds[self.i] == ":" and self.last_on_line(self.i) == self.i
        elif kind == "{":
            self.slip(
                "expected the body of a function, got `{`", "the body begins without a sign and ends with `end`", language=_C
            )
            self.i = at + 1
            self.braces += 1
        elif kind == "," and not self.panic:
            self.slip("expected the body of a function, got `,`", "put several return types in brackets: `(A, B)`")
            while self.kinds[self.i] == ",":
                self.i += 1
                self.return_type()
        elif kind == ":" and (self.texts[start] in FUNCTION_WORDS or self.last_on_line(at) == at):
            self.slip("expected the body of a function, got `:`", "remove the `:`")
            self.i = at + 1
            if self.last_on_line(at) != at:
                self.return_type()
        elif kind == "=":
            self.slip("expected the body of a function, got `=`", "the body begins without a sign and ends with `end`")
            self.i = at + 1 + (self.kinds[at + 1] == ">")

    def close_foreign_block(self, opener: int) -> None:
        """Take `end` or `}` after a block that a brace began."""
        self.pairing.close("end", opener, "this function")
        self.after_bracket()

    def after_bracket(self) -> None:
        """A bracket that closed the blocks before it is a bracket again."""
        if self.kinds[self.i] == "closing bracket":
            self.kinds[self.i] = self.texts[self.i]
            self.panic = False

    def broken_parameters(self, opener: int) -> None:
        """The list of parameters goes on with something else: noted, and skipped to its bracket if that is on this line."""
        hint = None
        if self.kinds[self.i] == self.kinds[self.i - 1] == NAME and not self.is_first_on_line(self.i):
            hint = f"write `{self.texts[self.i]}: {self.texts[self.i - 1]}` for a type, or a `,` between two parameters"
        elif self.kinds[self.i - 1] == "...":
            hint = "`...` is the last parameter"
        self.closes(")", opener, "the parameters", hint)
        at, last = self.i, self.last_on_line(opener)
        while at < last and self.kinds[at] != ")":
            at += 1
        if self.kinds[at] == ")" and at <= last:
            self.i = at + 1
            self.panic = False

    def parameters(self) -> tuple[list[Binding], int, Type | None]:
        """`(a: T, b, ...: U)`: the names, the position of `...` or 0, and its type."""
        opener = self.i
        params: list[Binding] = []
        if not self.expect("(", "to begin the parameters"):
            return params, 0, None
        vararg, vararg_type = 0, None
        while self.kinds[self.i] != ")":
            if self.kinds[self.i] == "...":
                vararg = self.starts[self.i]
                self.i += 1
                if self.kinds[self.i] == NAME:
                    hint = "write `...`, and `local args = { ... }` in the body"
                    self.slip(f"expected `)` after `...`, got {self.shown()}", hint, language="JavaScript")
                    self.i += 1
                if self.kinds[self.i] == ":":
                    self.i += 1
                    vararg_type = self.vararg_type()
                break
            params.append(self.binding("the name of a parameter"))
            if self.kinds[self.i] != ",":
                break
            self.i += 1
            if self.kinds[self.i] == ")":
                self.slip("expected a parameter after `,`, got `)`", "remove the comma")
        if self.kinds[self.i] == "=":
            self.default_value()
        if self.kinds[self.i] != ")":
            self.broken_parameters(opener)
        else:
            self.i += 1
        return params, vararg, vararg_type

    def default_value(self) -> None:
        """`name = value` among parameters: read to the closing bracket."""
        hint = "give the value inside: `if name == nil then name = value end`"
        self.slip("a parameter has no default value in Luau", hint, language="Python/JavaScript")
        while self.kinds[self.i] == "=":
            self.i += 1
            self.expression()
            while self.kinds[self.i] == ",":
                self.i += 1
                if self.kinds[self.i] == "...":
                    self.i += 1
                    self.takes_varargs = True
                    break
                self.binding("the name of a parameter")

    def vararg_type(self) -> Type:
        """The type after `...:`, a type or `T...`."""
        if self.kinds[self.i] == NAME and self.kinds[self.i + 1] == "..." and (tail := self.pack_tail()) is not None:
            return tail
        return self.type()

    def check_vararg(self, at: int) -> None:
        """`...` needs a function that takes them."""
        if not self.takes_varargs and self._without_varargs != self.function:
            self._without_varargs = self.function
            hint = "add `...` to the parameters of this function"
            self.note(self.starts[at], self.ends[at], "`...` outside a function that takes varargs", hint)
