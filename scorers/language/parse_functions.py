"""The parser's part for functions: attributes, parameters, bodies."""

from scorers.language.attributes import check_attributes
from scorers.language.expressions import Function
from scorers.language.foreign import explain
from scorers.language.pairing import Pairing
from scorers.language.parse_expressions import ExpressionParser
from scorers.language.statements import Attribute, Binding, Block
from scorers.language.tokens import NAME, STRING, Tokens
from scorers.language.types import Type


class FunctionParser(ExpressionParser):
    """Reads functions; blocks are read by the subclass."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.loops = 0
        self.takes_varargs = True
        self.pairing = Pairing(self)

    def block(self) -> Block:
        """Read statements up to a word that ends a block."""
        raise NotImplementedError

    def attributes(self) -> list[Attribute]:
        """`@name`, `@[name, name args]`, repeated."""
        found: list[Attribute] = []
        while self.kinds[self.i] == "@":
            at = self.i
            self.i = at + 1
            if self.kinds[self.i] == "[" and self.starts[self.i] == self.ends[at]:
                self.attribute_list(found)
                continue
            name, start, end = self.expect_name("of an attribute after `@`")
            found.append(Attribute(start, end, name, []))
        check_attributes(found, self.note)
        return found

    def attribute_list(self, found: list[Attribute]) -> None:
        """`[name, name(args), name{...}]`; the cursor is at the bracket."""
        opener = self.i
        self.i += 1
        while True:
            name, start, end = self.expect_name("of an attribute")
            has_args = self.kinds[self.i] in ("(", "{", STRING)
            args = self.arguments() if has_args else []
            found.append(Attribute(start, self.ends[self.i - 1] if has_args else end, name, args))
            if self.kinds[self.i] != ",":
                break
            self.i += 1
        self.closes("]", opener, "the attributes")

    def function_body(self, start: int, attributes: list[Attribute], what: str, *, has_self: bool = False) -> Function:
        """`<T>(params): type ... end`; the cursor is after the name. `start` is the token the function begins with."""
        generics = self.generic_parameters()
        params, vararg, vararg_type = self.parameters()
        returns: Type | None = None
        if self.kinds[self.i] == ":":
            self.i += 1
            returns = self.return_type()
        elif self.kinds[self.i] in ("->", "{") or self.kinds[self.i] == "=":
            self.foreign_body()
        outer = self.loops, self.takes_varargs
        self.loops, self.takes_varargs = 0, bool(vararg)
        body = self.block()
        self.loops, self.takes_varargs = outer
        self.pairing.close("end", start, what)
        end = self.ends[self.i - 1]
        return Function(self.starts[start], end, params, vararg, vararg_type, returns, generics, body, attributes, has_self)

    def foreign_body(self) -> None:
        """`-> type`, `{` or `=>` where the body should begin."""
        at = self.i
        if self.kinds[at] == "->":
            self.problem(
                "expected `:` before the type that a function returns, got `->`", "write `: type`", language="TypeScript"
            )
            self.i = at + 1
            self.panic = False
            self.return_type()
            return
        idiom = explain(self.tokens, at)
        hint = idiom.hint if idiom else "a function's body begins without a sign and ends with `end`"
        self.problem(
            f"expected the body of a function, got {self.shown()}", hint, language=idiom.language if idiom else "JavaScript"
        )

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
                if self.kinds[self.i] == ":":
                    self.i += 1
                    vararg_type = self.vararg_type()
                break
            params.append(self.binding("of a parameter"))
            if self.kinds[self.i] != ",":
                break
            self.i += 1
            if self.kinds[self.i] == ")":
                self.problem("expected a parameter after `,`, got `)`", "remove the comma")
                self.panic = False
        if self.kinds[self.i] == "=":
            self.default_value()
        self.closes(")", opener, "the parameters")
        return params, vararg, vararg_type

    def default_value(self) -> None:
        """`name = value` among parameters: read to the closing bracket."""
        hint = "give the value inside: `if name == nil then name = value end`"
        self.problem("a parameter has no default value in Luau", hint, language="Python/JavaScript")
        self.panic = False
        while self.kinds[self.i] == "=":
            self.i += 1
            self.expression()
            while self.kinds[self.i] == ",":
                self.i += 1
                self.binding("of a parameter")

    def vararg_type(self) -> Type:
        """The type after `...:`, a type or `T...`."""
        if self.kinds[self.i] == NAME and self.kinds[self.i + 1] == "..." and (tail := self.pack_tail()) is not None:
            return tail
        return self.type()

    def check_vararg(self, at: int) -> None:
        """`...` needs a function that takes them."""
        if not self.takes_varargs:
            hint = "add `...` to the parameters of this function"
            self.note(self.starts[at], self.ends[at], "`...` outside a function that takes varargs", hint)
