"""Loops that run the wrong number of times or skip elements."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.language.equality import canonical, same
from scorers.language.exits import first_exit, loop_around
from scorers.language.expressions import Binary, Call, Expr, Name, Number, Subscript, Table, Unary
from scorers.language.numbers import number_value
from scorers.language.operators import ungrouped
from scorers.language.rounds import iterated
from scorers.language.statements import (
    Assign,
    Block,
    Break,
    Continue,
    GenericFor,
    NumericFor,
    Return,
    Stat,
)
from scorers.language.unit import Unit, Variable, place_in


@check("reverse-loop-no-step", BUGS, ERROR)
def reverse_loop_no_step(unit: Unit) -> Iterator[Finding]:
    """A loop from a larger to a smaller number needs the step -1; without it the body never runs.

    Bad:
        for i = #items, 1 do print(items[i]) end
    Good:
        for i = #items, 1, -1 do print(items[i]) end
    Source: Luau lint ForRange.
    """
    for loop in unit.all(NumericFor):
        if loop.step is not None:
            continue
        first, last = number_value(loop.first), number_value(loop.last)
        if last is None:
            continue
        counts_down = first > last if first is not None else last <= 1 and _is_length(loop.first)
        if counts_down:
            bounds = f"{unit.text(loop.first)}, {unit.text(loop.last)}"
            message = f"this loop counts up from {unit.text(loop.first)} to {unit.text(loop.last)} and does not run"
            yield Finding(loop.first.start, loop.last.end, message, f"write `{bounds}, -1`")


def _is_length(node: Expr) -> bool:
    """`#t` or `#t - 1`."""
    node = ungrouped(node)
    if isinstance(node, Binary) and node.op == "-" and isinstance(node.right, Number):
        node = ungrouped(node.left)
    return isinstance(node, Unary) and node.op == "#"


@check("zero-based-index", BUGS, WARNING)
def zero_based_index(unit: Unit) -> Iterator[Finding]:
    """Arrays begin at 1: index 0 gives nil, and a loop to `#t - 1` misses the last element.

    Bad:
        for i = 0, #names - 1 do print(names[i]) end
    Good:
        for i = 1, #names do print(names[i]) end
    Source: Luau lint ForRange; DevForum.
    """
    zeros = _indexed_by_zero(unit)
    for loop in unit.all(NumericFor):
        measured = _measured(loop.last)
        if measured is not None and number_value(loop.first) == 0 and _is_index(unit, loop, measured):
            name, index = unit.text(measured), loop.binding.name
            if canonical(unit, measured) not in zeros and not _has_zero(unit, measured):
                message = f"`{name}[{index}]` is nil in the first round: arrays begin at 1"
                yield Finding(loop.first.start, loop.last.end, message, f"write `for {index} = 1, #{name} do`")
    for node in zeros.values():
        if _is_list(unit, node):
            message = f"`{unit.text(node)}` is nil: the first element of a list has the index 1"
            yield at(node, message, f"write `{unit.text(node.object)}[1]`")


def _indexed_by_zero(unit: Unit) -> dict[str, Subscript]:
    """The first `t[0]` of each t as written."""
    found: dict[str, Subscript] = {}
    for node in unit.all(Subscript):
        if type(node.key) is Number and number_value(node.key) == 0:
            found.setdefault(canonical(unit, node.object), node)
    return found


def _measured(last: Expr) -> Expr | None:
    """The t of `#t` and `#t - 1`."""
    last = ungrouped(last)
    if isinstance(last, Binary) and last.op == "-" and number_value(last.right) == 1:
        last = ungrouped(last.left)
    return last.operand if isinstance(last, Unary) and last.op == "#" else None


def _is_index(unit: Unit, loop: NumericFor, measured: Expr) -> bool:
    """Whether the loop variable itself indexes the table that is measured."""
    variables: dict[Stat, Variable] | None = unit.memo.get("variables of loops")
    if variables is None:
        loops = ((found.declaration, found) for found in unit.variables if found.kind == "loop" and not found.position)
        variables = unit.memo["variables of loops"] = {loop: found for loop, found in loops if isinstance(loop, Stat)}
    for read in variables[loop].reads if loop in variables else ():
        around = unit.parents.get(read)
        if isinstance(around, Subscript) and around.key is read and same(unit, around.object, measured):
            return True
    return False


def _has_zero(unit: Unit, node: Expr) -> bool:
    """Whether a table is made with a key 0."""
    variable = unit.variable_of.get(node) if isinstance(node, Name) else None
    table = variable.value if variable is not None else None
    return isinstance(table, Table) and any(field.key is not None and number_value(field.key) == 0 for field in table.fields)


def _is_list(unit: Unit, node: Subscript) -> bool:
    """Whether `t[0]` reads a local list that nothing but its constructor fills."""
    variable = unit.variable_of.get(node.object) if isinstance(node.object, Name) else None
    if variable is None or variable.writes or not isinstance(variable.value, Table):
        return False
    fields = variable.value.fields
    return bool(fields) and all(field.key is None and field.name is None for field in fields) and _is_only_read(unit, variable)


def _is_only_read(unit: Unit, variable: Variable) -> bool:
    for read in variable.reads:
        around = unit.parents.get(read)
        if isinstance(around, Subscript) and around.object is read:
            if isinstance(holder := unit.parents.get(around), Assign) and place_in(holder.targets, around) is not None:
                return False
        elif not (isinstance(around, Unary) or (isinstance(around, GenericFor) and place_in(around.values, read) is not None)):
            return False
    return True


@check("remove-while-iterating", BUGS, WARNING)
def remove_while_iterating(unit: Unit) -> Iterator[Finding]:
    """`table.remove` moves the later elements down: a loop that goes on forwards skips the next one.

    Removing and then leaving the loop is right, and so is a loop that counts down.

    Bad:
        for i, enemy in ipairs(enemies) do
            if enemy.health <= 0 then table.remove(enemies, i) end
        end
    Good:
        for i = #enemies, 1, -1 do
            if enemies[i].health <= 0 then table.remove(enemies, i) end
        end
    Source: docs, luau/tables (removing while iterating); DevForum.
    """
    for call in unit.calls("table.remove"):
        if len(call.args) < 2:
            continue
        loop = loop_around(unit, call)
        while loop is not None and not _goes_forward_over(unit, loop, call):
            loop = loop_around(unit, loop)
        if loop is not None and not _leaves_after(unit, call, loop):
            list_name = unit.text(call.args[0])
            message = f"removing from `{list_name}` while a loop goes forwards over it skips the element after the removed one"
            yield at(call, message, f"loop backwards: `for i = #{list_name}, 1, -1 do`")


def _goes_forward_over(unit: Unit, loop: Stat, call: Call) -> bool:
    removed, index = call.args[0], call.args[1]
    if isinstance(loop, GenericFor):
        return bool(loop.values) and same(unit, iterated(loop), removed)
    if not isinstance(loop, NumericFor):
        return False
    if loop.step is not None and (number_value(loop.step) or -1) < 0:
        return False
    last = ungrouped(loop.last)
    counts_it = isinstance(last, Unary) and last.op == "#" and same(unit, last.operand, removed)
    return counts_it and isinstance(index, Name) and index.name == loop.binding.name


def _leaves_after(unit: Unit, call: Call, loop: Stat) -> bool:
    """Whether control leaves `loop` after the call without another round."""
    inner = loop_around(unit, call)
    for around in unit.ancestors(call):
        if isinstance(around, Return):
            return True
        if around is loop:
            return False
        if around is inner:
            inner = loop_around(unit, around)
        exit = first_exit(unit, around) if isinstance(around, Block) else None
        if exit is None or exit.start < call.start:
            continue
        if isinstance(exit, Continue):
            if inner is loop:
                return False
        elif not isinstance(exit, Break) or inner is loop:
            return True
    return False
