"""Strings that are built the wrong way."""

import re
from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, INFO, WARNING, Finding, at, check
from scorers.language.equality import same
from scorers.language.exits import loop_around
from scorers.language.expressions import (
    Binary,
    Call,
    Expr,
    Function,
    Group,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Number,
    String,
    Vararg,
)
from scorers.language.node import Node
from scorers.language.operators import chain, operations, ungrouped
from scorers.language.rounds import is_small
from scorers.language.statements import Assign, CompoundAssign, Stat
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import literal, type_of

_ARITHMETIC = ("+", "-", "*", "/", "//", "%", "^")
_NUMERIC = re.compile(r"\s*-?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\s*")


@check("string-arithmetic", BUGS, ERROR)
def string_arithmetic(unit: Unit) -> Iterator[Finding]:
    """`+` adds numbers; a text in it raises "attempt to perform arithmetic on string". Texts are joined with `..`.

    A text that reads as a number is converted and left alone.

    Bad:
        print("Score: " + 10)
    Good:
        print("Score: " .. 10)
    Source: Luau reference, arithmetic on strings.
    """
    for node in operations(unit, *_ARITHMETIC):
        left, right = _is_text(node.left), _is_text(node.right)
        if left or (right and (node.op == "+" or _has_no_operators(unit, node.left))):
            text = unit.text(node.left if left else node.right)
            shown = text if len(text) <= 30 else "this text"
            yield at(node, f"arithmetic on {shown}: `{node.op}` does not work on texts", _instead(unit, node))


_TEXTS = frozenset((String, Interpolated, Binary, Group))


def _is_text(node: Expr) -> bool:
    """Whether an expression is a text that is certainly no number."""
    if type(node) not in _TEXTS:
        return False
    node = ungrouped(node)
    if isinstance(node, Binary) and node.op == "..":
        return any(_is_text(part) for part in chain(node))
    if isinstance(node, Interpolated):
        return any(re.search(r"[^\d\s.eExXa-fA-F+-]", text) for text in node.texts)
    text = literal(node)
    return text is not None and not _NUMERIC.fullmatch(text)


def _has_no_operators(unit: Unit, node: Expr) -> bool:
    """Whether the left operand is known to define no arithmetic on texts."""
    inferred = type_of(unit, node)
    return inferred is not None and inferred.name in ("number", "string", "boolean", "nil")


def _instead(unit: Unit, node: Binary) -> str:
    if node.op == "*" and isinstance(node.right, Number):
        return f"write `string.rep({unit.text(node.left)}, {node.right.text})`"
    if node.op == "%":
        return "write `string.format(...)`"
    return "join texts with `..`" if node.op == "+" else "convert it with `tonumber` first"


_SPECIFIER = re.compile(r"%(?:%|[-+ #0]*\d{0,2}(?:\.\d{0,2})?([cdiouxXeEfgGqs*])?)")


@check("format-string", BUGS, WARNING)
def format_string(unit: Unit) -> Iterator[Finding]:
    """`string.format` raises an error where a placeholder has no argument or an unknown letter; arguments too many are lost.

    Bad:
        print(string.format("%s has %d coins", "Ada"))
    Good:
        print(string.format("%s has %d coins", "Ada", 10))
    Source: Luau lint FormatString.
    """
    for call in unit.calls("string.format"):
        if call.args and (text := literal(call.args[0])) is not None:
            yield from _format(call, call.args[0], text, call.args[1:])
    for method in unit.methods("format"):
        if (text := literal(method.object)) is not None:
            yield from _format(method, method.object, text, method.args)


def _format(call: Expr, template: Expr, text: str, args: list[Expr]) -> Iterator[Finding]:
    wanted = 0
    for specifier in _SPECIFIER.finditer(text):
        if specifier[0] == "%%":
            continue
        if specifier[1] is None:
            shown = text[specifier.start() : specifier.end() + 1]
            hint = "write `%%` for a percent sign; letters are cdiouxXeEfgGqs and *"
            yield at(template, f"`{shown}` is no placeholder of `string.format`", hint, severity=ERROR)
            return
        wanted += 1
    is_open = bool(args) and isinstance(args[-1], Call | MethodCall | Vararg) and not _gives_one(args[-1])
    if len(args) > wanted and not (is_open and len(args) - 1 <= wanted):
        yield at(call, f"the format has {wanted} placeholders and gets {len(args)} values", "the values after the last are lost")
    elif len(args) < wanted and not is_open:
        message = f"the format has {wanted} placeholders and gets {len(args)} values"
        yield at(call, message, "give every placeholder a value", severity=ERROR)


