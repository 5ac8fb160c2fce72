"""Checks of the quality scorer: what was left behind while writing."""

import re
from collections.abc import Iterator

from scorers.checks.check import INFO, QUALITY, Finding, at, check
from scorers.checks.completeness import Remark, first_line, remarks, stands_alone
from scorers.language.expressions import Call, Index, MethodCall, Name
from scorers.language.parse import parse
from scorers.language.statements import Assign, CallStatement, CompoundAssign, Local, Return, Stat
from scorers.language.unit import Unit
from scorers.roblox.inference import literal

_CODE_LIKE = re.compile(
    r"local [A-Za-z_]\w*.*=|(?:local )?function\b.*\)|(?:if|elseif) .+ then\b|(?:for|while) .+ do\b|(?:end|else|repeat)\)?[;,]?$"
    r"|(?:return|until)\b|[A-Za-z_][\w.:\[\]\"']*(?:\(.*\)?|\s*[-+*/.]?=\s*[^=]+)$|[})\]]+[;,]?$"
)
_EXAMPLE = re.compile(
    r"example|usage|e\.g\.|for instance|such as|\blike\b|format|syntax|sample|demo|output|result|returns?:|note:|expected"
    r"|instead of|equivalent|same as|wrong|bad|good|incorrect|correct|before|after|\u274c|\u2705",
    re.IGNORECASE,
)
_DEBUG = re.compile(
    r"\W*(?:debug(?:ging)?\b|here\W*\d*$|tests?\W*\d*$|got here|reached\W*$|asdf|a{3,}$|x{3,}$|foo$|bar$|lol)", re.IGNORECASE
)
_MAX_LINES = 60
"""Lines of one run of comments that are read as code."""


@check("commented-out-code", QUALITY, INFO)
def commented_out_code(unit: Unit) -> Iterator[Finding]:
    """Code in comments is neither run nor checked, and no reader knows whether it matters. Version control keeps old code.

    Bad:
        local part = Instance.new("Part")
        -- part.Anchored = true
        -- part.Parent = workspace
        part.Name = "Floor"
    Good:
        -- Example:
        -- floor.Anchored = true
        -- floor.Parent = workspace
        local part = Instance.new("Part")
    Source: practice; examples in comments are documentation.
    """
    for run in _runs(unit):
        if not any(_EXAMPLE.search(remark.text) for remark in run):
            for part in _code_parts(run):
                if _is_code(part):
                    yield Finding(part[0].comment.start, part[-1].comment.end, "commented-out code", "delete it")


@check("print-left-in", QUALITY, INFO)
def print_left_in(unit: Unit) -> Iterator[Finding]:
    """The print was for finding a bug and says nothing to anybody else.

    Bad:
        local function onTouched(hit)
            print("here")
            hit:Destroy()
        end
        workspace.Part.Touched:Connect(onTouched)
    Good:
        print("Server started")
    Source: practice. Prints that tell something are no finding.
    """
    for name in ("print", "warn"):
        for call in unit.calls(name):
            text = literal(call.args[0]) if call.args else None
            if text is not None and len(call.args) == 1 and _DEBUG.match(text):
                yield at(call, f"`{name}({text[:30]!r})` looks like debug output", "delete it")


def _runs(unit: Unit) -> Iterator[list[Remark]]:
    """Line comments on lines of their own, one below the other."""
    run: list[Remark] = []
    for remark in remarks(unit):
        if remark.comment.text.startswith("--[["):
            continue
        if run and first_line(remark.comment) != first_line(run[-1].comment) + 1:
            yield run
            run = []
        if not run and not stands_alone(unit, remark.comment):
            continue
        run.append(remark)
    if run:
        yield run


def _code_parts(run: list[Remark]) -> Iterator[list[Remark]]:
    """The stretches of a run that look like code."""
    part: list[Remark] = []
    for remark in run[:_MAX_LINES]:
        if _CODE_LIKE.match(remark.text):
            part.append(remark)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _is_code(part: list[Remark]) -> bool:
    """Whether comments hold statements. One line must be an unmistakable one: prose may look like `see(this)`."""
    inner = parse("\n".join(remark.text for remark in part))
    statements = inner.tree.statements
    if inner.errors or not statements:
        return False
    return len(statements) > 1 or len(part) > 1 or _is_unmistakable(statements[0])


def _is_unmistakable(statement: Stat) -> bool:
    if isinstance(statement, Local):
        return any(isinstance(value, Call | MethodCall | Index) for value in statement.values)
    if isinstance(statement, Assign | CompoundAssign):
        target = statement.targets[0] if isinstance(statement, Assign) else statement.target
        return isinstance(target, Index)
    if isinstance(statement, CallStatement):
        call = statement.call
        if isinstance(call, MethodCall):
            return bool(call.args) and not all(isinstance(arg, Name) for arg in call.args)
        return isinstance(call, Call) and isinstance(call.function, Name) and call.function.name in ("print", "warn", "wait")
    return isinstance(statement, Return) and any(isinstance(value, Call | MethodCall) for value in statement.values)
