"""The quality scorer: is the code finished and readable? Only what is there and should not be counts.

Nothing earns points: comments, headers, long names and annotations cannot raise the score, so stuffing them is useless.
The score is 1 minus the penalties of `RULES` (see `scorers.diagnostics.penalised`), and 0 for a source without code.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from scorers.blocks import Function, Outline
from scorers.diagnostics import Diagnostic, Severity, rule_table
from scorers.lexer import Kind, Token

RULES = rule_table(
    "quality",
    (
        ("placeholder", Severity.WARNING, 0.4),
        ("elision", Severity.WARNING, 0.4),
        ("todo", Severity.WARNING, 0.2),
        ("empty-function", Severity.WARNING, 0.15),
        ("commented-out-code", Severity.INFO, 0.05),
        ("deep-nesting", Severity.WARNING, 0.1),
        ("long-function", Severity.INFO, 0.08),
        ("long-line", Severity.INFO, 0.03),
        ("magic-number", Severity.INFO, 0.02),
        ("mixed-naming", Severity.INFO, 0.05),
        ("unused-local", Severity.INFO, 0.03),
        ("print-left-in", Severity.INFO, 0.01),
    ),
)

MAX_DEPTH = 5
MAX_FUNCTION_LINES = 80
MAX_COLUMNS = 120

_PLACEHOLDER = re.compile(
    r"^your (?:code|logic|implementation)\b|your (?:code|logic|implementation) (?:goes )?here|\bcode goes here"
    r"|(?:add|put|insert|write) (?:your|the|some) .{0,30}\bhere\b"
    r"|\bplaceholder (?:code|logic|function|implementation)|implement (?:this|me)\b"
    r"|implementation (?:goes )?here|\bnot (?:yet )?implemented\b",
    re.IGNORECASE,
)
_ELISION = re.compile(
    r"^(?:\.{3,}|…)$|^\W*(?:the )?rest of (?:the |your )?(?:code|script|function|implementation)"
    r"|^(?:\.{3,}|…)\s*(?:rest|existing|other|same|remaining|more)\b"
    r"|\b(?:existing|remaining|other) code (?:here|\.{3})",
    re.IGNORECASE,
)
_TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
_CODE = re.compile(
    r"local [A-Za-z_]\w* = .+|local function \w+\(.*\)|[A-Za-z_][\w.]*[.:]\w+\(.*\)|print\(.*\)"
    r"|(?:if|elseif) .+ then|(?:for|while) .+ do|end\)?"
)
_PLAIN_NUMBERS = frozenset({"0", "1", "2", "3", "10", "100", "0.5", "1000"})
_COMPARISONS = frozenset({"<", ">", "<=", ">=", "==", "~="})
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_CAMEL = re.compile(r"[a-z][a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+")


def check(out: Outline) -> Iterator[Diagnostic]:
    """All findings about one source."""
    yield from _comments(out)
    lines = _code_lines(out)
    for function in out.functions:
        yield from _function(out, function, lines)
    for part in (_nesting, _long_lines, _magic_numbers, _naming, _unused, _prints):
        yield from part(out)


def _comments(out: Outline) -> Iterator[Diagnostic]:
    for comment in out.comments:
        text = _body(comment)
        if _ELISION.search(text):
            yield RULES["elision"].at(comment, "code is left out here", "write the whole code")
        elif _PLACEHOLDER.search(text):
            yield RULES["placeholder"].at(comment, "a placeholder stands for code", "write the code")
        elif _TODO.search(text):
            yield RULES["todo"].at(comment, "unfinished work is noted here", "finish it")
        elif _CODE.fullmatch(text):
            yield RULES["commented-out-code"].at(comment, "commented-out code", "delete it")
    for index in out.global_uses("error"):
        if out.text(index + 1) == "(" and _PLACEHOLDER.search(out.text(index + 2)):
            yield RULES["placeholder"].at(out.code[index], "not implemented", "write the code")


def _body(comment: Token) -> str:
    return re.sub(r"^--(?:\[=*\[)?|\]=*\]$", "", comment.text).strip()


def _code_lines(out: Outline) -> list[int]:
    """For each token the number of lines with code up to its own."""
    changes = (index == 0 or not out.same_line(index - 1, index) for index in range(len(out.code)))
    return list(accumulate(map(int, changes)))


def _function(out: Outline, function: Function, code_lines: list[int]) -> Iterator[Diagnostic]:
    named = bool(function.name) or out.text(function.opener - 1) == "="
    if named and function.body >= function.end < len(out.code):
        yield RULES["empty-function"].at(out.code[function.opener], "this function does nothing", "write its body")
    lines = code_lines[min(function.end, len(code_lines) - 1)] - code_lines[function.opener] + 1
    if lines > MAX_FUNCTION_LINES:
        message = f"a function of {lines} lines of code (more than {MAX_FUNCTION_LINES})"
        yield RULES["long-function"].at(out.code[function.opener], message, "split it")


def _nesting(out: Outline) -> Iterator[Diagnostic]:
    depth: dict[int, int] = {-1: 0}
    blocks = set(out.blocks)
    for index in sorted(out.pair):
        depth[index] = depth[out.opener[index]] + (index in blocks)
        if depth[index] == MAX_DEPTH + 1 and index in blocks:
            message = f"more than {MAX_DEPTH} blocks deep"
            yield RULES["deep-nesting"].at(out.code[index], message, "return early or split the function")


def _long_lines(out: Outline) -> Iterator[Diagnostic]:
    ends: dict[int, Token] = {}
    for token in out.code:
        first_line = token.text.partition("\n")[0]
        if token.column + len(first_line) - 1 > MAX_COLUMNS:
            ends.setdefault(token.line, token)
    for token in ends.values():
        yield RULES["long-line"].at(token, f"a line of code longer than {MAX_COLUMNS} characters")


def _magic_numbers(out: Outline) -> Iterator[Diagnostic]:
    for index, token in enumerate(out.code):
        if token.kind is Kind.NUMBER and token.text not in _PLAIN_NUMBERS and out.text(index - 1) in _COMPARISONS:
            yield RULES["magic-number"].at(token, f"what is {token.text}?", "give the number a name")


def _naming(out: Outline) -> Iterator[Diagnostic]:
    snake = [name for name in out.declared if _SNAKE.fullmatch(name)]
    camel = [name for name in out.declared if _CAMEL.fullmatch(name)]
    if len(snake) >= 2 and len(camel) >= 2:
        rarer = min((snake, camel), key=len)[0]
        message = "camelCase and snake_case are mixed"
        yield RULES["mixed-naming"].at(out.code[out.declared[rarer][0]], message, "use one style")


def _unused(out: Outline) -> Iterator[Diagnostic]:
    parameters = {index for function in out.functions for index in function.parameters}
    for name, bound in out.declared.items():
        index = bound[0]
        if name.startswith("_") or len(out.uses[name]) > 1 or index in parameters or _in_for(out, index):
            continue
        yield RULES["unused-local"].at(out.code[index], f"{name} is never used")


def _in_for(out: Outline, index: int) -> bool:
    around = out.opener[index]
    return out.text(around) == "for" and around >= 0 and index < _body_start(out, around)


def _body_start(out: Outline, loop: int) -> int:
    return next((i for i in range(loop, out.closer(loop)) if out.texts[i] in ("in", "=")), out.closer(loop))


def _prints(out: Outline) -> Iterator[Diagnostic]:
    for index in out.global_uses("print"):
        if out.text(index + 1) == "(":
            yield RULES["print-left-in"].at(out.code[index], "a print is left in")
