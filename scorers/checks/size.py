"""Checks of the quality scorer: what is too long, too deep or too much at once."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator

from scorers.checks.check import INFO, QUALITY, Finding, at, check
from scorers.language.expressions import Binary, Call, Expr, Function, IfElse, Index, Name, Number, Unary
from scorers.language.node import Node
from scorers.language.position import line_of, position
from scorers.language.statements import Block, CompoundAssign, GenericFor, If, NumericFor, Repeat, While
from scorers.language.tokens import STRING
from scorers.language.unit import Unit, first_inside

MAX_DEPTH = 5
MAX_FUNCTION_LINES = 80
MAX_COMPLEXITY = 20
MAX_COLUMNS = 120
MAX_PARAMETERS = 8
MIN_OF_NUMBER = 3
"""Uses of an unexplained number that make it worth a name."""

_TEST_BLOCKS = frozenset(("describe", "context", "it", "test", "expect", "beforeEach", "afterEach", "describeFOCUS", "itFOCUS"))
_LOOPS = (While, Repeat, NumericFor, GenericFor)
_PLAIN_WORDS = """
0 1 2 3 4 5 6 7 8 9 10 12 16 20 24 30 32 50 60 64 90 100 128 180 200 255 256 270 360 365 500 512 1000 1024 2048 3600 4096
10000 65535 65536 86400 1e3 1e6 0.0 1.0 2.0 0.1 0.2 0.25 0.5 0.75 0.01 0.001 0xff 0xFF
"""
_PLAIN_NUMBERS = frozenset(_PLAIN_WORDS.split())


@check("deep-nesting", QUALITY, INFO)
def deep_nesting(unit: Unit) -> Iterator[Finding]:
    """So many blocks in each other are hard to follow. Early returns and functions make them flat.

    Bad:
        local function find(map)
            for _, row in map do
                if row.open then
                    for _, cell in row do
                        if cell.open then
                            for _, item in cell do
                                if item.open then
                                    return item
                                end
                            end
                        end
                    end
                end
            end
            return nil
        end
        return find
    Good:
        local function isOpen(item)
            if not item then
                return false
            end
            return item.open
        end
        return isOpen
    Source: practice.
    """
    for block, depth in depths(unit).items():
        if depth == MAX_DEPTH + 1:
            around = unit.parents[block]
            yield Finding(
                around.start, block.start, f"this block is {depth} levels deep", "return early or make a function of it"
            )


@check("long-function", QUALITY, INFO)
def long_function(unit: Unit) -> Iterator[Finding]:
    """A function of more than 80 lines of code does several things; each deserves a name.

    Bad:
        local function build(part)
            part.Name = string.upper(part.Name) (x81)
            return part
        end
        return build
    Good:
        local function build(part)
            part.Name = "a"
            return part
        end
        return build
    Source: practice; comments, blank lines and blocks of tests do not count.
    """
    for function in unit.functions:
        if function.end_line - function.line > MAX_FUNCTION_LINES and not _is_test_block(unit, function):
            lines = code_lines(unit, function)
            if lines > MAX_FUNCTION_LINES:
                message = f"a function of {lines} lines of code (more than {MAX_FUNCTION_LINES})"
                yield Finding(function.start, max(function.start + 1, function.body.start), message, "split it")


@check("complex-function", QUALITY, INFO)
def complex_function(unit: Unit) -> Iterator[Finding]:
    """A function with more than 20 ways through it can hardly be tested.

    Bad:
        local function grade(points)
            local isLow = points == 1 or points == 2 or points == 3 or points == 4 or points == 5 or points == 6
            local isMiddle = points == 11 or points == 12 or points == 13 or points == 14 or points == 15 or points == 16
            local isHigh = points == 21 or points == 22 or points == 23 or points == 24 or points == 25 or points == 26
            local isTop = points == 31 or points == 32 or points == 33 or points == 34 or points == 35 or points == 36
            return isLow or isMiddle or isHigh or isTop
        end
        return grade
    Good:
        local GRADES = { "A", "B", "C" }
        local function grade(points)
            return GRADES[points] or "F"
        end
        return grade
    Source: practice (cyclomatic complexity).
    """
    for function, ways in complexities(unit).items():
        if ways > MAX_COMPLEXITY and function is not None:
            message = f"{ways} ways through this function (more than {MAX_COMPLEXITY})"
            yield Finding(function.start, max(function.start + 1, function.body.start), message, "split it or use a table")


@check("long-line", QUALITY, INFO)
def long_line(unit: Unit) -> Iterator[Finding]:
    """A line of code of more than 120 characters does not fit on a screen beside another file.

    Bad:
        local function total(values)
            return values.first + values.second + values.third + values.fourth + values.fifth + values.sixth + values.seventh - 1
        end
        return total
    Good:
        local function total(values)
            return values.first + values.second + values.third
        end
        return total
    Source: Roblox Lua style guide (100), practice. Long texts and comments are no finding.
    """
    source = unit.source
    if len(source) <= MAX_COLUMNS:
        return
    for number, line in enumerate(source.split("\n"), 1):
        if len(line) > MAX_COLUMNS:
            yield from _long_code(unit, number)


@check("too-many-parameters", QUALITY, INFO)
def too_many_parameters(unit: Unit) -> Iterator[Finding]:
    """Nobody remembers the order of more than eight parameters. A table names them.

    Bad:
        local function spawnEnemy(name, health, speed, damage, team, color, size, weapon, level)
            return { name, health, speed, damage, team, color, size, weapon, level }
        end
        return spawnEnemy
    Good:
        local function spawnEnemy(options)
            return { options.name, options.health }
        end
        return spawnEnemy
    Source: practice.
    """
    for function in unit.functions:
        if len(function.params) > MAX_PARAMETERS:
            first, last = function.params[0], function.params[-1]
            message = f"{len(function.params)} parameters (more than {MAX_PARAMETERS})"
            yield Finding(first.start, last.end, message, "pass a table with named fields")


@check("magic-number", QUALITY, INFO)
def magic_number(unit: Unit) -> Iterator[Finding]:
    """The same unusual number in three places: what it means, and that all three belong together, is in nobody's head.

    Bad:
        local function limit(speed)
            if speed > 37 then
                return 37
            end
            return speed * 37 / (speed + 37)
        end
        return limit
    Good:
        local MAX_SPEED = 37
        local function limit(speed)
            return math.min(speed, MAX_SPEED)
        end
        return limit
    Source: practice; round numbers and arguments of data types are no finding.
    """
    numbers = unit.all(Number)
    if len(numbers) < MIN_OF_NUMBER:
        return
    counts = Counter([number.text for number in numbers])
    often = {text for text, count in counts.items() if count >= MIN_OF_NUMBER} - _PLAIN_NUMBERS
    if not often:
        return
    by_text: dict[str, list[Number]] = {text: [] for text in counts if text in often}
    for number in numbers:
        if number.text in often and _is_in_expression(unit, number):
            by_text[number.text].append(number)
    for text, used in by_text.items():
        if len(used) >= MIN_OF_NUMBER:
            yield at(used[0], f"`{text}` stands in {len(used)} places without a name", "give the number a name")


def depths(unit: Unit) -> dict[Block, int]:
    """How many blocks and functions are around each block, itself counted; an `elseif` is as deep as its `if`."""
    found: dict[Block, int] | None = unit.memo.get("depths")
    if found is None:
        found = {}
        parents = unit.parents
        for block in unit.all(Block):
            around = parents.get(block)
            while around is not None and type(around) is not Block:
                around = parents.get(around)
            found[block] = (found.get(around, 0) if isinstance(around, Block) else 0) + 1
        unit.memo["depths"] = found
    return found


def code_lines(unit: Unit, node: Node) -> int:
    """Lines of a node on which there is code."""
    lines: list[int] | None = unit.memo.get("code lines")
    starts = unit.tokens.starts
    if lines is None:
        lines = unit.memo["code lines"] = sorted({line_of(start) for start in starts[:-1]})
    last = starts[bisect_left(starts, node.end) - 1]
    return bisect_right(lines, line_of(last)) - bisect_left(lines, node.line)


def complexities(unit: Unit) -> dict[Function | None, int]:
    """Cyclomatic complexity of each function that decides something; None is the top level."""
    found: dict[Function | None, int] | None = unit.memo.get("complexities")
    if found is None:
        counts: Counter[Function | None] = Counter()
        for branch in unit.all(If):
            counts[unit.function_of(branch)] += len(branch.conditions)
        for kind in (*_LOOPS, IfElse):
            for node in unit.all(kind):
                counts[unit.function_of(node)] += 1
        for binary in unit.all(Binary):
            if binary.op in ("and", "or"):
                counts[unit.function_of(binary)] += 1
        found = unit.memo["complexities"] = {function: count + 1 for function, count in counts.items()}
    return found


def _is_test_block(unit: Unit, function: Function) -> bool:
    """Whether a function is a part of a test file: it groups cases and has no logic of its own."""
    around = unit.parents.get(function)
    if isinstance(around, Call) and isinstance(around.function, Name) and around.function.name in _TEST_BLOCKS:
        return around.function not in unit.variable_of
    return any(first_inside(unit.calls(name), function) is not None for name in _TEST_BLOCKS)


def _long_code(unit: Unit, line: int) -> Iterator[Finding]:
    tokens = unit.tokens
    first, last = bisect_left(tokens.starts, position(line, 1)), bisect_left(tokens.starts, position(line + 1, 1))
    last = min(last, len(tokens.starts) - 1)  # the end of the source is no code
    on_line = [index for index in range(first, last) if tokens.ends[index] >> 24 == line]
    if not on_line:
        return
    width = (tokens.ends[on_line[-1]] & 0xFFFFFF) - 1
    longest = max(
        (len(tokens.texts[index]) for index in on_line if tokens.kinds[index] is STRING or "`" in tokens.texts[index]), default=0
    )
    if width - longest > MAX_COLUMNS:
        message = f"a line of {width} characters (more than {MAX_COLUMNS})"
        yield Finding(tokens.starts[on_line[0]], tokens.ends[on_line[-1]], message, "break the line")


def _is_in_expression(unit: Unit, number: Number) -> bool:
    """Whether a number is part of a calculation, a comparison or an increment, and not of a data type's arguments."""
    node: Expr = number
    parent = unit.parents.get(node)
    while isinstance(parent, Unary):
        node, parent = parent, unit.parents.get(parent)
    if isinstance(parent, CompoundAssign):
        return True
    return isinstance(parent, Binary) and not _in_construction(unit, parent)


def _in_construction(unit: Unit, node: Node) -> bool:
    known: dict[Node, bool] = unit.memo.setdefault("in constructions", {})
    path = []
    around: Node | None = node
    while around is not None and around not in known and not _is_construction(around):
        path.append(around)
        around = unit.parents.get(around)
    found = around is not None and known.get(around, True)
    known.update(dict.fromkeys(path, found))
    return found


def _is_construction(node: Node) -> bool:
    if not isinstance(node, Call) or not isinstance(node.function, Index) or not isinstance(node.function.object, Name):
        return False
    return node.function.object.name[:1].isupper()
