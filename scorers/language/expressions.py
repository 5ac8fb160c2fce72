"""Nodes of expressions. No node points at its parent (`Unit.parents` does): a tree is freed without the collector."""

from typing import TYPE_CHECKING

from scorers.language.node import Node

if TYPE_CHECKING:
    from scorers.language.statements import Attribute, Binding, Block
    from scorers.language.types import GenericParameter, Type


class Expr(Node):
    """An expression."""

    __slots__ = ()


class Nil(Expr):
    """`nil`."""

    __slots__ = ()


class Boolean(Expr):
    """`true` or `false`."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: bool) -> None:
        self.start = start
        self.end = end
        self.value = value


class Number(Expr):
    """A number as written."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class String(Expr):
    """A string literal as written, quotes included."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Interpolated(Expr):
    """A backtick string: `len(texts) == len(values) + 1`, texts as written without quotes and braces."""

    __slots__ = ("texts", "values")

    def __init__(self, start: int, end: int, texts: list[str], values: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.texts = texts
        self.values = values


class Vararg(Expr):
    """`...`."""

    __slots__ = ()


class Name(Expr):
    """A variable. `Unit.local_of` tells which one."""

    __slots__ = ("name",)

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start = start
        self.end = end
        self.name = name


class Index(Expr):
    """`object.name`."""

    __slots__ = ("name", "name_start", "object")

    def __init__(self, start: int, end: int, object: Expr, name: str, name_start: int) -> None:
        self.start = start
        self.end = end
        self.object = object
        self.name = name
        self.name_start = name_start


class Subscript(Expr):
    """`object[key]`."""

    __slots__ = ("key", "object")

    def __init__(self, start: int, end: int, object: Expr, key: Expr) -> None:
        self.start = start
        self.end = end
        self.object = object
        self.key = key


class Call(Expr):
    """`function(args)`."""

    __slots__ = ("args", "function")

    def __init__(self, start: int, end: int, function: Expr, args: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.args = args


class MethodCall(Expr):
    """`object:name(args)`."""

    __slots__ = ("args", "name", "name_start", "object")

    def __init__(self, start: int, end: int, object: Expr, name: str, name_start: int, args: list[Expr]) -> None:
        self.start = start
        self.end = end
        self.object = object
        self.name = name
        self.name_start = name_start
        self.args = args


class Function(Expr):
    """A function with its body. `vararg` is the position of `...`, 0 without."""

    __slots__ = ("attributes", "body", "generics", "has_self", "params", "returns", "vararg", "vararg_type")

    def __init__(
        self,
        start: int,
        end: int,
        params: list["Binding"],
        vararg: int,
        vararg_type: "Type | None",
        returns: "Type | None",
        generics: list["GenericParameter"],
        body: "Block",
        attributes: list["Attribute"],
        has_self: bool,
    ) -> None:
        self.start = start
        self.end = end
        self.params = params
        self.vararg = vararg
        self.vararg_type = vararg_type
        self.returns = returns
        self.generics = generics
        self.body = body
        self.attributes = attributes
        self.has_self = has_self


class Field(Node):
    """One entry of a table constructor: `[key] = value`, `name = value` or `value`."""

    __slots__ = ("key", "name", "value")

    def __init__(self, start: int, end: int, key: Expr | None, name: str | None, value: Expr) -> None:
        self.start = start
        self.end = end
        self.key = key
        self.name = name
        self.value = value


class Table(Expr):
    """`{ ... }`."""

    __slots__ = ("fields",)

    def __init__(self, start: int, end: int, fields: list[Field]) -> None:
        self.start = start
        self.end = end
        self.fields = fields


class Unary(Expr):
    """`not x`, `-x`, `#x`."""

    __slots__ = ("op", "operand")

    def __init__(self, start: int, end: int, op: str, operand: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.operand = operand


class Binary(Expr):
    """`left op right`."""

    __slots__ = ("left", "op", "op_start", "right")

    def __init__(self, start: int, end: int, op: str, op_start: int, left: Expr, right: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.op_start = op_start
        self.left = left
        self.right = right


class IfElse(Expr):
    """`if condition then then else otherwise`; `elseif` nests in `otherwise`."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, start: int, end: int, condition: Expr, then: Expr, otherwise: Expr) -> None:
        self.start = start
        self.end = end
        self.condition = condition
        self.then = then
        self.otherwise = otherwise


class Cast(Expr):
    """`value :: type`."""

    __slots__ = ("type", "value")

    def __init__(self, start: int, end: int, value: Expr, type: "Type") -> None:
        self.start = start
        self.end = end
        self.value = value
        self.type = type


class Group(Expr):
    """`(value)`."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start = start
        self.end = end
        self.value = value


class Instantiate(Expr):
    """`function<<types>>`."""

    __slots__ = ("function", "types")

    def __init__(self, start: int, end: int, function: Expr, types: list["Type"]) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.types = types


class Missing(Expr):
    """Stands where an expression was expected and none could be read."""

    __slots__ = ()
