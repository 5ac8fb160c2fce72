"""Brings the cases of a person's test file into the form of a task's tests."""

import json
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from rft.starting.code.expectations import NotCarried, expectation, subject
from rft.starting.code.functions import names_in
from rft.starting.code.specs import GIVEN, Case, Spec
from scorers.language.expressions import Call, Function, Index, Name
from scorers.language.node import Node
from scorers.language.statements import Local, LocalFunction, Stat

Edit = tuple[Node, Callable[[], str]]


def carried(spec: Spec, module: str, function: str) -> tuple[list[str], list[str], int]:
    """Of the cases about a function: what they share, the cases as a task has them, and how many are lost."""
    shared: dict[Stat, str] = {}
    cases: list[str] = []
    lost = 0
    for case in spec.about(module, function):
        try:
            writer = _Writer(spec, module, function, case)
            text = writer.case()
            _refuse_second({**shared, **writer.shared}, function)
            cases.append(text)
            shared.update(writer.shared)
        except NotCarried:
            lost += 1
    return [shared[each] for each in sorted(shared, key=lambda each: each.start)], cases, lost


def _refuse_second(shared: Iterable[Stat], function: str) -> None:
    """Declarations from different places of a file stand beside each other in a task: their names must differ."""
    names = [function]
    for each in shared:
        names += [binding.name for binding in each.bindings] if isinstance(each, Local) else []
        names += [each.binding.name] if isinstance(each, LocalFunction) else []
    if len(names) != len(set(names)):
        raise NotCarried


class _Writer:
    """Writes one case. Raises NotCarried where it leans on what a task does not have."""

    def __init__(self, spec: Spec, module: str, function: str, case: Case) -> None:
        self.spec, self.wanted, self.item = spec, (module, function), case
        self.shared: dict[Stat, str] = {}
        self.edits: list[Edit] = []
        self.started: set[Stat] = set()

    def case(self) -> str:
        """The case as a call of `test`."""
        own = [variable for variable in self.spec.unit.variables if self.item.holds(variable.start)]
        if any(variable.name == self.wanted[1] and variable not in self.spec.functions for variable in own):
            raise NotCarried  # the function's name would mean something else there
        self._prepare(self.item.statements)
        name = self.item.name or json.dumps(f"asserts of {self.spec.name}", ensure_ascii=False)
        return f"test({name}, function()\n{self._body()}\nend)"

    def _body(self) -> str:
        first, last = self.item.statements[0], self.item.statements[-1]
        if self.item.name is None:
            return "\n".join("\t" + self._written(each) for each in self.item.statements)
        text = self._between(first.start, last.end)
        if any("\n" in token for token in self.spec.unit.tokens.texts):
            return text  # a new indentation would change a text of several lines
        indent = self._indent(first)
        return textwrap.indent(textwrap.dedent(indent + text), "\t")

    def _indent(self, statement: Stat) -> str:
        unit = self.spec.unit
        at = unit.offset(statement.start)
        line = unit.source[unit.source.rfind("\n", 0, at) + 1 : at]
        return line if not line.strip() else ""

    def _prepare(self, statements: Sequence[Stat]) -> None:
        """Note what must be written otherwise, and write what the statements share with others."""
        unit = self.spec.unit
        inside = [call for call in unit.all(Call) if any(each.start <= call.start < each.end for each in statements)]
        subjects = [(call, found) for call in inside if (found := subject(call)) is not None]
        for call, (value, names) in subjects:
            self.edits.append((call, partial(expectation, unit, call, value, names, self._written)))
        expected = {value for _, (value, _) in subjects}
        for call in inside:
            if isinstance(call.function, Name) and call.function.name == "expect" and not expected.intersection(call.args):
                raise NotCarried
        for statement in statements:
            for name in names_in(unit, statement):
                self._name(name)

    def _name(self, name: Name) -> None:
        used = self.spec.uses(name)
        variable = self.spec.unit.variable_of.get(name)
        if used == self.wanted:
            around = self.spec.unit.parent(name)
            node = around if isinstance(around, Index) and variable in self.spec.modules else name
            self.edits.append((node, lambda: self.wanted[1]))
        elif used is not None and name.name not in GIVEN:
            raise NotCarried
        elif variable is not None and name.name not in GIVEN and not self.item.holds(variable.start):
            self._share(variable.declaration, is_changed=bool(variable.writes))

    def _share(self, declaration: Node, *, is_changed: bool) -> None:
        if isinstance(declaration, Function) or is_changed:
            inner = any(start.start <= declaration.start < start.end for start in self.started)
            if not inner:
                raise NotCarried
            return
        if not isinstance(declaration, Local | LocalFunction):
            if any(start.start <= declaration.start < start.end for start in self.started):
                return
            raise NotCarried
        if declaration not in self.started:
            self.started.add(declaration)
            self._prepare([declaration])
            self.shared[declaration] = self._written(declaration)

    def _written(self, node: Node) -> str:
        return self._between(node.start, node.end)

    def _between(self, start: int, end: int) -> str:
        """The source between two places with all edits in it; an outer one writes those in it by itself."""
        unit = self.spec.unit
        parts, at = [], start
        for node, text in sorted(self.edits, key=lambda edit: (edit[0].start, -edit[0].end)):
            if node.start >= at and node.end <= end:
                parts += [unit.source[unit.offset(at) : unit.offset(node.start)], text()]
                at = node.end
        return "".join([*parts, unit.source[unit.offset(at) : unit.offset(end)]])
