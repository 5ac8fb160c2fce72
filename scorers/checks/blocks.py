"""Blocks with nothing in them, and code that never runs."""

from bisect import bisect_left
from collections.abc import Iterator

from scorers.checks.check import BUGS, WARNING, Finding, at, check
from scorers.language.equality import canonical
from scorers.language.exits import leaves
from scorers.language.expressions import Expr
from scorers.language.rounds import iterated
from scorers.language.statements import (
    Block,
    CallStatement,
    Do,
    GenericFor,
    If,
    NumericFor,
    Repeat,
    Return,
    Stat,
    While,
)
from scorers.language.unit import Unit


@check("empty-block", BUGS, WARNING)
def empty_block(unit: Unit) -> Iterator[Finding]:
    """A branch or a loop without a statement: something was forgotten, or the condition should be turned round.

    A comment inside says that it is meant. A loop whose condition calls something does its work there.

    Bad:
        if player.Character then
        else
            print("no character")
        end
    Good:
        if not player.Character then
            print("no character")
        end
    Source: selene lints empty_if and empty_loop.
    """
    for block in unit.all(Block):
        if block.statements:
            continue
        owner = unit.parents.get(block)
        what = _emptied(unit, owner, block) if owner is not None else ""
        if owner is not None and what and not _has_comment(unit, block):
            start = owner.start if len(getattr(owner, "blocks", ())) < 2 else block.start
            yield Finding(start, max(block.end, start + 1), f"{what} is empty", "write what is to happen there, or remove it")


def _emptied(unit: Unit, owner: object, block: Block) -> str:
    if isinstance(owner, If):
        return "the `else` branch" if owner.otherwise is block else "this branch of the `if`"
    if isinstance(owner, While | Repeat):
        return "" if _calls_something(unit, owner.condition) else "the body of this loop"
    if isinstance(owner, NumericFor):
        return "the body of this loop"
    if isinstance(owner, GenericFor) and owner.values and iterated(owner) is not owner.values[0]:
        return "the body of this loop"
    return ""


def _calls_something(unit: Unit, condition: Expr) -> bool:
    return "(" in canonical(unit, condition).split()


def _has_comment(unit: Unit, block: Block) -> bool:
    comments = unit.comments
    first = bisect_left(comments, (block.start,))
    return first < len(comments) and comments[first].start < block.end


@check("unreachable-code", BUGS, WARNING)
def unreachable_code(unit: Unit) -> Iterator[Finding]:
    """Code after a statement that always leaves never runs: after `error()`, after a loop without end, after an `if` whose
    branches all return.

    A `return` after `error()` is left alone: it is there for the reader.

    Bad:
        while true do
            task.wait(1)
        end
        print("started")
    Good:
        task.spawn(function()
            while true do
                task.wait(1)
            end
        end)
        print("started")
    Source: Luau lint UnreachableCode.
    """
    reported: set[Block] = set()
    for statement in _candidates(unit):
        block = unit.parents.get(statement)
        if not isinstance(block, Block) or block.statements[-1] is statement or not leaves(unit, statement):
            continue
        following = block.statements[block.statements.index(statement) + 1] if block not in reported else None
        reported.add(block)
        if following is not None and not isinstance(following, Return):
            message = f"this never runs: {_why(statement)} on line {statement.line} never lets control pass"
            yield at(following, message, "remove it or move it before")


def _candidates(unit: Unit) -> Iterator[Stat]:
    """The statements that may leave and that the grammar lets others follow."""
    for name in ("error", "assert", "os.exit"):
        for call in unit.calls(name):
            if isinstance(statement := unit.parents.get(call), CallStatement):
                yield statement
    yield from (statement for statement in unit.all(If) if statement.otherwise is not None)
    for kind in (While, Repeat, Do):
        yield from unit.all(kind)


def _why(statement: Stat) -> str:
    if isinstance(statement, While | Repeat):
        return "the loop without end"
    return "the `if` whose branches all leave" if isinstance(statement, If) else "the statement"
