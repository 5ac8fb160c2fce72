"""Checks of the quality scorer: functions and programs that do nothing."""

import re
from collections.abc import Iterator

from scorers.checks.check import ERROR, INFO, QUALITY, WARNING, Finding, at, check
from scorers.checks.completeness import inner_remarks, is_note, is_placeholder, remark_above
from scorers.checks.named import Named, named_functions
from scorers.language.expressions import Boolean, Call, Expr, Function, Group, Index, Name, Nil, Number, String, Table, Unary
from scorers.language.statements import CallStatement, Do, Local, Return, Stat, TypeAlias
from scorers.language.unit import Unit
from scorers.roblox.inference import literal

_UNIMPLEMENTED = re.compile(r"\b(?:un|not (?:yet )?)implemented\b|\bTODO\b|\bimplement (?:this|me)\b", re.IGNORECASE)
_ABSTRACT = re.compile(r"abstract|overrid|subclass|derived|must (?:be )?implement|interface", re.IGNORECASE)
_DELIBERATE = re.compile(
    r"no.?op\b|nothing|intentional|deliberate|overrid|subclass|abstract|virtual|default|unused|optional|ignore|hook|empty|reserved"
    r"|not (?:needed|used|supported|required)|stub for test|mock|disabled",
    re.IGNORECASE,
)
_EMPTY_NAMES = re.compile(
    r"_|_?no_?op|nop|empty\w*|dummy\w*|mock\w*|fake\w*|stub\w*|identity|always\w*|never\w*|default\w*", re.IGNORECASE
)
_BASES = re.compile(r"\w*(?:Base|Abstract|Interface|Mock|Null|Noop)", re.IGNORECASE)
_HOOKS = re.compile(
    r"_*(?:(?:On|on|Knit|did|will|before|after|Before|After|handle|Handle)[A-Z_]?\w*"
    r"|[Ii]nit|[Ii]nitialize|[Ss]tart|[Ss]top|[Dd]estroy|[Cc]leanup|[Ee]nter|[Ee]xit|[Uu]pdate|[Ss]tep|[Rr]ender|[Rr]eset|[Ss]etup"
    r"|[Cc]onnect|[Dd]isconnect|[Cc]onstructor|[Ll]oad|[Uu]nload|[Rr]un|[Aa]ttack|__\w+)"
)
"""Names that a base class or a mock leaves empty on purpose."""


# A function that only promises makes the answer useless, so the first finding alone takes 0.45.
@check("stub", QUALITY, ERROR, weight=0.9)
def stub(unit: Unit) -> Iterator[Finding]:
    """The function promises work and does none: it is empty but for a remark, only says that it is not implemented, or
    only returns a constant, like most functions of the source.

    Bad:
        local Inventory = {}
        function Inventory.add(player, item)
            -- TODO: implement
        end
        return Inventory
    Good:
        local Inventory = { items = {} }
        function Inventory.add(player, item)
            table.insert(Inventory.items, { player, item })
        end
        return Inventory
    Source: answers of language models.
    """
    for named in _hollow(unit)[0]:
        yield _finding(named, f"`{named.name}` does nothing yet")


@check("empty-function", QUALITY, WARNING)
def empty_function(unit: Unit) -> Iterator[Finding]:
    """A named function without a body beside functions that work was probably forgotten. A comment that says why it is
    empty, an underscore before its parameters, or a name like `noop` shows that it was not.

    Bad:
        local Door = {}
        function Door.open(door) door.Transparency = 1 end
        function Door.close(door) door.Transparency = 0 end
        function Door.lock(door) end
        return Door
    Good:
        local Door = {}
        function Door.open(door) door.Transparency = 1 end
        function Door.close(door) door.Transparency = 0 end
        function Door.lock(_door) end
        return Door
    Source: practice.
    """
    for named in _hollow(unit)[1]:
        yield _finding(named, f"`{named.name}` is empty")


# A program that does nothing has no other finding and would be worth everything, so the first finding alone takes 0.45.
@check("empty-program", QUALITY, ERROR, weight=0.9)
def empty_program(unit: Unit) -> Iterator[Finding]:
    """Nothing happens when this source runs, and it returns nothing of use.

    Bad:
        local Module = {}
        return Module
    Good:
        return { MaxPlayers = 8 }
    Source: answers of language models.
    """
    statements = [statement for statement in unit.tree.statements if type(statement) is not TypeAlias]
    if unit.errors or not 0 < len(statements) <= _MAX_IDLE or not all(_is_idle(statement) for statement in statements):
        return
    last = statements[-1]
    if not (isinstance(last, Return) and _returns_value(unit, last)):
        yield at(statements[0], "this source does nothing", "write what was asked for")


# One line of fixed text would otherwise be a perfect answer to everything.
@check("only-prints", QUALITY, INFO, weight=0.5)
def only_prints(unit: Unit) -> Iterator[Finding]:
    """All that the source does is to print fixed text. That is right for a first program and for nothing else.

    Bad:
        print("Hello, world!")
    Good:
        print(`{#game:GetService("Players"):GetPlayers()} players`)
    Source: answers of language models.
    """
    statements = unit.tree.statements
    if 0 < len(statements) <= _MAX_IDLE and all(_prints_text(unit, statement) for statement in statements):
        yield at(statements[0], "this source only prints fixed text", "write what was asked for")


_IDLE_CALLS = frozenset(("wait", "assert", "error"))
_MAX_IDLE = 3
"""More statements than these are a list of settings or a lesson, and no excuse for an answer."""


