"""Globals by their dotted paths, also through locals that stand for them: `local new = Instance.new`."""

from collections.abc import Iterator
from operator import attrgetter

from scorers.language.escapes import string_value
from scorers.language.expressions import Call, Expr, Group, Index, Name, String, Subscript
from scorers.language.node import Node
from scorers.language.unit import Unit

_KINDS = frozenset((Name, Index, Subscript))
_MOST_NAMES = 3
"""Names in one path: libraries and enums have no more, and longer ones would take quadratic space."""


def global_path(unit: Unit, node: Node | None) -> str:
    """`a.b.c` where `a` is a global, or a local that always stands for one or a path of one; "" for everything else."""
    names: list[str] = []
    while type(node) is not Name:
        name = member_name(node)
        if isinstance(node, Group):
            node = node.value
        elif name and isinstance(node, Index | Subscript) and len(names) < _MOST_NAMES:
            names.append(name)
            node = node.object
        else:
            return ""
    variable = unit.variable_of.get(node)
    root = node.name if variable is None else unit.stands_for.get(variable, "")
    return ".".join((root, *reversed(names))) if root else ""


def member_name(node: Node | None) -> str:
    """The member that `object.name` or `object["name"]` names, "" for everything else."""
    if isinstance(node, Index):
        return node.name
    key = node.key if isinstance(node, Subscript) else None
    return (string_value(key.text) or "") if isinstance(key, String) else ""


def reads_of(unit: Unit, value: Expr) -> Iterator[Expr]:
    """A value where it stands, and the reads of locals that hold it and are never written."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        yield node
        variable = unit.holder_of.get(node)
        if variable is not None and not variable.writes:
            waiting += variable.reads


def find_stand_ins(unit: Unit) -> None:
    """Fill `Unit.stands_for`, and add to `Unit.global_calls` what is called through stand-ins and by subscripts."""
    late: dict[str, list[Call]] = {}
    for variable in unit.variables:  # in the order of the source: a value only names earlier ones
        value = variable.value
        if value is None or type(value) not in _KINDS or variable.writes or variable.position:
            continue
        path = global_path(unit, value)
        if path and path.count(".") < _MOST_NAMES:
            unit.stands_for[variable] = path
            for read in variable.reads:
                _note_call(unit, read, late)
    for node in unit.all(Subscript):
        if type(node.key) is String and type(node.object) is Name and node.object not in unit.variable_of:
            _note_call(unit, node, late)
    for path, calls in late.items():
        unit.global_calls[path] = sorted({*unit.global_calls.get(path, ()), *calls}, key=attrgetter("start"))


def _note_call(unit: Unit, node: Expr, late: dict[str, list[Call]]) -> None:
    """The call of what a node names, or of a member of it."""
    parent = unit.parents.get(node)
    for _ in range(_MOST_NAMES):
        if not isinstance(parent, Index | Subscript) or parent.object is not node:
            break
        node, parent = parent, unit.parents.get(parent)
    if isinstance(parent, Call) and parent.function is node and (path := global_path(unit, node)):
        late.setdefault(path, []).append(parent)
