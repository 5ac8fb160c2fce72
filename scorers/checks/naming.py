"""Checks of the quality scorer: names. They only take away: no name earns anything."""

import re
from collections.abc import Iterator

from scorers.checks.check import INFO, QUALITY, Finding, check
from scorers.language.expressions import Binary, Call, Expr, Group, Index, MethodCall, Name, Number, Unary
from scorers.language.unit import Unit, Variable

_SNAKE = re.compile(r"_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+_*")
_CAMEL = re.compile(r"_*[a-z]+[a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+")
_PASCAL = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)*")
_MIN_OF_STYLE = 2
"""Names of a style that make it one: a single name may come from somewhere else."""
_LONG_LIFE = 15
"""Lines over which a reader must remember what a letter stands for."""
_KNOWN_LETTERS = frozenset("_ijknxyzwtuvabeM")
"""Letters with a meaning of their own: counters, coordinates, time, React's `e`, a type checker's `t`, a module `M`."""


@check("naming-convention", QUALITY, INFO)
def naming_convention(unit: Unit) -> Iterator[Finding]:
    """Two styles of names in one file: every use must be looked up. Luau code on Roblox has camelCase for variables and
    PascalCase for classes, services and components.

    Bad:
        local maxHealth, walkSpeed = 100, 16
        local max_mana, jump_power = 50, 30
        return { maxHealth, walkSpeed, max_mana, jump_power }
    Good:
        local Players = game:GetService("Players")
        local MAX_HEALTH = 100
        local walkSpeed, jumpPower = 16, 50
        return { Players, MAX_HEALTH, walkSpeed, jumpPower }
    Source: Roblox Lua style guide.
    """
    if len(unit.variables) < 2 * _MIN_OF_STYLE:
        return
    snake, camel, pascal = _by_style(unit.variables)
    if len(camel) < _MIN_OF_STYLE:
        return
    if len(snake) >= _MIN_OF_STYLE:
        yield from _mixed(*sorted(((snake, "snake_case"), (camel, "camelCase")), key=lambda style: len(style[0])))
    if len(pascal) >= _MIN_OF_STYLE:
        yield from _mixed((pascal, "PascalCase"), (camel, "camelCase"))


@check("short-name", QUALITY, INFO)
def short_name(unit: Unit) -> Iterator[Finding]:
    """A single letter that lives for many lines makes the reader remember what it stands for.

    Bad:
        local function setUp(model)
            local p = model:FindFirstChild("Door")
            if not p then
                return
            end
            model.Name = "House"

            model:SetAttribute("Open", false)
            model:SetAttribute("Owner", "nobody")
            model:SetAttribute("Price", 5)

            model:AddTag("House")
            model:AddTag("ForSale")
            model:AddTag("Lit")

            model:ScaleTo(2)
            model.Parent = workspace
            p.Transparency = 0
        end
        return setUp
    Good:
        local function middle(a, b)
            local d = b - a
            return a + d / 2
        end
        return middle
    Source: practice; loops, mathematics and short functions are no finding.
    """
    for variable in unit.variables:
        if len(variable.name) == 1 and _is_obscure(variable):
            message = f"`{variable.name}` is used over {_lifetime(variable)} lines"
            yield Finding(variable.start, variable.end, message, "give it a name that says what it holds")


def _by_style(variables: list[Variable]) -> tuple[list[Variable], list[Variable], list[Variable]]:
    """Variables in snake_case, those in camelCase, and those in PascalCase that hold no class: each name once."""
    snake, camel, pascal = [], [], []
    for variable in {variable.name: variable for variable in reversed(variables)}.values():
        name = variable.name
        if name.islower():
            if "_" in name and _SNAKE.fullmatch(name):
                snake.append(variable)
        elif _CAMEL.fullmatch(name):
            camel.append(variable)
        elif variable.kind in ("parameter", "loop") and _PASCAL.fullmatch(name):
            pascal.append(variable)
    return snake, camel, pascal


def _mixed(rarer: tuple[list[Variable], str], other: tuple[list[Variable], str]) -> Iterator[Finding]:
    for variable in rarer[0]:
        message = f"`{variable.name}` is in {rarer[1]} among names in {other[1]}, like `{other[0][0].name}`"
        yield Finding(variable.start, variable.end, message, f"use {other[1]} throughout")


def _is_obscure(variable: Variable) -> bool:
    if variable.kind not in ("local", "const", "function") or variable.name in _KNOWN_LETTERS:
        return False
    return _lifetime(variable) > _LONG_LIFE and not _is_arithmetic(variable.value)


def _lifetime(variable: Variable) -> int:
    """Lines from the declaration to the last use."""
    return max((read.line for read in variable.reads), default=variable.line) - variable.line


def _is_arithmetic(value: Expr | None) -> bool:
    """Whether a value is a number that is calculated: letters are the language of formulas."""
    if isinstance(value, Group | Unary):
        return _is_arithmetic(value.value if isinstance(value, Group) else value.operand)
    if isinstance(value, Call):
        function = value.function
        return isinstance(function, Index) and isinstance(function.object, Name) and function.object.name in _FORMULAS
    return isinstance(value, Number | Binary) or (isinstance(value, MethodCall) and value.name in ("Dot", "Cross", "Lerp"))


_FORMULAS = frozenset(("math", "Vector3", "Vector2", "CFrame", "vector", "bit32", "buffer", "string"))
