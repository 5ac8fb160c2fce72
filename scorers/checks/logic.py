"""Conditions, assignments and tables that do not mean what they say."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, WARNING, Finding, at, check
from scorers.language.equality import canonical, excerpt, is_stable, same
from scorers.language.expressions import (
    Binary,
    Boolean,
    Expr,
    Function,
    Group,
    IfElse,
    Index,
    Name,
    Nil,
    Number,
    String,
    Table,
    Unary,
)
from scorers.language.node import Node
from scorers.language.numbers import number_value
from scorers.language.operators import COMPARISONS, chain, operations, ungrouped
from scorers.language.statements import Assign, If, Repeat, While
from scorers.language.unit import Unit
from scorers.roblox.inference import literal


@check("self-assign", BUGS, WARNING)
def self_assign(unit: Unit) -> Iterator[Finding]:
    """Assigning a variable to itself does nothing: one of the two names is wrong.

    A property of a Roblox object may be meant, because setting it again has effects. `local x = x` is a variable of its own.

    Bad:
        local function setSpeed(self, speed)
            speed = speed
        end
    Good:
        local function setSpeed(self, speed)
            self.speed = speed
        end
    Source: selene lint almost_swapped and common practice (ESLint no-self-assign).
    """
    for node in unit.all(Assign):
        if len(node.targets) == len(node.values) == 1:
            target = node.targets[0]
            if same(unit, target, node.values[0]) and is_stable(unit, target) and not _may_be_a_property(target):
                yield at(
                    node, f"`{unit.text(target)}` is assigned to itself", "one of the two names is wrong; else remove the line"
                )


def _may_be_a_property(target: Expr) -> bool:
    """Roblox spells properties `LikeThis`; setting `CFrame` again makes the physics engine look."""
    return isinstance(target, Index) and target.name[:1].isupper() and _root(target) != "self"


def _root(node: Expr) -> str:
    """The name that a path `a.b.c` begins with, "" for others."""
    while isinstance(node, Index):
        node = node.object
    return node.name if isinstance(node, Name) else ""


@check("constant-or-condition", BUGS, WARNING)
def constant_or_condition(unit: Unit) -> Iterator[Finding]:
    """`x == "a" or "b"` is true for every x: the second half is a value, not a comparison.

    Bad:
        if state == "Lobby" or "Waiting" then print("wait") end
    Good:
        if state == "Lobby" or state == "Waiting" then print("wait") end
    Source: a mistake that beginners and language models make; Luau type checker, truthiness of constants.
    """
    for node in operations(unit, "or"):
        right = ungrouped(node.right)
        if not _is_truthy_constant(right):
            continue
        left = _last_operand(node.left)
        is_comparison = isinstance(left, Binary) and left.op in COMPARISONS
        if _is_condition(unit, node) or (is_comparison and _compares_like(left, right)):
            subject = unit.text(left.left) if isinstance(left, Binary) and is_comparison else ""
            hint = f"write `{subject} {left.op} {unit.text(right)}`" if isinstance(left, Binary) and subject else None
            yield at(node.right, f"`or {excerpt(unit, right)}` makes this condition true always", hint)
    for node in operations(unit, "or"):
        one, other = ungrouped(node.left), ungrouped(node.right)
        if isinstance(one, Binary) and isinstance(other, Binary) and one.op == other.op == "~=" and _differ(unit, one, other):
            yield at(node, f"`{excerpt(unit, one.left)}` always differs from one of the two", "write `and`")


def _differ(unit: Unit, one: Binary, other: Binary) -> bool:
    """`x ~= "a"` and `x ~= "b"`: the same value beside different constants."""
    constants = (ungrouped(one.right), ungrouped(other.right))
    if not all(isinstance(constant, String | Number) or _is_enum_item(constant) for constant in constants):
        return False
    return same(unit, one.left, other.left) and is_stable(unit, one.left) and not same(unit, *constants)


def _is_truthy_constant(node: Expr) -> bool:
    """`true` is left out: who writes `or true` means it."""
    return isinstance(node, String | Number | Table | Function) or _is_enum_item(node)


def _is_enum_item(node: Expr) -> bool:
    """`Enum.KeyCode.E`."""
    return isinstance(node, Index) and isinstance(node.object, Index) and _root(node) == "Enum"


def _last_operand(node: Expr) -> Expr:
    node = ungrouped(node)
    while isinstance(node, Binary) and node.op == "or":
        node = ungrouped(node.right)
    return node


def _compares_like(left: Expr, right: Expr) -> bool:
    """`x == "a"` beside `"b"`: constants of one kind, so that the comparison was meant for both."""
    if not isinstance(left, Binary) or left.op != "==":
        return False
    of_texts = isinstance(right, String) and isinstance(left.right, String)
    return of_texts or (_is_enum_item(right) and _is_enum_item(left.right))


def _is_condition(unit: Unit, node: Node) -> bool:
    """Whether only the truth of a value counts where it stands."""
    around = unit.parents.get(node)
    while around is not None:
        if isinstance(around, Binary) and around.op in ("and", "or"):
            if around.op == "and" and around.left is node:
                return True
        elif isinstance(around, Unary):
            return around.op == "not"
        elif isinstance(around, If):
            return True
        elif isinstance(around, While | Repeat | IfElse):
            return around.condition is node
        elif not isinstance(around, Group):
            return False
        node, around = around, unit.parents.get(around)
    return False


@check("misleading-and-or", BUGS, WARNING)
def misleading_and_or(unit: Unit) -> Iterator[Finding]:
    """`c and nil or x` is always x: where the middle is nil or false, `and`/`or` cannot choose it.

    Bad:
        local target = isHidden and nil or enemy
    Good:
        local target = if isHidden then nil else enemy
    Source: Luau lint MisleadingAndOr.
    """
    for node in operations(unit, "or"):
        left = ungrouped(node.left)
        if not (isinstance(left, Binary) and left.op == "and"):
            continue
        middle = ungrouped(left.right)
        if isinstance(middle, Nil) or (isinstance(middle, Boolean) and not middle.value):
            value = unit.text(middle)
            hint = f"write `if {excerpt(unit, left.left)} then {value} else {excerpt(unit, node.right)}`"
            yield at(node, f"this is always `{excerpt(unit, node.right)}`: `and {value}` is never chosen", hint)


@check("duplicate-condition", BUGS, WARNING)
def duplicate_condition(unit: Unit) -> Iterator[Finding]:
    """The second of two equal conditions decides nothing: its branch never runs, or one of them is a slip.

    Calls are left alone unless they only look (`IsA`, `typeof`), because two calls may answer differently.

    Bad:
        if kind == "coin" then print(1) elseif kind == "coin" then print(2) end
    Good:
        if kind == "coin" then print(1) elseif kind == "gem" then print(2) end
    Source: Luau lint DuplicateCondition.
    """
    for statement in unit.all(If):
        if len(statement.conditions) > 1:
            yield from _repeated(unit, statement.conditions, "this branch never runs: `{}` is tested on line {}")
    for node in operations(unit, "and", "or"):
        around = unit.parents.get(node)
        if not (isinstance(around, Binary) and around.op == node.op):
            yield from _repeated(unit, chain(node), "`{}` stands twice in this condition, first on line {}")


_CONSTANTS = (Boolean, Nil, Number, String)


def _repeated(unit: Unit, conditions: list[Expr], message: str) -> Iterator[Finding]:
    seen: dict[str, Expr] = {}
    for condition in conditions:
        plain = ungrouped(condition)
        text = canonical(unit, plain)
        first = seen.setdefault(text, plain)
        if first is not plain and not isinstance(plain, _CONSTANTS) and is_stable(unit, plain):
            yield at(plain, message.format(excerpt(unit, plain), first.line), "test something else or remove it")


@check("duplicate-table-key", BUGS, WARNING)
def duplicate_table_key(unit: Unit) -> Iterator[Finding]:
    """A table keeps the last of two values with the same key; the first is lost.

    Bad:
        local prices = { Sword = 10, Shield = 20, Sword = 30 }
    Good:
        local prices = { Sword = 10, Shield = 20, Bow = 30 }
    Source: Luau lint TableLiteral, selene lint duplicate_keys.
    """
    for table in unit.all(Table):
        if len(table.fields) < 2:
            continue
        seen: dict[str, int] = {}
        position = 0
        for field in table.fields:
            if field.key is None and field.name is None:
                position += 1
            key = _key(unit, field.key, field.name, position)
            first = seen.setdefault(key, field.start) if key else field.start
            if first != field.start:
                shown = key.partition(" ")[2]
                message = f"the key `{shown}` stands twice in this table, first on line {first >> 24}"
                yield at(field, message, "rename one of the two or remove it")


def _key(unit: Unit, key: Expr | None, name: str | None, position: int) -> str:
    """A text that is equal for equal keys, "" for a key that is not known."""
    if name is not None:
        return f"string {name}"
    if key is None:
        return f"number {position}"
    key = ungrouped(key)
    text = literal(key)
    if text is not None:
        return f"string {text}"
    if isinstance(key, Number):
        return f"number {_number(number_value(key) or 0.0)}"
    return f"value {canonical(unit, key)}" if isinstance(key, Name | Index) and is_stable(unit, key) else ""


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)
