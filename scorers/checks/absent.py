"""Checks of locals that hold nothing."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, Finding, at, check
from scorers.language.expressions import Call, Expr, Index, MethodCall, Name, Nil, Subscript
from scorers.language.guards import is_guarded
from scorers.language.statements import Local
from scorers.language.unit import Unit, Variable


@check("nil-index", BUGS, ERROR)
def nil_index(unit: Unit) -> Iterator[Finding]:
    """A local that is declared and never given a value is nil, and reaching into nil stops the script.

    Bad:
        local humanoid
        humanoid.Health = 0
    Good:
        local humanoid
        humanoid = workspace.Dummy.Humanoid
        humanoid.Health = 0
    Source: Luau, error "attempt to index nil".
    """
    if unit.errors:
        return  # the assignment may stand where the source could not be read
    for variable in unit.variables:
        if variable.reads and not variable.writes and _begins_as_nil(variable):
            use = _unguarded_use(unit, variable)
            if use is not None:
                verb = "called" if isinstance(unit.parents[use], Call) else "indexed"
                yield at(use, f"`{variable.name}` is never given a value, and {verb} here", "give it one before")


def _begins_as_nil(variable: Variable) -> bool:
    """Declared without a value, or with nil."""
    if variable.kind not in ("local", "const") or variable.is_exported or not isinstance(variable.declaration, Local):
        return False
    return variable.value is None or isinstance(variable.value, Nil)


def _unguarded_use(unit: Unit, variable: Variable) -> Name | None:
    def is_held(node: Expr) -> bool:
        return isinstance(node, Name) and unit.variable_of.get(node) is variable

    uses = (read for read in variable.reads if _reaches_into(unit, read))
    return next((use for use in uses if not is_guarded(unit, use, is_held, since=variable.start)), None)


def _reaches_into(unit: Unit, read: Name) -> bool:
    parent = unit.parents.get(read)
    if isinstance(parent, Index | Subscript | MethodCall):
        return parent.object is read
    return isinstance(parent, Call) and parent.function is read
