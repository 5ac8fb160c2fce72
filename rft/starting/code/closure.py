"""What a function needs of its file, cut out with it, so that it runs alone."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from rft.starting.code.functions import Found, first_place, names_in
from scorers.checks.undefined import undefined
from scorers.language import Unit, Variable
from scorers.language.expressions import Expr, Function, Index, MethodCall, Name, Subscript
from scorers.language.statements import Assign, FunctionDeclaration, Local, LocalFunction, Return, Stat, TypeAlias

MAX_LINES = 200
OTHER_FILES = frozenset(("require", "script", "plugin", "getfenv", "setfenv", "loadstring", "_G", "shared"))
PLAIN = frozenset(
    (
        "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select",
        "setmetatable", "tonumber", "tostring", "type", "typeof", "unpack", "xpcall", "_VERSION", "bit32", "buffer", "coroutine",
        "debug", "math", "os", "string", "table", "utf8", "vector", "print", "warn", "time", "tick",
    )
)  # fmt: skip
"""Globals that an answer without a world has: `scorers/execution/harness/plain.luau`."""


class NotAlone(Exception):
    """A function cannot be cut out of its file. The text is the reason, as it is counted."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Source that defines the function and returns it. `types` are the type declarations in it, `brought` the other names that it
    took along, `world` whether it uses Roblox."""

    source: str
    types: tuple[str, ...]
    brought: tuple[str, ...]
    world: bool


class File:
    """The statements of a file, and which of them define or change what."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.statements = [each for each in unit.tree.statements if not isinstance(each, Return)]
        self.home: dict[Variable, int] = {}
        self.global_home: dict[str, list[int]] = defaultdict(list)
        self.members: dict[Variable, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.changes: dict[Variable, list[int]] = defaultdict(list)
        self.undefined = undefined(unit)
        for number, statement in enumerate(self.statements):
            self._note(number, statement)

    def _note(self, number: int, statement: Stat) -> None:
        if isinstance(statement, Local):
            self.home.update({self.unit.variable_at[binding]: number for binding in statement.bindings})
        elif isinstance(statement, LocalFunction):
            self.home[self.unit.variable_at[statement.binding]] = number
        elif isinstance(statement, FunctionDeclaration):
            self._define(number, statement.target)
        elif isinstance(statement, Assign):
            for target in statement.targets:
                self._define(number, target)
        elif not isinstance(statement, TypeAlias):
            for name in names_in(self.unit, statement):
                if (variable := self.unit.variable_of.get(name)) in self.home:
                    self.changes[variable].append(number)

    def _define(self, number: int, target: Expr) -> None:
        """`a = `, `a.b = ` or `a.b.c = `; a key that is computed may be any."""
        member: str | None = None
        while isinstance(target, Index | Subscript):
            member = target.name if isinstance(target, Index) else ""
            target = target.object
        if not isinstance(target, Name):
            return
        variable = self.unit.variable_of.get(target)
        if variable is None:
            self.global_home[target.name].append(number)
        elif member:
            self.members[variable][member].append(number)
        else:
            self.changes[variable].append(number)


def cut(file: File, found: Found) -> Cut:
    """The function with everything that it needs. Raises NotAlone."""
    chosen, world = _chosen(file, found)
    types = _types(file, chosen)
    numbers = sorted(chosen | types)
    texts = {number: _text(file.unit, file.statements[number]) for number in numbers}
    source = "\n\n".join(texts.values()) + f"\n\nreturn {found.target}\n"
    if source.count("\n") > MAX_LINES:
        raise NotAlone("lean on too much of their file")
    return Cut(source, tuple(texts[number] for number in sorted(types)), tuple(_brought(file, chosen, found)), world)


def _chosen(file: File, found: Found) -> tuple[set[int], bool]:
    chosen: set[int] = set()
    world = False
    waiting = [file.statements.index(found.statement)]
    while waiting:
        number = waiting.pop()
        if number in chosen:
            continue
        chosen.add(number)
        for name in names_in(file.unit, file.statements[number]):
            variable = file.unit.variable_of.get(name)
            if variable is None:
                waiting += _of_global(file, name.name)
                world = world or (name.name not in PLAIN and name.name not in file.global_home)
            elif variable in file.home:
                waiting += [file.home[variable], *file.changes[variable], *_of_member(file, variable, name)]
    return chosen, world


def _of_global(file: File, name: str) -> list[int]:
    if name in OTHER_FILES:
        raise NotAlone("need other files (require, script)")
    if name in file.undefined:
        raise NotAlone("use a global that another file defines")
    if name in file.unit.global_writes and name not in file.global_home:
        raise NotAlone("use a global that is set inside a function")
    return file.global_home.get(name, [])


def _of_member(file: File, variable: Variable, name: Name) -> list[int]:
    """The statements that define the member which is used here."""
    members = file.members.get(variable)
    if not members:
        return []
    around = file.unit.parent(name)
    if isinstance(around, Index | MethodCall) and around.object is name:
        return members.get(around.name, [])
    if isinstance(around, Assign | FunctionDeclaration):
        return []
    raise NotAlone("use their module as a whole")


def _types(file: File, chosen: set[int]) -> set[int]:
    """Declarations of the types that are named in these statements, and in those declarations."""
    aliases = {each.name: number for number, each in enumerate(file.statements) if isinstance(each, TypeAlias)}
    tokens = file.unit.tokens
    found: set[int] = set()
    waiting = list(chosen)
    while waiting:
        statement = file.statements[waiting.pop()]
        first = bisect_left(tokens.starts, statement.start)
        named = {aliases[text] for text in tokens.texts[first : bisect_left(tokens.starts, statement.end)] if text in aliases}
        waiting += named - found
        found |= named
    return found


def _brought(file: File, chosen: set[int], found: Found) -> list[str]:
    """Names of what is no part of the function itself; its own module's table says nothing."""
    names = []
    for variable, number in file.home.items():
        value = variable.value
        is_table = variable in file.members and not isinstance(value, Function)
        if number in chosen and file.statements[number] is not found.statement and not is_table:
            names.append(variable.name)
    return names


def _text(unit: Unit, statement: Stat) -> str:
    return unit.source[unit.offset(first_place(unit, statement)) : unit.offset(statement.end)]
