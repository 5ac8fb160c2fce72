"""Where the arguments of a client go in the handler of a remote: what tests them, and what they change.

Each use of an argument is followed outwards through the expression that holds it, and on through the locals that are made
of it. It ends in a test of the value (a comparison, a type test, a lookup, a function that is handed it and may test it) or
in a change of the game's state, or nowhere. Any earlier test of an argument excuses it: whether the test is a good one is
more than the source of one file tells.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scorers.checks.events import STORE_WRITES, adds_to_itself
from scorers.language.expressions import (
    Binary,
    Call,
    Cast,
    Expr,
    Field,
    Function,
    Group,
    IfElse,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Nil,
    Subscript,
    Table,
    Unary,
)
from scorers.language.node import Node
from scorers.language.paths import global_path
from scorers.language.statements import Assign, CompoundAssign, GenericFor, Local, Return
from scorers.language.unit import Unit, Variable, place_in
from scorers.roblox.table import datatypes
from scorers.roblox.texts import literal

_ORDER = ("<", "<=", ">", ">=")
_BALANCE = re.compile(r"^Value$|coin|cash|gold|gem|money|balance|credit|currenc|points", re.IGNORECASE)
_STANDING = re.compile(r"level|^xp$|experience|rank|admin|health|damage|speed|kills|wins|score", re.IGNORECASE)
_MOVES = ("MoveTo", "PivotTo", "SetPrimaryPartCFrame")
_ACTS = frozenset(("Destroy", "ClearAllChildren", "Remove", "TakeDamage", "BreakJoints", "Kick", *_MOVES))
"""Methods that change the instance that they are called on."""
_TAKES = frozenset(("TakeDamage", *_MOVES, *STORE_WRITES))
"""Methods that change the game by their arguments."""
_QUIET_METHODS = frozenset(("FireClient", "FireAllClients", "FireServer", "Fire", "JSONEncode", "AddItem"))
"""Methods that hand a value on and test nothing."""
_PARTS = frozenset(
    (
        "FindFirstChild", "FindFirstChildOfClass", "FindFirstChildWhichIsA", "FindFirstAncestorOfClass", "WaitForChild",
        "FindFirstAncestorWhichIsA", "FindFirstAncestor", "GetChildren", "GetDescendants", "Clone", "lower", "upper", "GetPivot",
    )
)  # fmt: skip
"""Methods whose result the client chooses with the value."""
_TESTS = frozenset(("IsA", "IsDescendantOf", "IsAncestorOf", "HasTag", "GetAttribute", "match", "find", "IsInGroup"))
_QUIET = frozenset(("print", "warn", "error", "table.insert", "Instance.new", "task.wait", "wait"))
_CARRIES = frozenset(
    (
        "tonumber", "tostring", "math.floor", "math.ceil", "math.round", "math.abs", "math.sqrt", "unpack", "table.unpack",
        "ipairs", "pairs", "next", "assert", "string.lower", "string.upper", "string.format", "table.clone",
    )
)  # fmt: skip
_SET = frozenset(("Health", "MaxHealth", "WalkSpeed", "JumpPower", "JumpHeight", "Value", "Parent", "CFrame", "Position"))
"""Properties that decide the game."""


_MAX_HOPS = 60
"""Locals that are followed from one to the next."""


class Test(NamedTuple):
    """A place that tests an argument. `kind`: order, self (`x ~= x`), table (that it is one), another type, or other."""

    node: Node
    kind: str


class Reach(NamedTuple):
    """A change of the game by an argument.

    `is_number`: the value itself goes into health or a sum. `is_mild`: it is a setting or a place, not what a player owns.
    `is_part`: it is something in a table that the client sent.
    """

    node: Node
    is_number: bool
    is_mild: bool
    is_part: bool


@dataclass(slots=True)
class Argument:
    """An argument of a client with its tests and what it reaches, in the order of the source."""

    variable: Variable
    tests: list[Test] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)

    def untested(self) -> Reach | None:
        """The first change before which nothing tests the argument. That it is a table says nothing of what is in it."""
        first = self.tests[0].node.start if self.tests else None
        first_of_parts = next((test.node.start for test in self.tests if test.kind != "table"), None)
        for reach in self.reaches:
            tested = first_of_parts if reach.is_part else first
            if tested is None or tested >= reach.node.start:
                return reach
        return None


def follow(unit: Unit, handler: Function, variable: Variable) -> Argument:
    """What happens to an argument, the variable, in a handler."""
    return _Walk(unit, handler, variable).argument


class _Walk:
    """Follows one argument. A rule takes (parent, node) and gives what now holds the value, None where the way ends."""

    def __init__(self, unit: Unit, handler: Function, variable: Variable) -> None:
        self.unit = unit
        self.handler = handler
        self.argument = Argument(variable)
        self.rules: dict[type[Node], Callable[[Any, Any], Node | None]] = {
            **dict.fromkeys((Index, Group, Cast, Field, Table, Interpolated), lambda parent, _node: parent),
            Subscript: self.subscript,
            Unary: lambda parent, _node: None if parent.op == "not" else parent,
            IfElse: lambda parent, node: None if node is parent.condition else parent,
            Binary: self.binary,
            Call: self.call,
            MethodCall: self.method,
            Local: self.local,
            Assign: self.assign,
            CompoundAssign: self.compound,
            GenericFor: self.loop,
            Return: self.returned,
        }
        self.waiting = [(variable, False)]
        self.is_part = False  # whether what is followed right now is something in the argument
        self.climbed: set[Node] = set()
        self.follow()
        self.argument.tests.sort(key=lambda test: test.node.start)
        self.argument.reaches.sort(key=lambda reach: reach.node.start)

    def follow(self) -> None:
        """Look at every use of the argument and of the locals made of it."""
        seen = set()
        while self.waiting:
            variable, is_part = self.waiting.pop()
            if variable in seen:
                continue
            seen.add(variable)
            for read in variable.reads:
                self.is_part = is_part
                self.climb(read)
            for write in variable.writes:
                self.rewritten(write)

    def climb(self, node: Node) -> None:
        """Follow a value outwards to where it ends."""
        held: Node | None = node
        while held is not None and held not in self.climbed:
            self.climbed.add(held)
            parent = self.unit.parents.get(held)
            rule = self.rules.get(type(parent)) if parent is not None else None
            self.is_part = self.is_part or isinstance(parent, Index | Subscript)
            held = rule(parent, held) if rule is not None else None

    def rewritten(self, write: Name) -> None:
        """A variable that gets a value of another origin is the client's no more."""
        statement = self.unit.parents.get(write)
        value = statement.values[0] if isinstance(statement, Assign) and statement.values else None
        while isinstance(value, Binary) and value.op == "or":
            value = value.left
        is_converted = isinstance(value, Call) and global_path(self.unit, value.function) in _CARRIES
        if not is_converted and not isinstance(statement, CompoundAssign):
            self.test(write, "other")

    def test(self, node: Node, kind: str) -> None:
        """Note a test of the argument."""
        self.argument.tests.append(Test(node, kind))

    def reach(self, node: Node, is_number: bool = False, is_mild: bool = False) -> None:
        """Note a change of the game."""
        self.argument.reaches.append(Reach(node, is_number, is_mild, self.is_part))

    # What may stand around the value

    def subscript(self, parent: Subscript, node: Node) -> Node | None:
        if node is parent.object:
            return parent
        statement = self.unit.parents.get(parent)
        if not (isinstance(statement, Assign | CompoundAssign) and _is_target(statement, parent)):
            self.test(parent, "other")
        return None

    def binary(self, parent: Binary, node: Node) -> Node | None:
        other = parent.right if node is parent.left else parent.left
        if parent.op in ("and", "or"):
            return parent if node is parent.right or parent.op == "or" else None
        if parent.op in _ORDER:
            if not _is_balance(other):
                self.test(parent, "order")
            return None
        if parent.op not in ("==", "~="):
            return parent
        if not isinstance(other, Nil):
            self.test(parent, "self" if self.unit.text(other) == self.unit.text(node) else "other")
        return None

    def call(self, parent: Call, node: Node) -> Node | None:
        if node is parent.function:
            return None
        path = global_path(self.unit, parent.function)
        if path in ("require", "loadstring"):
            self.reach(parent)
        elif path in _CARRIES or path.partition(".")[0] in datatypes().keys() - {"Instance"}:
            return parent
        elif path not in _QUIET:
            self.test(parent, self.type_test(parent) if path in ("type", "typeof") else "other")
        return None

    def type_test(self, asked: Call) -> str:
        """Whether `type(value)` asks for a table, of the argument itself."""
        around = self.unit.parents.get(asked)
        sides = (around.left, around.right) if isinstance(around, Binary) else ()
        return "table" if not self.is_part and any(literal(side) == "table" for side in sides) else "type"

    def method(self, parent: MethodCall, node: Node) -> Node | None:
        if node is not parent.object:
            if parent.name in _TAKES:
                self.reach(parent, parent.name == "TakeDamage" and _is_value(node), parent.name in _MOVES)
            elif parent.name == "SetAttribute":
                self.attribute(parent, node)
            elif parent.name not in _QUIET_METHODS:
                self.test(parent, "other")
            return None
        if parent.name in _ACTS:
            self.reach(parent)
        elif parent.name in _TESTS:
            self.test(parent, "other")
        elif parent.name in _PARTS:
            return parent
        return None

    def attribute(self, parent: MethodCall, node: Node) -> None:
        """What a player owns may be kept in attributes."""
        name = literal(parent.args[0]) or ""
        if node is parent.args[-1] and _BALANCE.search(name):
            self.reach(parent, _is_value(node))
        elif node is parent.args[-1] and _STANDING.search(name):
            self.reach(parent, is_mild=True)

    def local(self, parent: Local, node: Expr) -> None:
        at = place_in(parent.values, node)
        if at is not None and at < len(parent.bindings):
            self.waiting.append((self.unit.variable_at[parent.bindings[at]], self.is_part))

    def loop(self, parent: GenericFor, node: Node) -> None:
        if place_in(parent.values, node) is not None:
            self.waiting += [(self.unit.variable_at[binding], True) for binding in parent.bindings]

    def assign(self, parent: Assign, node: Expr) -> None:
        if _is_target(parent, node):
            if isinstance(node, Index) and node.name in _SET:
                self.reach(parent)
            return
        at = place_in(parent.values, node)
        target = parent.targets[at] if at is not None and at < len(parent.targets) else None
        if isinstance(target, Name) and (variable := self.unit.variable_of.get(target)) is not None:
            self.waiting.append((variable, self.is_part))
        elif isinstance(target, Index | Subscript) and not self.is_new(target):
            adds = adds_to_itself(self.unit, parent)
            name = target.name if isinstance(target, Index) else ""
            if adds or name in _SET:
                is_number = (adds or name in ("Health", "MaxHealth", "Value")) and _is_value(node)
                self.reach(parent, is_number, name in ("Value", "CFrame", "Position") and not adds)

    def compound(self, parent: CompoundAssign, node: Node) -> None:
        target = parent.target
        if node is target:
            if isinstance(node, Index) and node.name in _SET:
                self.reach(parent)
        elif isinstance(target, Index | Subscript) and parent.op != "..=" and not self.is_new(target):
            self.reach(parent, _is_value(node))

    def returned(self, parent: Return, _node: Node) -> None:
        """What a transform of UpdateAsync returns is stored."""
        function = self.unit.function_of(parent)
        around = self.unit.parents.get(function) if function is not None else None
        if isinstance(around, MethodCall) and around.name == "UpdateAsync":
            self.reach(around)

    def is_new(self, target: Expr) -> bool:
        """Whether a value was made by the handler itself: the client decides nothing but its own request."""
        is_place = isinstance(target, Index) and target.name in ("CFrame", "Position")
        held: Expr | None = target
        for _ in range(_MAX_HOPS):
            while isinstance(held, Index | Subscript):
                held = held.object
            variable = self.unit.variable_of.get(held) if isinstance(held, Name) else None
            if variable is None or not self.handler.body.start <= variable.start < self.handler.end:
                return False
            held = variable.value
            if not isinstance(held, Index | Subscript):
                break
        if isinstance(held, MethodCall):
            return held.name == "Clone"
        return isinstance(held, Table) or (
            isinstance(held, Call) and (is_place or global_path(self.unit, held.function) == "Instance.new")
        )


def _is_target(statement: Assign | CompoundAssign, node: Node) -> bool:
    if isinstance(statement, CompoundAssign):
        return node is statement.target
    return place_in(statement.targets, node) is not None


def _is_balance(node: Expr) -> bool:
    """`coins.Value`: being less than what a player owns is no test of a price, which may be negative."""
    while isinstance(node, Group | Cast):
        node = node.value
    return isinstance(node, Name | Index) and _BALANCE.search(node.name) is not None


def _is_value(node: Node) -> bool:
    """Whether a node may be a number by its form."""
    return not isinstance(node, Table | Interpolated)