def _gives_one(node: Expr) -> bool:
    """Whether a call gives exactly one value: `math.floor(x)`, `tostring(x)`."""
    function = node.function if isinstance(node, Call) else None
    if isinstance(function, Name):
        return function.name in ("tostring", "type", "typeof")
    is_math = isinstance(function, Index) and isinstance(function.object, Name) and function.object.name == "math"
    return is_math and isinstance(function, Index) and function.name not in ("modf", "frexp")


@check("string-concat-in-loop", BUGS, INFO)
def string_concat_in_loop(unit: Unit) -> Iterator[Finding]:
    """Appending to a text in a loop copies it every time; a long loop takes quadratic time.

    Loops of a few rounds are left alone, and texts that the loop itself uses or begins anew.

    Bad:
        local text = ""
        for _, name in ipairs(names) do
            text = text .. name .. "\\n"
        end
        print(text)
    Good:
        local lines = {}
        for _, name in ipairs(names) do
            table.insert(lines, name)
        end
        print(table.concat(lines, "\\n"))
    Source: docs, luau/strings and performance practice (`table.concat`).
    """
    for node in unit.all(CompoundAssign):
        if node.op == "..=" and isinstance(node.target, Name):
            yield from _appending(unit, node, node.target)
    if not operations(unit, ".."):
        return
    for assign in unit.all(Assign):
        if (target := _extended(unit, assign)) is not None:
            yield from _appending(unit, assign, target)


def _extended(unit: Unit, statement: Node) -> Name | None:
    """The text that a statement makes longer: `s ..= x`, `s = s .. x`, `s = x .. s`."""
    if isinstance(statement, CompoundAssign):
        return statement.target if statement.op == "..=" and isinstance(statement.target, Name) else None
    if not isinstance(statement, Assign) or len(statement.targets) != 1 or len(statement.values) != 1:
        return None
    target, value = statement.targets[0], ungrouped(statement.values[0])
    if not isinstance(target, Name) or not isinstance(value, Binary) or value.op != "..":
        return None
    return target if any(same(unit, part, target) for part in chain(value)) else None


def _appending(unit: Unit, node: Stat, target: Name) -> Iterator[Finding]:
    variable = unit.variable_of.get(target)
    if variable is None:
        return
    loop = loop_around(unit, node)
    while loop is not None and variable.start < loop.start and is_small(unit, loop):
        loop = loop_around(unit, loop)
    if loop is not None and variable.start < loop.start and _only_grows(unit, variable, loop):
        message = f"`{variable.name}` is copied in every round of the loop on line {loop.line}"
        yield at(node, message, "collect the parts in a table and join them with `table.concat`")


def _only_grows(unit: Unit, variable: Variable, loop: Stat) -> bool:
    """Whether a loop does nothing with a text but make it longer: it is not read there for anything else."""
    memo: dict[tuple[Variable, Stat], bool] = unit.memo.setdefault("growing texts", {})
    known = memo.get((variable, loop))
    if known is None:
        uses = (use for use in (*variable.reads, *variable.writes) if loop.start <= use.start < loop.end)
        known = memo[variable, loop] = all(_is_growing(unit, use, variable) for use in uses)
    return known


def _is_growing(unit: Unit, use: Node, variable: Variable) -> bool:
    return _grown_around(unit, use) is variable


def _grown_around(unit: Unit, use: Node) -> Variable | None:
    """The text that the statement around a use makes longer. Kept for every node on the way: a text may have many parts."""
    known: dict[Node, Variable | None] = unit.memo.setdefault("texts grown around", {})
    path = [use]
    around = unit.parents.get(use)
    while around is not None and around not in known and not isinstance(around, Stat | Function):
        path.append(around)
        around = unit.parents.get(around)
    if around is not None and around not in known:
        path.append(around)
        target = _extended(unit, around)
        found = unit.variable_of.get(target) if target is not None else None
    else:
        found = known[around] if around is not None else None
    known.update(dict.fromkeys(path, found))
    return found
