"""From a source to a `Unit`."""

from operator import attrgetter

from scorers.language.binder import bind
from scorers.language.cursor import MAX_PROBLEMS
from scorers.language.escapes import UNFINISHED
from scorers.language.foreign import explain
from scorers.language.hints import general_hint
from scorers.language.parser import Parser
from scorers.language.paths import find_stand_ins
from scorers.language.position import COLUMN_BITS, position
from scorers.language.problem import SyntaxProblem
from scorers.language.recursion import deep_recursion
from scorers.language.tokens import tokenize
from scorers.language.unit import Unit

MAX_CHARACTERS = 4_000_000
"""Sources above this are refused: what a person or a model writes is a thousand times smaller."""


def parse(source: str) -> Unit:
    """Read a source, whatever is in it. Never raises; what is wrong is in `errors`, in the order of the source."""
    if len(source) > MAX_CHARACTERS:
        unit = parse("")
        place = position(1, 1)
        message = f"the source has more than {MAX_CHARACTERS:,} characters"
        unit.errors = (SyntaxProblem(place, place + 1, message, "split it into modules"),)
        return unit
    tokens = tokenize(source)
    with deep_recursion():
        parser = Parser(tokens)
        unit = Unit(source, tokens, parser.chunk())
        others = [*parser.problems, *bind(unit)[:MAX_PROBLEMS]]
    find_stand_ins(unit)
    problems = _distinct(tokens.problems[:MAX_PROBLEMS], others)
    unit.errors = tuple(sorted((_hinted(explain(problem, tokens)) for problem in problems), key=attrgetter("start")))
    return unit


def _hinted(problem: SyntaxProblem) -> SyntaxProblem:
    return problem if problem.hint else problem._replace(hint=general_hint(problem.message))


def _distinct(lexical: list[SyntaxProblem], others: list[SyntaxProblem]) -> list[SyntaxProblem]:
    """One problem for each line at most: where a literal is broken, what follows it on the line reads as broken too."""
    by_line: dict[int, SyntaxProblem] = {}
    for problem in others:
        line = problem.start >> COLUMN_BITS
        if line not in by_line or problem.start < by_line[line].start:
            by_line[line] = problem
    for problem in lexical:
        line = problem.start >> COLUMN_BITS
        if line not in by_line or problem.start <= by_line[line].start or problem.message == UNFINISHED:
            by_line[line] = problem
    return list(by_line.values())
