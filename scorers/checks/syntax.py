"""Checks of the syntax scorer: what the compiler refuses."""

from collections.abc import Iterator

from scorers.checks.check import ERROR, SYNTAX, Finding, check
from scorers.language.unit import Unit


@check("syntax-error", SYNTAX, ERROR, weight=1.0)
def syntax_error(unit: Unit) -> Iterator[Finding]:
    """Code that the compiler refuses does not run at all.

    Bad:
        if x then print(x)
    Good:
        if x then print(x) end
    Source: the grammar and `Parser.cpp` of luau-lang/luau 0.735.
    """
    for error in unit.errors:
        if error.language is None:
            yield Finding(error.start, error.end, error.message, error.hint)


@check("foreign-syntax", SYNTAX, ERROR, weight=1.0)
def foreign_syntax(unit: Unit) -> Iterator[Finding]:
    """Code in the syntax of another language. The message names the language, the hint says it in Luau.

    Bad:
        if x != nil { print(x) }
    Good:
        if x ~= nil then print(x) end
    Source: mistakes that language models make in Luau.
    """
    for error in unit.errors:
        if error.language is not None:
            yield Finding(error.start, error.end, f"{error.message} ({error.language})", error.hint)
