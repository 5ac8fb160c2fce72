"""From a source to a `Unit`."""

from scorers.language.binder import bind
from scorers.language.parser import Parser
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
        message = f"the source has {len(source):,} characters; {MAX_CHARACTERS:,} are read at most"
        unit.errors = (SyntaxProblem(place, place + 1, message, "split it into modules"),)
        return unit
    tokens = tokenize(source)
    with deep_recursion():
        parser = Parser(tokens)
        unit = Unit(source, tokens, parser.chunk())
        problems = [*tokens.problems[:MAX_OF_LEXER], *parser.problems, *bind(unit)]
    unit.errors = tuple(sorted(_distinct(problems)))
    return unit


MAX_OF_LEXER = 50


def _distinct(problems: list[SyntaxProblem]) -> list[SyntaxProblem]:
    """One problem for each line at most: where a literal is broken, what follows it on the line reads as broken too."""
    by_line: dict[int, SyntaxProblem] = {}
    for problem in problems:
        line = problem.start >> COLUMN_BITS
        if line not in by_line or problem.start < by_line[line].start:
            by_line[line] = problem
    return list(by_line.values())
