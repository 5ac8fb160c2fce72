"""A parsed source with everything that checks ask for: tree, parents, variables, and its nodes by kind."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar, cast

from scorers.language.expressions import Call, Expr, Function, Index, MethodCall, Name
from scorers.language.node import Node
from scorers.language.position import COLUMN_BITS, COLUMN_MASK, Placed
from scorers.language.problem import SyntaxProblem
from scorers.language.statements import Binding, Block
from scorers.language.tokens import Comment, Tokens
from scorers.language.types import Type

N = TypeVar("N", bound=Node)
_START = attrgetter("start")


class Variable(Placed):
    """A local variable, a parameter or a loop variable.

    `kind` is one of local, const, function, parameter, self, loop. `value` is the expression it begins with, where one
    stands for it; for a later result of a call, `value` is that call and `position` the index of the result (from 0).
    """

    __slots__ = (
        "annotation", "declaration", "end", "function", "is_captured", "is_exported", "kind", "name", "position", "reads",
        "scope", "start", "type_uses", "value", "writes",
    )  # fmt: skip

    def __init__(
        self, name: str, kind: str, start: int, end: int, declaration: Node, function: Function | None, scope: Node
    ) -> None:
        self.name = name
        self.kind = kind
        self.start = start
        self.end = end
        self.declaration = declaration
        self.function = function
        self.scope = scope
        self.value: Expr | None = None
        self.position = 0
        self.annotation: Type | None = None
        self.reads: list[Name] = []
        self.writes: list[Name] = []
        self.type_uses = 0
        self.is_captured = False
        self.is_exported = False


class Unit:
    """One source. Everything is filled by `parse`; checks only read.

    `parents`: the node around a node. `variable_of`: what a name means (globals are missing). `variable_at`: the variable
    that a declaration makes. `holder_of`: the variable that begins with an expression as its value. `stands_for`: the global
    path that a local always means (`local new = Instance.new`).
    """

    def __init__(self, source: str, tokens: Tokens, tree: Block) -> None:
        self.source = source
        self.tokens = tokens
        self.tree = tree
        self.errors: tuple[SyntaxProblem, ...] = ()
        self.parents: dict[Node, Node] = {}
        self.variables: list[Variable] = []
        self.variable_of: dict[Name, Variable] = {}
        self.global_reads: dict[str, list[Name]] = {}
        self.global_writes: dict[str, list[Name]] = {}
        self.by_class: dict[type[Node], list[Node]] = {}
        self.variable_at: dict[Binding, Variable] = {}
        self.holder_of: dict[Expr, Variable] = {}
        self.indexes: dict[str, list[Index]] = {}
        self.method_calls: dict[str, list[MethodCall]] = {}
        self.global_calls: dict[str, list[Call]] = {}
        self.stands_for: dict[Variable, str] = {}
        self.declared_types: set[str] = set()
        self.memo: dict[Any, Any] = {}

    @property
    def comments(self) -> list[Comment]:
        """In the order of the source."""
        return self.tokens.comments

    @property
    def functions(self) -> Sequence[Function]:
        """All functions, an outer one before those in it."""
        return self.all(Function)

    def all(self, kind: type[N]) -> Sequence[N]:
        """The nodes of exactly this class, in the order of the source (a node before those in it)."""
        return cast("Sequence[N]", self.by_class.get(kind, ()))

    def within(self, kind: type[N], node: Node) -> Sequence[N]:
        """The nodes of exactly this class that begin inside another one."""
        return inside(self.all(kind), node)

    def calls(self, path: str) -> Sequence[Call]:
        """Calls of a global by its dotted path, `calls("task.wait")`, also through a local that stands for it."""
        return self.global_calls.get(path, ())

    def members(self, name: str) -> Sequence[Index]:
        """Places `object.name`, read or written."""
        return self.indexes.get(name, ())

    def methods(self, *names: str) -> Iterator[MethodCall]:
        """Calls `object:name(...)` of any of these names."""
        for name in names:
            yield from self.method_calls.get(name, ())

    def parent(self, node: Node) -> Node | None:
        """The node around this one; None for the whole source."""
        return self.parents.get(node)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around this one, nearest first."""
        parents = self.parents
        around = parents.get(node)
        while around is not None:
            yield around
            around = parents.get(around)

    def function_of(self, node: Node) -> Function | None:
        """The function whose body a node stands in; None at the top level. A function stands in the one around it."""
        parents = self.parents
        around = parents.get(node)
        while around is not None and type(around) is not Function:
            around = parents.get(around)
        return around

    def text(self, node: Node) -> str:
        """The source of a node as written."""
        return self.source[self.offset(node.start) : self.offset(node.end)]

    def offset(self, place: int) -> int:
        """Characters before a position."""
        starts = self.memo.get("line starts")
        if starts is None:
            starts = [0]
            at = self.source.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.source.find("\n", at + 1)
            self.memo["line starts"] = starts
        shift = 1 if self.source.startswith("\ufeff") and place >> COLUMN_BITS == 1 else 0
        return int(starts[(place >> COLUMN_BITS) - 1] + (place & COLUMN_MASK) - 1 + shift)


def inside(nodes: Sequence[N], node: Node) -> Sequence[N]:
    """Of nodes in the order of the source those that begin inside another one (and are not it)."""
    first = bisect_right(nodes, node.start, key=_START)
    return nodes[first : bisect_left(nodes, node.end, lo=first, key=_START)]


def place_in(nodes: Sequence[Node], node: Node) -> int | None:
    """The index of a node in a list in the order of the source, None where it is not in it."""
    place = bisect_left(nodes, node.start, key=_START)
    return place if place < len(nodes) and nodes[place] is node else None


def first_inside(nodes: Sequence[N], node: Node) -> N | None:
    """The first of them, None where there is none."""
    first = bisect_right(nodes, node.start, key=_START)
    return nodes[first] if first < len(nodes) and nodes[first].start < node.end else None
