"""Checks of how instances are made."""

from collections.abc import Iterator

from scorers.checks.check import API, INFO, Finding, at, check
from scorers.checks.receivers import made_instances
from scorers.language.expressions import Call, Expr, Index, Name, Nil
from scorers.language.statements import Assign, Block, Local, Stat
from scorers.language.unit import Unit, Variable
from scorers.roblox.families import callbacks

_NEEDS_PARENT = frozenset(
    ("AssemblyAngularVelocity", "AssemblyLinearVelocity", "Parent", "Playing", "PrimaryPart", "TimePosition", "Adornee")
)
"""Properties that mean nothing, or something else, before the instance is in the world."""


@check("instance-new-parent-argument", API, INFO)
def instance_new_parent_argument(unit: Unit) -> Iterator[Finding]:
    """The second argument of `Instance.new` parents before the properties are set: each of them is then replicated and drawn.

    Bad:
        local part = Instance.new("Part", workspace)
        part.Anchored = true
    Good:
        local part = Instance.new("Part")
        part.Anchored = true
        part.Parent = workspace
    Source: Roblox developer forum, "PSA: Don't use Instance.new() with parent argument".
    """
    if "Instance" in unit.global_writes:
        return
    for call in unit.calls("Instance.new"):
        if len(call.args) == 2 and not isinstance(call.args[1], Nil):
            yield at(call.args[1], "the parent as the second argument of `Instance.new`", "set `Parent` last")


@check("parent-before-properties", API, INFO)
def parent_before_properties(unit: Unit) -> Iterator[Finding]:
    """Properties set after `Parent` are each replicated and drawn; set before it, they cost nothing.

    Bad:
        local part = Instance.new("Part")
        part.Parent = workspace
        part.Anchored = true
    Good:
        local part = Instance.new("Part")
        part.Anchored = true
        part.Parent = workspace
    Source: Roblox developer forum, "PSA: Don't use Instance.new() with parent argument".
    """
    for target in unit.members("Parent"):
        statement = unit.parents.get(target)
        if not isinstance(statement, Assign) or statement.targets[0] is not target or isinstance(statement.values[0], Nil):
            continue
        variable = _new_instance(unit, target.object)
        later = _set_next(unit, statement, variable) if variable is not None else None
        if later is not None:
            yield at(target, f"`{later}` is set after `Parent`", "set `Parent` last")


def _new_instance(unit: Unit, node: Expr) -> Variable | None:
    """The local that holds an instance made by `Instance.new`."""
    variable = unit.variable_of.get(node) if isinstance(node, Name) else None
    if variable is None or variable.writes or not isinstance(variable.value, Call):
        return None
    return variable if variable.value in made_instances(unit) else None


def _set_next(unit: Unit, statement: Assign, variable: Variable) -> str | None:
    """A property of the instance that one of the assignments right behind sets; what follows a call may be for later."""
    block = unit.parents.get(statement)
    if not isinstance(block, Block) or variable.scope is not block:
        return None
    for place in range(_places(unit, block)[statement] + 1, len(block.statements)):
        later = block.statements[place]
        if not isinstance(later, Assign | Local):
            return None
        for target in later.targets if isinstance(later, Assign) else ():
            if not isinstance(target, Index) or target.name in _NEEDS_PARENT | callbacks() or not isinstance(target.object, Name):
                continue
            if unit.variable_of.get(target.object) is variable:
                return target.name
    return None


def _places(unit: Unit, block: Block) -> dict[Stat, int]:
    """Where each statement of a block stands."""
    known: dict[Block, dict[Stat, int]] = unit.memo.setdefault("places in blocks", {})
    if block not in known:
        known[block] = {statement: place for place, statement in enumerate(block.statements)}
    return known[block]
