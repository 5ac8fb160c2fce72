"""Checks of the quality scorer: how the code stands on the page. They only take away."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from scorers.checks.check import INFO, QUALITY, Finding, at, check
from scorers.language.node import Node
from scorers.language.position import COLUMN_MASK, position
from scorers.language.statements import Assign, Block, CallStatement, FunctionDeclaration, Local, LocalFunction, Stat
from scorers.language.unit import Unit
from scorers.roblox.inference import literal

_MIN_OF_INDENTATION = 2
"""Lines of the rarer kind: one may be pasted."""


@check("mixed-indentation", QUALITY, INFO)
def mixed_indentation(unit: Unit) -> Iterator[Finding]:
    """Tabs and spaces in one file look different in every editor, and statements of one block on different columns seem to
    belong to different blocks.

    Bad:
        local function greet(player)
            local name = player.Name
              print(name)
            print(player.UserId)
        end
        return greet
    Good:
        local function greet(player)
            local name = player.Name
            print(name)
            print(player.UserId)
        end
        return greet
    Source: Roblox Lua style guide (tabs).
    """
    columns = _indentation(unit)
    tabs, spaces = columns.count("\t"), columns.count(" ")
    if min(tabs, spaces) >= _MIN_OF_INDENTATION:
        what, other = ("tabs", "spaces") if tabs < spaces else ("spaces", "tabs")
        line = columns.index("\t" if tabs < spaces else " ") + 1
        place = position(line, 1)
        yield Finding(place, place + 1, f"indented with {what} in a file with {other}", f"use {other} throughout")
        return
    for block in (unit.tree, *unit.all(Block)):
        yield from _uneven(unit, block.statements)


@check("service-not-at-top", QUALITY, INFO)
def service_not_at_top(unit: Unit) -> Iterator[Finding]:
    """A service that is fetched below functions hides what the script depends on. The head of a file is for that.

    Bad:
        local function greet(player)
            print(player.Name)
        end
        local Players = game:GetService("Players")
        Players.PlayerAdded:Connect(greet)
    Good:
        local Players = game:GetService("Players")
        local function greet(player)
            print(player.Name)
        end
        Players.PlayerAdded:Connect(greet)
    Source: Roblox Lua style guide.
    """
    fetched = unit.method_calls.get("GetService")
    if not fetched:
        return
    kinds: tuple[type[Node], ...] = (LocalFunction, FunctionDeclaration)
    declared = [node for kind in kinds for node in unit.all(kind) if unit.function_of(node) is None]
    if not declared:
        return
    first = min(node.start for node in declared)
    for call in fetched:
        if call.start > first and isinstance(unit.parents.get(call), Local) and unit.function_of(call) is None:
            service = literal(call.args[0]) if call.args else None
            if service is not None:
                yield at(call, f"`{service}` is fetched below functions", "move it to the head of the file")


@check("repeated-service", QUALITY, INFO)
def repeated_service(unit: Unit) -> Iterator[Finding]:
    """The same service is fetched twice in one scope: one variable is enough.

    Bad:
        local Players = game:GetService("Players")
        local PlayerService = game:GetService("Players")
        return { Players, PlayerService }
    Good:
        local Players = game:GetService("Players")
        local Teams = game:GetService("Teams")
        return { Players, Teams }
    Source: practice.
    """
    fetched = unit.method_calls.get("GetService", ())
    if len(fetched) < 2:
        return
    seen: set[tuple[str, Node]] = set()
    for call in fetched:
        statement = unit.parents.get(call)
        service = literal(call.args[0]) if call.args else None
        if service is None or not isinstance(statement, Local):
            continue
        place = (service, unit.parents[statement])
        if place in seen:
            yield at(call, f"`{service}` is fetched here again", "use the variable that holds it already")
        seen.add(place)


@check("statements-on-one-line", QUALITY, INFO)
def statements_on_one_line(unit: Unit) -> Iterator[Finding]:
    """Two statements on one line: the second is easily overlooked. Blocks that stand on one line as a whole are no finding.

    Bad:
        local function reset(part)
            part.Anchored = true part.CanCollide = false
            part.Transparency = 0
        end
        return reset
    Good:
        local function reset(part)
            if part.Locked then return end
            part.Transparency = 0
        end
        return reset
    Source: Roblox Lua style guide.
    """
    for block in (unit.tree, *unit.all(Block)):
        statements = block.statements
        if len(statements) > 2 and statements[0].line != statements[-1].end_line:
            yield from _crowded(statements)


def _crowded(statements: list[Stat]) -> Iterator[Finding]:
    for before, after in pairwise(statements):
        if before.end_line == after.line and isinstance(after, Local | Assign | CallStatement):
            yield at(after, "a second statement on this line", "give it a line of its own")


def _indentation(unit: Unit) -> str:
    """How each line begins: `\t`, a blank, or `.` for a line without indentation or without code at its start."""
    source = unit.source
    if "\n\t" not in source or "\n  " not in source:
        return ""
    begins = set(unit.tokens.starts)
    marks = []
    for number, line in enumerate(source.split("\n"), 1):
        width = len(line) - len(line.lstrip(" \t"))
        is_code = width > 0 and position(number, width + 1) in begins
        marks.append("." if not is_code else "\t" if line[0] == "\t" else " " if width > 1 else ".")
    return "".join(marks)


def _uneven(unit: Unit, statements: list[Stat]) -> Iterator[Finding]:
    """The first statement that begins its line on another column than most of its block."""
    if len(statements) < 2 or len({statement.start & COLUMN_MASK for statement in statements}) == 1:
        return
    leading = [after for before, after in pairwise(statements) if after.line != before.end_line]
    first, parent = statements[0], unit.parents.get(statements[0])
    head = unit.parents.get(parent) if parent is not None else None
    if head is not None and head.line != first.line:
        leading.append(first)  # the first one of a source may have lost its blanks to the fence around it
    columns = Counter(statement.column for statement in leading)
    usual = columns.most_common(1)[0][0] if columns else 0
    odd = next((statement for statement in leading if statement.column != usual), None)
    if odd is not None:
        yield at(odd, "this statement is indented unlike the others in its block", "begin it on their column")
