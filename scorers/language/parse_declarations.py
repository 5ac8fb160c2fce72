"""The parser's part for declarations: locals, constants, exports, attributed functions, types."""

from scorers.language.expressions import Expr
from scorers.language.foreign import explain
from scorers.language.parse_functions import FunctionParser
from scorers.language.statements import (
    Attribute,
    BrokenStatement,
    Local,
    LocalFunction,
    Stat,
    TypeAlias,
    TypeFunction,
)
from scorers.language.tokens import NAME

COMPOUND = frozenset(("+=", "-=", "*=", "/=", "//=", "%=", "^=", "..="))
_FUNCTION_ONLY = "attributes stand before functions only"


class DeclarationParser(FunctionParser):
    """Reads declarations."""

    def function_declaration(self, attributes: list[Attribute] | None = None) -> Stat:
        """Read `function a.b:c() ... end`."""
        raise NotImplementedError

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
            binding = self.binding("of the exported function")
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
            binding = self.binding("of the local function")
            function = self.function_body(at, attributes or [], f"function `{binding.name}`")
            return LocalFunction(self.starts[at], function.end, binding, function, is_const, is_exported)
        if attributes:
            self.problem(f"expected a function after the attribute, got {self.shown()}", _FUNCTION_ONLY)
        bindings = [self.binding(f"after `{word}`")]
        while self.kinds[self.i] == ",":
            self.i += 1
            bindings.append(self.binding("after `,`"))
        values: list[Expr] = []
        if self.kinds[self.i] == "=":
            self.i += 1
            values = self.expression_list()
        elif is_const:
            self.problem("a `const` needs its value", "write `const name = value`")
        elif self.kinds[self.i] == "<" or (self.kinds[self.i] in COMPOUND):
            idiom = explain(self.tokens, self.i)
            hint = idiom.hint if idiom else "declare the local first"
            self.problem(
                f"expected `=` after `local {bindings[-1].name}`, got {self.shown()}", hint, language=idiom and idiom.language
            )
        return Local(self.starts[at], self.ends[self.i - 1], bindings, values, is_const, is_exported)

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
            name, _, _ = self.expect_name("of the type function")
            function = self.function_body(at, [], f"type function `{name}`")
            return TypeFunction(self.starts[at], function.end, name, function, is_exported)
        name, _, _ = self.expect_name("of the type")
        generics = self.generics(defaults=True) if self.kinds[self.i] == "<" else []
        self.expect("=", f"after `type {name}`", "write `type Name = ...`")
        aliased = self.type()
        return TypeAlias(self.starts[at], aliased.end, name, generics, aliased, is_exported)
