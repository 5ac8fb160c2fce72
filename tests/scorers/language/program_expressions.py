"""Random valid Luau expressions, as lists of tokens."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.scorers.language.program_types import TypeWriter, separated

SAME_LINE = "\0same line"
"""A mark before a token that must stay on the line of its predecessor: a call's `(` on a new line is ambiguous."""

NAMES = ("part", "player", "total", "index", "value", "self", "workspace", "game", "continue_", "read")
_FIELDS = ("Name", "Parent", "Position", "count", "items", "type", "continue")
_NUMBERS = ("0", "1", "42", "3.25", ".5", "5.", "1e3", "2E-4", "0xFF", "0b1010", "1_000_000", "0x_f")
_STRINGS = (
    '"text"',
    "'single'",
    '"\\n\\x41\\u{48}\\065\\z  x"',
    "[[long]]",
    "[==[ ]] ]==]",
    '"é 日本"',
    '""',
    "``",
    "`plain \\{`",
)
_BINARY = ("+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or")


@dataclass(slots=True)
class FunctionFrame:
    """What the body of one function may use. `loop` has the words that may leave the innermost loop; none outside loops."""

    variadic: bool
    loop: tuple[str, ...] = ()


@dataclass(slots=True)
class ExpressionWriter(TypeWriter, ABC):
    """Draws expressions. `modern` allows syntax newer than Luau 0.686."""

    modern: bool = False
    frames: list[FunctionFrame] = field(default_factory=lambda: [FunctionFrame(variadic=True)])

    @abstractmethod
    def block(self, depth: int) -> list[str]:
        """Statements; the subclass that draws them fills this in."""

    @contextmanager
    def function_frame(self, variadic: bool) -> Iterator[None]:
        self.frames.append(FunctionFrame(variadic))
        yield
        self.frames.pop()

    def expression(self, depth: int) -> list[str]:
        if depth <= 0:
            return self.atom()
        kind = self.number(0, 9)
        if kind <= 1:
            return [*self.operand_expression(depth - 1), self.pick(*_BINARY), *self.operand_expression(depth - 1)]
        if kind == 2:
            return [self.pick("not", "-", "#"), *self.operand_expression(depth - 1)]
        if kind == 3:
            return self.if_else(depth - 1)
        if kind == 4:
            return self.table_constructor(depth - 1)
        if kind == 5:
            return [*self.attributes(), "function", *self.function_body(depth - 1)]
        if kind == 6:
            return [self.interpolated(depth - 1)]
        if kind == 7:
            return ["(", *self.operand_expression(depth - 1), "::", *self.type(depth - 1), ")"]
        return self.prefix(depth - 1) if kind == 8 else self.atom()

    def operand_expression(self, depth: int) -> list[str]:
        """An expression that can stand beside an operator."""
        return ["(", *self.expression(depth), ")"] if depth > 0 and self.flag() else self.atom()

    def atom(self) -> list[str]:
        kind = self.number(0, 5)
        if kind == 0:
            return [self.pick(*_NUMBERS)]
        if kind == 1:
            return [self.pick(*_STRINGS)]
        if kind == 2:
            return [self.pick("nil", "true", "false")]
        if kind == 3 and self.frames[-1].variadic:
            return ["..."]
        return [self.pick(*NAMES)]

    def if_else(self, depth: int) -> list[str]:
        tokens = ["if", *self.expression(depth), "then", *self.expression(depth)]
        for _ in range(self.number(0, 1)):
            tokens += ["elseif", *self.expression(depth), "then", *self.expression(depth)]
        return [*tokens, "else", *self.expression(depth)]

    def table_constructor(self, depth: int) -> list[str]:
        items = [self.table_item(depth) for _ in range(self.number(0, 3))]
        separator = self.pick(",", ";")
        trailing = [separator] if items and self.flag() else []
        return ["{", *separated(items, separator), *trailing, "}"]

    def table_item(self, depth: int) -> list[str]:
        kind = self.number(0, 2)
        if kind == 0:
            return [self.pick(*_FIELDS), "=", *self.expression(depth)]
        if kind == 1:
            return ["[", *self.expression(depth), "]", "=", *self.expression(depth)]
        return self.expression(depth)

    def interpolated(self, depth: int) -> str:
        """One token. A space keeps a table constructor away from the brace, since `{{` is refused."""
        parts = [f"{{ {self.plain(self.expression(depth))} }}" for _ in range(self.number(1, 2))]
        return "`" + self.pick("", "total: ", "\\u{48}", "\\`").join(["", *parts, ""]) + "`"

    def plain(self, tokens: list[str]) -> str:
        return " ".join(token for token in tokens if token != SAME_LINE)

    def prefix(self, depth: int, ending: str = "") -> list[str]:
        """Names, indexing and calls. `ending` asks for a last part: "call" or "index"."""
        tokens = [self.pick(*NAMES)] if self.flag() else ["(", *self.expression(depth), ")"]
        for _ in range(self.number(0, 2)):
            tokens += self.suffix(depth, self.pick("call", "index"))
        return tokens + (self.suffix(depth, ending) if ending else [])

    def suffix(self, depth: int, kind: str) -> list[str]:
        if kind == "call":
            method = [":", self.pick(*_FIELDS)] if self.flag() else []
            return method + self.type_arguments(depth) + self.arguments(depth)
        return [".", self.pick(*_FIELDS)] if self.flag() else ["[", *self.expression(depth), "]"]

    def type_arguments(self, depth: int) -> list[str]:
        if not self.modern or self.number(0, 4) > 0:
            return []
        types = separated([self.argument(depth) for _ in range(self.number(1, 2))], ",")
        # One token: the parenthesis of a method call must be on the line of the method's name, before `<<`.
        return [SAME_LINE, f"<<{self.plain(types)}>>"]

    def arguments(self, depth: int) -> list[str]:
        kind = self.number(0, 4)
        if kind == 0:
            return [self.pick('"text"', "[[long]]")]
        if kind == 1:
            return self.table_constructor(depth)
        return [SAME_LINE, "(", *separated([self.expression(depth) for _ in range(self.number(0, 3))], ","), ")"]

    def function_body(self, depth: int, first: str = "") -> list[str]:
        """From the type parameters to `end`."""
        names = [name for name in (first, "a", "b")[: self.number(0, 3)] if name]
        parameters = [[name, *([":", *self.type(depth)] if self.flag() else [])] for name in names]
        variadic = self.flag()
        if variadic:
            parameters.append(["...", *([":", *self.simple(depth)] if self.flag() else [])])
        result = [":", *self.result(depth)] if self.flag() else []
        with self.function_frame(variadic):
            body = self.block(depth)
        return [*self.generics(), "(", *separated(parameters, ","), ")", *result, *body, "end"]

    def attributes(self) -> list[str]:
        """Attributes of a function, mostly none. None comes twice, which would be refused."""
        words = list(self.draw(st.sampled_from(((), (), (), ("@native",), ("@checked", "@native"), ("@deprecated",)))))
        if self.modern and not words and self.number(0, 6) == 0:
            words = [self.pick("@[native]", "@[native, checked]", '@[deprecated { use = "x", reason = "y" }]')]
        return words
