"""Cases that a person's own test files hold for a function."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rft.starting.code.functions import names_in
from scorers.language import Unit, Variable
from scorers.language.expressions import Call, Expr, Function, Index, MethodCall, Name, String, Subscript
from scorers.language.statements import CallStatement, Local, Stat

CASES = ("it", "test")
GIVEN = frozenset(("expect", "it", "test", "describe"))
"""What a test file may fetch from its framework, and a task's tests have by themselves."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its name as written, or None where asserts stand at the top level, and its statements."""

    name: str | None
    statements: tuple[Stat, ...]

    def holds(self, place: int) -> bool:
        """Whether a place lies in it."""
        return any(statement.start <= place < statement.end for statement in self.statements)


class Spec:
    """A test file: which of its variables are modules or their functions, and its cases."""

    def __init__(self, name: str, unit: Unit) -> None:
        self.name = name
        self.unit = unit
        self.modules: dict[Variable, str] = {}
        self.functions: dict[Variable, tuple[str, str]] = {}
        for local in unit.all(Local):
            for binding, value in zip(local.bindings, local.values, strict=False):
                self._note(unit.variable_at[binding], value)
        self._about: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in _cases(unit):
            names = [name for statement in case.statements for name in names_in(unit, statement)]
            for used in dict.fromkeys(map(self.uses, names)):
                if used is not None:
                    self._about[used].append(case)

    def about(self, module: str, function: str) -> list[Case]:
        """The cases in which a module's function is used."""
        return self._about.get((module, function), [])

    def uses(self, name: Name) -> tuple[str, str] | None:
        """The module and the function that a name means, with the `.function` behind it; None where it means none."""
        variable = self.unit.variable_of.get(name)
        if variable in self.functions:
            return self.functions[variable]
        around = self.unit.parent(name)
        if variable in self.modules:
            return (self.modules[variable], around.name if isinstance(around, Index) else "")
        return None

    def _note(self, variable: Variable, value: Expr) -> None:
        if module := required(value):
            self.modules[variable] = module
        elif isinstance(value, Index):
            module = required(value.object) or self._module(value.object)
            if module:
                self.functions[variable] = (module, value.name)

    def _module(self, value: Expr) -> str:
        variable = self.unit.variable_of.get(value) if isinstance(value, Name) else None
        return self.modules.get(variable, "") if variable is not None else ""


def required(value: Expr) -> str:
    """The name of the module that an expression requires, empty where it requires none."""
    if not isinstance(value, Call) or not isinstance(value.function, Name) or value.function.name != "require":
        return ""
    return _last(value.args[0]) if len(value.args) == 1 else ""


def _last(path: Expr) -> str:
    match path:
        case String():
            return path.text[1:-1].rpartition("/")[2].removesuffix(".luau").removesuffix(".lua")
        case Index():
            return path.name
        case Subscript(key=String() as key) | MethodCall(args=[String() as key, *_]):
            return key.text[1:-1]
    return ""


def _cases(unit: Unit) -> Iterator[Case]:
    for call in unit.all(Call):
        match call:
            case Call(function=Name(name=word), args=[String() as name, Function() as body]) if word in CASES:
                yield Case(unit.text(name), tuple(body.body.statements))
    asserts = [each for each in unit.tree.statements if isinstance(each, CallStatement) and _is_assert(each.call)]
    if asserts:
        yield Case(None, tuple(asserts))


def _is_assert(call: Expr) -> bool:
    return isinstance(call, Call) and isinstance(call.function, Name) and call.function.name == "assert"
