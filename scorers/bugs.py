"""The bugs scorer: patterns that fail or hang when run. Where the tokens leave a doubt it stays silent.

The score is 1 minus the penalties of `RULES` (see `scorers.diagnostics.penalised`).
"""

from collections.abc import Iterator

from scorers.blocks import Outline
from scorers.diagnostics import Diagnostic, Severity, rule_table
from scorers.endless import endless_loops
from scorers.lexer import Kind
from scorers.lookups import unchecked_lookups
from scorers.stores import unprotected_store_calls

RULES = rule_table(
    "bugs",
    (
        ("unchecked-find-first-child", Severity.ERROR, 0.25),
        ("infinite-loop-no-yield", Severity.ERROR, 0.5),
        ("datastore-no-pcall", Severity.ERROR, 0.3),
        ("global-variable", Severity.WARNING, 0.1),
        ("global-function", Severity.WARNING, 0.05),
        ("while-wait-condition", Severity.WARNING, 0.1),
        ("polling-loop", Severity.INFO, 0.03),
    ),
)

_WAITS = (("wait", "("), ("task", ".", "wait", "("))
_NOT_A_TARGET = frozenset({"local", "const", "type", "for", "function"})
_ENDS = ") ] } ; > ? ... end do then else repeat nil true false break"
_STATEMENT_END = frozenset(_ENDS.split())
_VALUE_KINDS = frozenset({Kind.NAME, Kind.NUMBER, Kind.STRING, Kind.INTERP_SIMPLE, Kind.INTERP_END})


def check(out: Outline) -> Iterator[Diagnostic]:
    """All findings about one source."""
    for index, name in unchecked_lookups(out):
        message = f"{name} gives nil where nothing is found, and its result is used untested"
        hint = "keep it in a local and test that, or use WaitForChild"
        yield RULES["unchecked-find-first-child"].at(out.code[index], message, hint)
    for index in endless_loops(out):
        message = "this loop never ends and never yields: the game freezes"
        yield RULES["infinite-loop-no-yield"].at(out.code[index], message, "call task.wait() in the loop")
    for index in unprotected_store_calls(out):
        message = f"{out.texts[index]} may fail at any time and is called outside pcall"
        yield RULES["datastore-no-pcall"].at(out.code[index], message, "wrap the call in pcall and handle a failure")
    yield from _globals(out)
    yield from _waiting_loops(out)


def _globals(out: Outline) -> Iterator[Diagnostic]:
    for index in (i for i, text in enumerate(out.texts) if text == "="):
        for target in _targets(out, index):
            name = out.texts[target]
            if name not in out.declared:
                message = f"{name} is a global variable"
                yield RULES["global-variable"].at(out.code[target], message, f"write `local {name}`")
    for function in out.functions:
        if function.name.isidentifier() and function.name not in out.declared:
            message = f"{function.name} is a global function"
            yield RULES["global-function"].at(out.code[function.opener], message, "write `local function`")


def _targets(out: Outline, equals: int) -> list[int]:
    """Indices of the plain names assigned at `equals`, none for declarations, fields and table keys."""
    if out.text(out.opener[equals]) in ("(", "[", "{") and out.opener[equals] >= 0:
        return []
    first = equals
    names = []
    while out.kind(first - 1) is Kind.NAME:
        first -= 1
        names.append(first)
        if out.text(first - 1) != ",":
            break
        first -= 1
    before = first - 1
    starts_statement = (
        before < 0
        or out.text(before) in _STATEMENT_END
        or (out.kind(before) in _VALUE_KINDS and not out.same_line(before, first))
    )
    return names if starts_statement and out.text(before) not in _NOT_A_TARGET else []


def _waiting_loops(out: Outline) -> Iterator[Diagnostic]:
    for opener in out.blocks:
        word, end = out.texts[opener], out.closer(opener)
        if word == "repeat" and _is_one_wait(out, opener + 1, end) and not out.matches(end, "until", "false"):
            yield RULES["polling-loop"].at(out.code[opener], "this loop polls", "wait for an event or a signal")
        elif word == "while" and any(out.matches(opener + 1, *wait) for wait in _WAITS):
            message = "the result of wait is no condition"
            yield RULES["while-wait-condition"].at(out.code[opener], message, "write `while true do task.wait(...)`")
        elif word == "while" and out.text(opener + 1) == "not":
            body = next((i + 1 for i in range(opener, end) if out.texts[i] == "do" and out.opener[i] == opener), end)
            if _is_one_wait(out, body, end):
                yield RULES["polling-loop"].at(out.code[opener], "this loop polls", "wait for an event or a signal")


def _is_one_wait(out: Outline, start: int, end: int) -> bool:
    for wait in _WAITS:
        if out.matches(start, *wait):
            after = out.closer(start + len(wait) - 1) + 1
            return after == end or (out.text(after) == ";" and after + 1 == end)
    return False
