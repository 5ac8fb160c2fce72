"""The parser's part for declarations: locals, constants, exports, attributed functions, types."""

from abc import abstractmethod

from scorers.language.expressions import Call, Expr, MethodCall, Vararg
from scorers.language.misspelt import is_one_slip
from scorers.language.parse_functions import FunctionParser
from scorers.language.statements import (
    Attribute,
    Binding,
    BrokenStatement,
    Local,
    LocalFunction,
    Stat,
    TypeAlias,
    TypeFunction,
)
from scorers.language.tokens import BAD, INTERP, NAME, NUMBER, STRING

COMPOUND = frozenset(("+=", "-=", "*=", "/=", "//=", "%=", "^=", "..="))
_NOT_AFTER_LOCAL = frozenset(
    (
        "<",
        "==",
        "false",
        "true",
        "nil",
        "not",
        "-",
        "+",
        "{",
        "[",
        ".",
        ":",
        "function",
        "#",
        "::",
        "->",
        "?",
        STRING,
        NUMBER,
        INTERP,
        BAD,
    )
)
"""What begins no statement and follows no name, so that an `=` is missing."""
_FUNCTION_ONLY = "attributes stand before functions only"


class DeclarationParser(FunctionParser):
    """Reads declarations."""

    @abstractmethod
    def function_declaration(self, attributes: list[Attribute] | None = None) -> Stat:
        """Read `function a.b:c() ... end`."""

    def contextual(self, word: str, after: str) -> Stat | None:
        """`type`, `export` and `const` where a declaration follows."""
        at = self.i
        if word == "type" and after in (NAME, "function"):
            return self.type_alias(at, is_exported=False)
        if word == "const" and after in (NAME, "function"):
            return self.local(is_const=True)
        if word == "export":
            if self.texts[at + 1] == "type" and self.kinds[at + 2] in (NAME, "function"):
                self.i = at + 1
                return self.type_alias(at, is_exported=True)
            if self.texts[at + 1] == "const" or after in ("function", "local", "@"):
                return self.exported(at)
        return None

    def exported(self, at: int) -> Stat:
        """`export local`, `export const`, `export function`; the cursor is at `export`."""
        self.i = at + 1
        attributes = self.attributes() if self.kinds[self.i] == "@" else []
        if self.kinds[self.i] == "function":
            self.i += 1
            binding = self.function_name()
            function = self.function_body(at, attributes, f"function `{binding.name}`")
            return LocalFunction(self.starts[at], function.end, binding, function, True, True)
        return self.local(is_const=self.texts[self.i] == "const", is_exported=True, attributes=attributes)

    def local(self, *, is_const: bool = False, is_exported: bool = False, attributes: list[Attribute] | None = None) -> Stat:
        """`local ...`, `const ...`; the cursor is at the word."""
        at = self.i
        word = self.texts[at]
        self.i = at + 1
        if self.kinds[self.i] == "function":
            self.i += 1
            binding = self.function_name()
            function = self.function_body(at, attributes or [], f"function `{binding.name}`")
            return LocalFunction(self.starts[at], function.end, binding, function, is_const, is_exported)
        if attributes:
            self.problem(f"expected a function after the attribute, got {self.shown()}", _FUNCTION_ONLY)
        bindings = [self.binding(f"a name after `{word}`")]
        while self.kinds[self.i] == ",":
            self.i += 1
            bindings.append(self.binding("a name after `,`"))
        values: list[Expr] = []
        if self.kinds[self.i] == "=":
            self.i += 1
            values = self.expression_list()
        elif self.kinds[self.i] == NAME and is_one_slip(self.texts[self.i - 1], "function") and not self.is_first_on_line(self.i):
            self.pairing.misspelt_function(self.i - 1)
        if is_const and len(values) != len(bindings) and not (values and isinstance(values[-1], Call | MethodCall | Vararg)):
            self.const_without_value(bindings, values)
        elif not values and (self.kinds[self.i] in COMPOUND or self.kinds[self.i] in _NOT_AFTER_LOCAL):
            self.no_equals(word, bindings[-1].name)
        return Local(self.starts[at], self.ends[self.i - 1], bindings, values, is_const, is_exported)

    def function_name(self) -> Binding:
        """The one name of a local function."""
        name, start, end = self.expect_name("the name of the local function")
        if self.kinds[self.i] in (".", ":") and name:
            here = self.shown()
            self.slip(f"expected `(` after `local function {name}`, got {here}", "a field of a table is no local: remove `local`")
            while self.kinds[self.i] in (".", ":") and self.kinds[self.i + 1] == NAME:
                self.i += 2
        return Binding(start, end, name, None)

    def const_without_value(self, bindings: list[Binding], values: list[Expr]) -> None:
        """As many values as constants, unless the last one is a call or `...`."""
        if not values:
            self.problem("a `const` needs its value", "write `const name = value`", at=self.before())
        elif len(values) < len(bindings):
            odd = bindings[len(values)]
            self.note(odd.start, odd.end, "a `const` needs its value", f"there is none for `{odd.name}`")
        else:
            extra = values[len(bindings)]
            self.note(extra.start, extra.end, "a `const` takes one value for each name", "remove the value")

    def no_equals(self, word: str, name: str) -> None:
        """After `local name` stands what follows no name."""
        kind = self.kinds[self.i]
        if self.is_first_on_line(self.i) or self.panic or (kind == "function" and self.kinds[self.i + 1] == NAME):
            return
        hint = f"write `{word} {name} = ...`"
        if kind == "-":
            hint = f"a name has no `-`: write `{name}_{self.texts[self.i + 1]}`"
        elif kind in COMPOUND:
            hint = f"declare `{name}` first, then change it"
        self.problem(f"expected `=` after `{word} {name}`, got {self.shown()}", hint)
        if kind not in (BAD, "-", ".", ":", "[", "<", "@"):
            self.panic = False
            self.i += kind in COMPOUND or kind == "=="
            self.expression_list()

    def attributed(self) -> Stat:
        """A function with attributes; the cursor is at `@`."""
        at = self.i
        attributes = self.attributes()
        kind = self.kinds[self.i]
        if kind == "function":
            return self.function_declaration(attributes)
        if kind == "local":
            return self.local(attributes=attributes)
        if kind == NAME and self.texts[self.i] in ("const", "export"):
            if self.texts[self.i] == "export":
                return self.exported(self.i)
            return self.local(is_const=True, attributes=attributes)
        self.problem(f"expected a function after the attribute, got {self.shown()}", _FUNCTION_ONLY)
        return BrokenStatement(self.starts[at], self.ends[self.i - 1], [])

    def type_alias(self, at: int, *, is_exported: bool) -> Stat:
        """`type Name<T> = ...` or `type function name() ... end`; the cursor is at `type`, the statement began at `at`."""
        self.i += 1
        if self.kinds[self.i] == "function":
            self.i += 1
            name, _, _ = self.expect_name("the name of the type function")
            function = self.function_body(at, [], f"type function `{name}`")
            return TypeFunction(self.starts[at], function.end, name, function, is_exported)
        name, _, _ = self.expect_name("the name of the type")
        generics = self.generics(defaults=True) if self.kinds[self.i] == "<" else []
        self.expect("=", f"after `type {name}`", "write `type Name = ...`")
        aliased = self.type()
        return TypeAlias(self.starts[at], aliased.end, name, generics, aliased, is_exported)
