"""Luau in Python: `parse(source)` gives a syntax tree with positions, variables, and what the compiler would refuse.

>>> from scorers.language import parse
>>> unit = parse("local x = 1 +")
>>> unit.errors[0].line, unit.errors[0].message
(1, 'expected an expression, got the end of the file')
"""

from scorers.language.parse import parse
from scorers.language.problem import SyntaxProblem
from scorers.language.tokens import KEYWORDS, canonical_tokens
from scorers.language.unit import Unit, Variable

__all__ = ["KEYWORDS", "SyntaxProblem", "Unit", "Variable", "canonical_tokens", "parse"]
