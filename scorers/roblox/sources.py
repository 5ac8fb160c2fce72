"""Where values come from: what functions return, and what the fields of objects are given."""

from scorers.language.expressions import Expr, Function, Nil, Table
from scorers.language.statements import Assign, Return
from scorers.language.unit import Unit


def returns(unit: Unit) -> dict[Function, list[Return]]:
    """The `return` statements of each function that has some."""
    found: dict[Function, list[Return]] | None = unit.memo.get("returns")
    if found is None:
        found = unit.memo["returns"] = {}
        for node in unit.all(Return):
            function = unit.function_of(node)
            if function is not None:
                found.setdefault(function, []).append(node)
    return found


def field_values(unit: Unit, name: str) -> list[Expr]:
    """What fields of a name are given, in `x.name = value` and in `setmetatable({ name = value }, Class)`; nil is left out.

    Empty where the source does not tell of every assignment.
    """
    values = list(_constructed(unit).get(name, ()))
    for field in unit.members(name):
        statement = unit.parents[field]
        if not isinstance(statement, Assign) or field in statement.values:
            continue
        if len(statement.targets) > 1 or not statement.values:
            return []
        values.append(statement.values[0])
    return [value for value in values if not isinstance(value, Nil)]


def _constructed(unit: Unit) -> dict[str, list[Expr]]:
    """The fields of tables that become objects."""
    found: dict[str, list[Expr]] | None = unit.memo.get("constructed fields")
    if found is None:
        found = unit.memo["constructed fields"] = {}
        for call in unit.calls("setmetatable"):
            table = call.args[0] if call.args else None
            for entry in table.fields if isinstance(table, Table) else ():
                if entry.name is not None:
                    found.setdefault(entry.name, []).append(entry.value)
    return found
