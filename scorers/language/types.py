"""Nodes of type annotations."""

from typing import TYPE_CHECKING

from scorers.language.node import Node

if TYPE_CHECKING:
    from scorers.language.expressions import Expr


class Type(Node):
    """A type annotation."""

    __slots__ = ()


class NamedType(Type):
    """`Name`, `module.Name<args>`."""

    __slots__ = ("args", "name", "prefix")

    def __init__(self, start: int, end: int, prefix: str | None, name: str, args: list[Type]) -> None:
        self.start = start
        self.end = end
        self.prefix = prefix
        self.name = name
        self.args = args


class SingletonType(Type):
    """`"text"`, `true`, `false`."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class TypeofType(Type):
    """`typeof(value)`."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: "Expr") -> None:
        self.start = start
        self.end = end
        self.value = value


class PropertyType(Node):
    """`name: type` in a table type; access is `read`, `write` or None."""

    __slots__ = ("access", "name", "type")

    def __init__(self, start: int, end: int, name: str, type: Type, access: str | None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.type = type
        self.access = access


class IndexerType(Node):
    """`[key]: type` in a table type; `{type}` has a key `number`."""

    __slots__ = ("access", "key", "type")

    def __init__(self, start: int, end: int, key: Type, type: Type, access: str | None) -> None:
        self.start = start
        self.end = end
        self.key = key
        self.type = type
        self.access = access


class TableType(Type):
    """`{ name: type, [key]: type }`."""

    __slots__ = ("indexer", "properties")

    def __init__(self, start: int, end: int, properties: list[PropertyType], indexer: IndexerType | None) -> None:
        self.start = start
        self.end = end
        self.properties = properties
        self.indexer = indexer


class FunctionType(Type):
    """`<T>(params) -> returns`."""

    __slots__ = ("generics", "params", "returns")

    def __init__(self, start: int, end: int, generics: list["GenericParameter"], params: "TypeList", returns: Type) -> None:
        self.start = start
        self.end = end
        self.generics = generics
        self.params = params
        self.returns = returns


class UnionType(Type):
    """`A | B`."""

    __slots__ = ("parts",)

    def __init__(self, start: int, end: int, parts: list[Type]) -> None:
        self.start = start
        self.end = end
        self.parts = parts


class IntersectionType(Type):
    """`A & B`."""

    __slots__ = ("parts",)

    def __init__(self, start: int, end: int, parts: list[Type]) -> None:
        self.start = start
        self.end = end
        self.parts = parts


class OptionalType(Type):
    """`type?`."""

    __slots__ = ("type",)

    def __init__(self, start: int, end: int, type: Type) -> None:
        self.start = start
        self.end = end
        self.type = type


class GroupType(Type):
    """`(type)`."""

    __slots__ = ("type",)

    def __init__(self, start: int, end: int, type: Type) -> None:
        self.start = start
        self.end = end
        self.type = type


class TypeList(Type):
    """A pack: `(A, B, ...C)`."""

    __slots__ = ("tail", "types")

    def __init__(self, start: int, end: int, types: list[Type], tail: Type | None) -> None:
        self.start = start
        self.end = end
        self.types = types
        self.tail = tail


class VariadicType(Type):
    """`...type`."""

    __slots__ = ("type",)

    def __init__(self, start: int, end: int, type: Type) -> None:
        self.start = start
        self.end = end
        self.type = type


class GenericPack(Type):
    """`Name...`."""

    __slots__ = ("name",)

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start = start
        self.end = end
        self.name = name


class MissingType(Type):
    """Stands where a type was expected and none could be read."""

    __slots__ = ()


class GenericParameter(Node):
    """`T`, `T...`, `T = default`."""

    __slots__ = ("default", "is_pack", "name")

    def __init__(self, start: int, end: int, name: str, is_pack: bool, default: Type | None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.is_pack = is_pack
        self.default = default
