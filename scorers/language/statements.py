"""Nodes of statements."""

from typing import TYPE_CHECKING

from scorers.language.expressions import Expr, Function
from scorers.language.node import Node
from scorers.language.types import Type

if TYPE_CHECKING:
    from scorers.language.types import GenericParameter


class Binding(Node):
    """A name that is declared: a local, a parameter or a loop variable."""

    __slots__ = ("annotation", "name")

    def __init__(self, start: int, end: int, name: str, annotation: Type | None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.annotation = annotation


class Attribute(Node):
    """`@name` or one entry of `@[name args]`."""

    __slots__ = ("args", "name")

    def __init__(self, start: int, end: int, name: str, args: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.args = args


class Stat(Node):
    """A statement."""

    __slots__ = ()


class Block(Stat):
    """Statements in a scope of their own."""

    __slots__ = ("statements",)

    def __init__(self, start: int, end: int, statements: list[Stat]) -> None:
        self.start = start
        self.end = end
        self.statements = statements


class Local(Stat):
    """`local a, b = 1, 2` or `const a = 1`."""

    __slots__ = ("bindings", "is_const", "is_exported", "values")

    def __init__(
        self, start: int, end: int, bindings: list[Binding], values: list[Expr], is_const: bool, is_exported: bool
    ) -> None:
        self.start = start
        self.end = end
        self.bindings = bindings
        self.values = values
        self.is_const = is_const
        self.is_exported = is_exported


class LocalFunction(Stat):
    """`local function name() ... end`."""

    __slots__ = ("binding", "function", "is_const", "is_exported")

    def __init__(self, start: int, end: int, binding: Binding, function: Function, is_const: bool, is_exported: bool) -> None:
        self.start = start
        self.end = end
        self.binding = binding
        self.function = function
        self.is_const = is_const
        self.is_exported = is_exported


class FunctionDeclaration(Stat):
    """`function a.b.c:d() ... end`; the target is `a.b.c.d`."""

    __slots__ = ("function", "method", "target")

    def __init__(self, start: int, end: int, target: Expr, method: bool, function: Function) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.method = method
        self.function = function


class Assign(Stat):
    """`a, b.c = 1, 2`."""

    __slots__ = ("targets", "values")

    def __init__(self, start: int, end: int, targets: list[Expr], values: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.targets = targets
        self.values = values


class CompoundAssign(Stat):
    """`target += value`; `op` is `+=`."""

    __slots__ = ("op", "target", "value")

    def __init__(self, start: int, end: int, op: str, target: Expr, value: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.target = target
        self.value = value


class CallStatement(Stat):
    """A call on its own."""

    __slots__ = ("call",)

    def __init__(self, start: int, end: int, call: Expr) -> None:
        self.start = start
        self.end = end
        self.call = call


class Do(Stat):
    """`do ... end`."""

    __slots__ = ("body",)

    def __init__(self, start: int, end: int, body: Block) -> None:
        self.start = start
        self.end = end
        self.body = body


class While(Stat):
    """`while condition do ... end`."""

    __slots__ = ("body", "condition")

    def __init__(self, start: int, end: int, condition: Expr, body: Block) -> None:
        self.start = start
        self.end = end
        self.condition = condition
        self.body = body


class Repeat(Stat):
    """`repeat ... until condition`; the condition sees the body's locals."""

    __slots__ = ("body", "condition")

    def __init__(self, start: int, end: int, body: Block, condition: Expr) -> None:
        self.start = start
        self.end = end
        self.body = body
        self.condition = condition


class If(Stat):
    """`if ... elseif ... else ... end`: a block for each condition."""

    __slots__ = ("blocks", "conditions", "otherwise")

    def __init__(self, start: int, end: int, conditions: list[Expr], blocks: list[Block], otherwise: Block | None) -> None:
        self.start = start
        self.end = end
        self.conditions = conditions
        self.blocks = blocks
        self.otherwise = otherwise


class NumericFor(Stat):
    """`for i = first, last, step do ... end`."""

    __slots__ = ("binding", "body", "first", "last", "step")

    def __init__(self, start: int, end: int, binding: Binding, first: Expr, last: Expr, step: Expr | None, body: Block) -> None:
        self.start = start
        self.end = end
        self.binding = binding
        self.first = first
        self.last = last
        self.step = step
        self.body = body


class GenericFor(Stat):
    """`for k, v in values do ... end`."""

    __slots__ = ("bindings", "body", "values")

    def __init__(self, start: int, end: int, bindings: list[Binding], values: list[Expr], body: Block) -> None:
        self.start = start
        self.end = end
        self.bindings = bindings
        self.values = values
        self.body = body


class Return(Stat):
    """`return values`."""

    __slots__ = ("values",)

    def __init__(self, start: int, end: int, values: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.values = values


class Break(Stat):
    """`break`."""

    __slots__ = ()


class Continue(Stat):
    """`continue`."""

    __slots__ = ()


class TypeAlias(Stat):
    """`type Name<T> = ...`."""

    __slots__ = ("generics", "is_exported", "name", "type")

    def __init__(
        self, start: int, end: int, name: str, generics: list["GenericParameter"], type: Type, is_exported: bool
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.generics = generics
        self.type = type
        self.is_exported = is_exported


class TypeFunction(Stat):
    """`type function name() ... end`."""

    __slots__ = ("function", "is_exported", "name")

    def __init__(self, start: int, end: int, name: str, function: Function, is_exported: bool) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.function = function
        self.is_exported = is_exported


class BrokenStatement(Stat):
    """What could be read of a statement that is none."""

    __slots__ = ("parts",)

    def __init__(self, start: int, end: int, parts: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.parts = parts