def _finding(named: Named, message: str) -> Finding:
    function = named.function
    start = min(named.statement.start, function.start)
    return Finding(start, max(start + 1, function.body.start), message, "write its body, or say in a comment why it has none")


def _hollow(unit: Unit) -> tuple[list[Named], list[Named]]:
    """(functions that promise and do nothing, functions that may be empty on purpose)."""
    found: tuple[list[Named], list[Named]] | None = unit.memo.get("hollow functions")
    if found is None:
        found = unit.memo["hollow functions"] = _sort_hollow(unit)
    return found


def _sort_hollow(unit: Unit) -> tuple[list[Named], list[Named]]:
    every = named_functions(unit)
    hollow = [named for named in every if len(named.function.body.statements) < 2 and _is_hollow(unit, named)]
    if not hollow:
        return [], []
    certain = {id(named) for named in hollow if _is_promise(unit, named)}
    doubtful = [named for named in hollow if id(named) not in certain and not _is_deliberate(unit, named)]
    forgotten = [named for named in doubtful if not (named.owner and _HOOKS.fullmatch(named.name))]
    if len(certain) + len(doubtful) == len(every) == len(unit.functions):
        return hollow if len(hollow) == len(doubtful) else [*_chosen(hollow, certain), *doubtful], []
    if 2 * (len(certain) + len(forgotten)) >= len(every):
        return [*_chosen(hollow, certain), *forgotten], []
    return _chosen(hollow, certain), forgotten


def _chosen(hollow: list[Named], certain: set[int]) -> list[Named]:
    return [named for named in hollow if id(named) in certain]


def _is_hollow(unit: Unit, named: Named) -> bool:
    """Whether a function has no statement, only an error that says so, or a constant to return for parameters it ignores."""
    statements = named.function.body.statements
    if not statements:
        return True
    only = statements[0]
    if type(only) is Return:
        return _ignores_parameters(unit, named.function) and all(_is_constant(value) for value in only.values)
    return _unimplemented(only) is not None


def _is_promise(unit: Unit, named: Named) -> bool:
    """Whether the function itself says that its code is to be written."""
    function = named.function
    if function.body.statements and (text := _unimplemented(function.body.statements[0])) is not None:
        return _ABSTRACT.search(text) is None
    inside = inner_remarks(unit, function.start, function.end)
    return any(is_placeholder(remark.text) or is_note(remark.text) for remark in inside)


def _is_deliberate(unit: Unit, named: Named) -> bool:
    function = named.function
    if (
        _EMPTY_NAMES.fullmatch(named.name)
        or _BASES.match(named.owner or "")
        or (function.params and all(p.name.startswith("_") for p in function.params))
    ):
        return True
    if function.body.statements and _unimplemented(function.body.statements[0]) is not None:
        return True  # an abstract method: `_is_promise` has looked at the text
    inside = inner_remarks(unit, function.start, function.end)
    if (above := remark_above(unit, function.line)) is not None:
        inside = [above, *inside]
    return any(_DELIBERATE.search(remark.text) for remark in inside)


def _ignores_parameters(unit: Unit, function: Function) -> bool:
    variables = [unit.variable_at.get(param) for param in function.params]
    return bool(variables) and not any(variable is not None and variable.reads for variable in variables)


def _unimplemented(statement: Stat) -> str | None:
    """The text of `error("not implemented")`, None for every other statement."""
    call = statement.call if type(statement) is CallStatement else None
    if not (isinstance(call, Call) and isinstance(call.function, Name) and call.function.name in ("error", "warn") and call.args):
        return None
    text = literal(call.args[0])
    return text if text is not None and (_UNIMPLEMENTED.search(text) or _ABSTRACT.search(text)) else None


def _is_constant(value: Expr) -> bool:
    if isinstance(value, Group | Unary):
        return _is_constant(value.value if isinstance(value, Group) else value.operand)
    return isinstance(value, Nil | Boolean | Number | String) or (isinstance(value, Table) and not value.fields)


def _is_idle(statement: Stat) -> bool:
    """Whether a statement has no effect that anybody could see."""
    while isinstance(statement, Do) and len(statement.body.statements) == 1:
        statement = statement.body.statements[0]
    if isinstance(statement, CallStatement):
        return _is_idle_call(statement.call)
    if isinstance(statement, Do):
        return not statement.body.statements
    return isinstance(statement, Return) or (
        isinstance(statement, Local) and all(_is_constant(value) for value in statement.values)
    )


def _is_idle_call(call: Expr) -> bool:
    """`task.wait()`, `assert(true)`, `error("not implemented")`: waiting, or judging a constant."""
    function = call.function if isinstance(call, Call) else None
    name = function.name if isinstance(function, Name | Index) else ""
    return isinstance(call, Call) and name in _IDLE_CALLS and all(_is_constant(arg) for arg in call.args)


def _returns_value(unit: Unit, statement: Return) -> bool:
    """Whether a module's result is of use: more than a constant or an empty table, directly or in a local."""
    for value in statement.values:
        variable = unit.variable_of.get(value) if isinstance(value, Name) else None
        held = variable.value if variable is not None else value
        if held is not None and not _is_constant(held):
            return True
    return False


def _prints_text(unit: Unit, statement: Stat) -> bool:
    call = statement.call if isinstance(statement, CallStatement) else None
    if not isinstance(call, Call) or not isinstance(call.function, Name) or call.function.name not in ("print", "warn"):
        return False
    return call.function not in unit.variable_of and all(isinstance(value, String | Number) for value in call.args)
