"""The functions at the top level of a file."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from rft.starting.code.comments import doc_comment
from scorers.language import Unit
from scorers.language.expressions import Expr, Function, Index, Name, Table
from scorers.language.statements import Assign, FunctionDeclaration, Local, LocalFunction, Return, Stat

MIN_LINES, MAX_LINES = 4, 80
_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Found:
    """A function that stands at the top level. `target` is how the file names it, as in `Util.clamp`."""

    name: str
    target: str
    statement: Stat
    function: Function
    is_method: bool


def functions_of(unit: Unit) -> Iterator[Found]:
    """All of them, in the order of the source."""
    for statement in unit.tree.statements:
        if isinstance(statement, LocalFunction):
            name = statement.binding.name
            yield Found(name, name, statement, statement.function, False)
        elif isinstance(statement, FunctionDeclaration):
            yield from _named(unit, statement.target, statement, statement.function, statement.method)
        elif isinstance(statement, Local):
            for binding, value in zip(statement.bindings, statement.values, strict=False):
                if isinstance(value, Function):
                    yield Found(binding.name, binding.name, statement, value, False)
        elif isinstance(statement, Assign):
            for target, value in zip(statement.targets, statement.values, strict=False):
                if isinstance(value, Function):
                    yield from _named(unit, target, statement, value, False)


def in_tables(unit: Unit) -> Iterator[str]:
    """Names of functions that are written inside a table at the top level."""
    for statement in unit.tree.statements:
        if isinstance(statement, Local | Return | Assign):
            tables = [value for value in statement.values if isinstance(value, Table)]
            yield from (
                field.name for table in tables for field in table.fields if field.name and isinstance(field.value, Function)
            )


def why_not(unit: Unit, found: Found) -> str | None:
    """The reason for which a function makes no task, None where it may."""
    lines = found.function.end_line - found.function.line + 1
    if found.is_method or any(param.name == "self" for param in found.function.params[:1]):
        return "methods, which need their object"
    if lines < MIN_LINES:
        return f"shorter than {MIN_LINES} lines"
    if lines > MAX_LINES:
        return f"longer than {MAX_LINES} lines"
    if doc_comment(unit, first_place(unit, found.statement)) is None:
        return "without a comment that says what they do"
    return None


def names_in(unit: Unit, statement: Stat) -> Sequence[Name]:
    """All variables that stand in a statement, the one that it begins with too."""
    every = unit.all(Name)
    first = bisect_left(every, statement.start, key=_START)
    return every[first : bisect_left(every, statement.end, lo=first, key=_START)]


def first_place(unit: Unit, statement: Stat) -> int:
    """Where a statement begins, its attributes (`@native`) with it."""
    function = getattr(statement, "function", None)
    attributes = function.attributes if isinstance(function, Function) else []
    start = min([statement.start, *(attribute.start for attribute in attributes)])
    number = bisect_left(unit.tokens.starts, start)
    while attributes and number and unit.tokens.kinds[number - 1] in ("@", "["):
        number -= 1
    return unit.tokens.starts[number]


def signature(unit: Unit, found: Found) -> str:
    """As in `clamp(value: number, low: number): number`."""
    tokens, function = unit.tokens, found.function
    begin = bisect_left(tokens.starts, function.start)
    first = next(i for i in range(begin, len(tokens.starts)) if tokens.kinds[i] in ("(", "<"))
    end = function.returns.end if function.returns is not None else _closing(unit, first)
    text = unit.source[unit.offset(tokens.starts[first]) : unit.offset(end)]
    return found.name + " ".join(text.split()).replace("( ", "(").replace(" )", ")")


def _closing(unit: Unit, first: int) -> int:
    depth = 0
    for i in range(first, len(unit.tokens.kinds)):
        depth += (unit.tokens.kinds[i] == "(") - (unit.tokens.kinds[i] == ")")
        if unit.tokens.kinds[i] == ")" and depth == 0:
            return unit.tokens.ends[i]
    raise AssertionError("a function that parses has closed parameters")


def _named(unit: Unit, target: Expr, statement: Stat, function: Function, is_method: bool) -> Iterator[Found]:
    if isinstance(target, Index | Name):
        yield Found(target.name, unit.text(target), statement, function, is_method)
