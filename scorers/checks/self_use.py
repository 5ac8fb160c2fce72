"""Checks of `self`: functions of a table that are declared one way and used the other."""

from collections import Counter
from collections.abc import Iterator

from scorers.checks.check import BUGS, ERROR, WARNING, Finding, at, check
from scorers.checks.names import dotted_function
from scorers.language.expressions import (
    Boolean,
    Call,
    Expr,
    Function,
    Index,
    Interpolated,
    MethodCall,
    Name,
    Number,
    String,
    Table,
)
from scorers.language.statements import Assign, FunctionDeclaration
from scorers.language.types import NamedType, TypeofType
from scorers.language.unit import Unit, Variable

_Methods = dict[tuple[Variable | None, str], FunctionDeclaration]
_NO_OBJECT = (Number, String, Boolean, Interpolated, Function)


@check("missing-self", BUGS, ERROR)
def missing_self(unit: Unit) -> Iterator[Finding]:
    """`self` exists only in functions declared with a colon or with a parameter `self`; elsewhere it is a nil global.

    Bad:
        local Door = {}
        function Door.open()
            self.isOpen = true
        end
        return Door
    Good:
        local Door = {}
        function Door:open()
            self.isOpen = true
        end
        return Door
    Source: luau-analyze, UnknownGlobal.
    """
    reads = unit.global_reads.get("self")
    if not reads or "self" in unit.global_writes:
        return
    seen = set()
    for read in reads:
        function = dotted_function(unit, read)
        if function is None or function in seen:
            continue
        seen.add(function)
        declaration = unit.parents[function]
        target = declaration.target if isinstance(declaration, FunctionDeclaration) else None
        if isinstance(target, Index):
            owner = unit.text(target.object)
            message = f"`self` is nil in `function {owner}.{target.name}`"
            yield at(read, message, f"write `function {owner}:{target.name}(...)`")


@check("dot-definition-self", BUGS, WARNING)
def dot_definition_self(unit: Unit) -> Iterator[Finding]:
    """A colon passes the table as the first argument, a dot does not: a call must use what the declaration used.

    A dot with a parameter `self` of its own may be called either way.

    Bad:
        local Shop = {}
        function Shop.buy(item)
            print(item)
        end
        Shop:buy("sword")
    Good:
        local Shop = {}
        function Shop.buy(item)
            print(item)
        end
        Shop.buy("sword")
    Source: practice; the caller gets the table in place of its first argument.
    """
    methods = _methods(unit)
    if methods:
        yield from _colons_on_functions(unit, {key: found for key, found in methods.items() if not found.method})
        yield from _dots_on_methods(unit, {key: found for key, found in methods.items() if found.method})


def _colons_on_functions(unit: Unit, methods: _Methods) -> Iterator[Finding]:
    for name in {name for _, name in methods} & unit.method_calls.keys():
        for call in unit.method_calls[name]:
            declaration = methods.get((_owner_of(unit, call), name))
            if declaration is not None and _takes_other_first(unit, declaration.function) and _is_only(unit, declaration):
                yield _colon_on_function(call, declaration.function)


def _dots_on_methods(unit: Unit, methods: _Methods) -> Iterator[Finding]:
    for owner in {owner for owner, _ in methods if owner is not None}:
        for read in owner.reads:
            target = unit.parents[read]
            if not isinstance(target, Index) or (owner, target.name) not in methods:
                continue
            call, declaration = unit.parents[target], methods[owner, target.name]
            if isinstance(call, Call) and call.function is target and _lacks_self(unit, call, declaration):
                name = f"{owner.name}.{target.name}"
                message = f"`{target.name}` is declared with a colon, so `{name}` lacks its `self`"
                yield Finding(target.name_start, target.end, message, f"write `{owner.name}:{target.name}(...)`")


def _lacks_self(unit: Unit, call: Call, declaration: FunctionDeclaration) -> bool:
    """Whether a call passes nothing, or what cannot be the table, to a method that uses `self`."""
    if call.args and not isinstance(call.args[0], _NO_OBJECT):
        return False
    using = unit.memo.get("functions that use self")
    if using is None:
        using = {variable.declaration for variable in unit.variables if variable.kind == "self" and variable.reads}
        unit.memo["functions that use self"] = using
    return declaration.function in using and _is_only(unit, declaration)


def _colon_on_function(call: MethodCall, function: Function) -> Finding:
    first = function.params[0].name
    owner = call.object.name if isinstance(call.object, Name) else "the table"
    message = f"`{call.name}` is declared with a dot, so the colon passes `{owner}` as its parameter `{first}`"
    return Finding(call.name_start, call.end, message, f"call `.{call.name}(...)`, or declare it with a colon")


def _methods(unit: Unit) -> _Methods:
    """Functions declared on local tables."""
    found: _Methods = {}
    for declaration in unit.all(FunctionDeclaration):
        key = _key(unit, declaration.target)
        if key[0] is not None and not key[0].writes and isinstance(key[0].value, Table | Call):
            found[key] = declaration
    return found


def _is_only(unit: Unit, declaration: FunctionDeclaration) -> bool:
    """Whether the function is declared once and its name is assigned nowhere."""
    counts: Counter[tuple[Variable | None, str]] | None = unit.memo.get("members given")
    if counts is None:
        targets = [target for assign in unit.all(Assign) for target in assign.targets]
        targets += [other.target for other in unit.all(FunctionDeclaration)]
        counts = unit.memo["members given"] = Counter(_key(unit, target) for target in targets)
    return counts[_key(unit, declaration.target)] == 1


def _key(unit: Unit, target: Expr) -> tuple[Variable | None, str]:
    """The local table and the name that `T.name` stands for."""
    if isinstance(target, Index) and isinstance(target.object, Name):
        return unit.variable_of.get(target.object), target.name
    return None, ""


def _owner_of(unit: Unit, call: MethodCall) -> Variable | None:
    """The local table that a method is called on: by its name, or as the `self` of one of its methods."""
    variable = unit.variable_of.get(call.object) if isinstance(call.object, Name) else None
    if variable is None or variable.kind != "self":
        return variable
    declaration = unit.parents.get(variable.declaration)
    return _key(unit, declaration.target)[0] if isinstance(declaration, FunctionDeclaration) else None


def _takes_other_first(unit: Unit, function: Function) -> bool:
    """Whether the first parameter is not meant for the table itself."""
    if not function.params:
        return False
    name, annotation = function.params[0].name, function.params[0].annotation
    if isinstance(annotation, TypeofType) or (isinstance(annotation, NamedType) and annotation.name in unit.declared_types):
        return False  # the type of the table, perhaps
    return not name.startswith("_") and name.lower() not in ("self", "this", "class", "cls", "instance", "obj", "object")
