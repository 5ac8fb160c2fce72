"""Calls of data stores, in all the ways they are written."""

from collections.abc import Iterator
from typing import NamedTuple

from scorers.checks.protection import is_catcher
from scorers.language.expressions import Call, Expr, Function, Index, MethodCall, Name, Table
from scorers.language.node import Node
from scorers.language.statements import Assign, Return
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import class_of

GETTERS = ("GetDataStore", "GetOrderedDataStore", "GetGlobalDataStore")
WRITES = ("SetAsync", "UpdateAsync", "IncrementAsync", "RemoveAsync")
READS = ("GetAsync", "GetSortedAsync", "GetVersionAsync", "ListKeysAsync", "ListVersionsAsync")
_CLASSES = ("DataStore", "OrderedDataStore", "GlobalDataStore")


class StoreCall(NamedTuple):
    """One call of a data store: `store:SetAsync(key, value)`, or `pcall(store.SetAsync, store, key, value)`."""

    node: Call | MethodCall
    method: str
    store: Expr
    args: list[Expr]
    is_caught: bool


def store_calls(unit: Unit) -> list[StoreCall]:
    """All calls on values that this source got from a DataStoreService."""
    found = unit.memo.get("store calls")
    if found is None:
        found = unit.memo["store calls"] = sorted(_find(unit), key=lambda call: call.node.start)
    return list(found)


def _find(unit: Unit) -> Iterator[StoreCall]:
    if not any(getter in unit.method_calls or getter in unit.indexes for getter in GETTERS) and not _has_typed_store(unit):
        return
    for method in (*READS, *WRITES):
        for call in unit.methods(method):
            if is_store(unit, call.object):
                yield StoreCall(call, method, call.object, call.args, is_caught=False)
        for index in unit.members(method):
            parent = unit.parents[index]
            if isinstance(parent, Call) and is_catcher(unit, parent) and parent.args[0] is index and is_store(unit, index.object):
                yield StoreCall(parent, method, index.object, parent.args[2:], is_caught=True)


def _has_typed_store(unit: Unit) -> bool:
    return any(name in unit.source for name in _CLASSES)


def is_store(unit: Unit, node: Expr) -> bool:
    """Whether a value is a data store, as far as one file tells."""
    if _is_getter(node) or class_of(unit, node) in _CLASSES:
        return True
    return _is_store_variable(unit, node) or (isinstance(node, Index) and node.name in _store_fields(unit))


def _is_store_variable(unit: Unit, node: Expr) -> bool:
    variable = unit.variable_of.get(node) if isinstance(node, Name) else None
    return variable is not None and variable in _store_variables(unit)


def _is_getter(node: Node | None) -> bool:
    return isinstance(node, MethodCall) and node.name in GETTERS


def _store_variables(unit: Unit) -> set[Variable]:
    """Locals that are given a data store, at their declaration or later."""
    found: set[Variable] | None = unit.memo.get("store variables")
    if found is None:
        found = {variable for variable in unit.variables if _begins_as_store(unit, variable)}
        for target, value in _assignments(unit):
            if isinstance(target, Name) and _is_getter(value) and target in unit.variable_of:
                found.add(unit.variable_of[target])
        unit.memo["store variables"] = found
    return found


def _begins_as_store(unit: Unit, variable: Variable) -> bool:
    value = variable.value
    if variable.position == 0:
        return _is_getter(value)
    if variable.position != 1 or not isinstance(value, Call) or not is_catcher(unit, value) or not value.args:
        return False
    run = value.args[0]  # local ok, store = pcall(...)
    if isinstance(run, Function):
        last = run.body.statements[-1] if run.body.statements else None
        return isinstance(last, Return) and len(last.values) == 1 and _is_getter(last.values[0])
    return isinstance(run, Index) and run.name in GETTERS


def _store_fields(unit: Unit) -> set[str]:
    """Names of fields that are given a data store."""
    found: set[str] | None = unit.memo.get("store fields")
    if found is None:
        given = [(target.name, value) for target, value in _assignments(unit) if isinstance(target, Index)]
        given += [(entry.name, entry.value) for table in unit.all(Table) for entry in table.fields if entry.name is not None]
        found = {name for name, value in given if _is_getter(value) or _is_store_variable(unit, value)}
        unit.memo["store fields"] = found
    return found


def _assignments(unit: Unit) -> Iterator[tuple[Expr, Expr]]:
    for statement in unit.all(Assign):
        yield from zip(statement.targets, statement.values, strict=False)
