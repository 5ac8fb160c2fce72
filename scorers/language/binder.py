"""One walk over the tree: parents, scopes, variables, and the nodes by kind.

It also finds what the grammar allows and the compiler refuses: assignment to a constant, more than 200 locals in a
function, and a `repeat` whose condition uses a local that a `continue` may have jumped over.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from scorers.language import expressions as e
from scorers.language import statements as s
from scorers.language import types as t
from scorers.language.jumps import jumped_over
from scorers.language.node import Node
from scorers.language.problem import SyntaxProblem
from scorers.language.unit import Unit, Variable

MAX_LOCALS = 200
"""Locals in scope in one function: the compiler's limit."""


def bind(unit: Unit) -> list[SyntaxProblem]:
    """Fill `unit` from its tree; returns what the compiler would refuse."""
    binder = _Binder(unit)
    binder.scope(unit.tree, unit.tree.statements)
    return binder.problems


class _Binder:
    """The walk. `names` maps a name to the variable it means here; `undo` restores it at the end of a scope."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.parents = unit.parents
        self.by_class = unit.by_class
        self.names: dict[str, Variable] = {}
        self.undo: list[tuple[str, Variable | None]] = []
        self.function: e.Function | None = None
        self.block: Node = unit.tree
        self.locals = 0
        self.type_function = 0  # where the type function around this place begins
        self.problems: list[SyntaxProblem] = []
        self.visitors: dict[type[Node], Callable[[Any], None]] = {
            kind: getattr(self, f"visit_{kind.__name__}")
            for module in (e, s, t)
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, Node) and hasattr(self, f"visit_{kind.__name__}")
        }

    def visit(self, node: Node, parent: Node) -> None:
        """Note a node and what is in it."""
        self.parents[node] = parent
        kind = type(node)
        found = self.by_class.get(kind)
        if found is None:
            self.by_class[kind] = [node]
        else:
            found.append(node)
        visitor = self.visitors.get(kind)
        if visitor is not None:
            visitor(node)

    def visit_all(self, nodes: Iterable[Node], parent: Node) -> None:
        """Note several nodes in the same one."""
        for node in nodes:
            self.visit(node, parent)

    # Scopes

    def scope(self, block: Node, statements: list[s.Stat]) -> None:
        """Statements with a scope of their own."""
        outer, mark, count = self.block, len(self.undo), self.locals
        self.block = block
        for statement in statements:
            self.visit(statement, block)
        self.leave(mark)
        self.block, self.locals = outer, count

    def leave(self, mark: int) -> None:
        """End a scope: names mean again what they meant when `undo` was `mark` long."""
        undo, names = self.undo, self.names
        while len(undo) > mark:
            name, before = undo.pop()
            if before is None:
                del names[name]
            else:
                names[name] = before

    def declare(self, name: str, kind: str, start: int, end: int, declaration: Node) -> Variable:
        """A new variable, in scope from here on."""
        variable = Variable(name, kind, start, end, declaration, self.function, self.block)
        self.unit.variables.append(variable)
        self.undo.append((name, self.names.get(name)))
        self.names[name] = variable
        self.locals += 1
        if self.locals == MAX_LOCALS + 1:
            message = f"more than {MAX_LOCALS} locals in one function"
            self.problems.append(SyntaxProblem(start, end, message, "put some of them in a table or a function of their own"))
        return variable

    def annotations(self, bindings: Iterable[s.Binding], declaration: Node) -> None:
        """The types of what is about to be declared. Nodes are visited in the order of the source (`Unit.inside`)."""
        for binding in bindings:
            self.parents[binding] = declaration
            if binding.annotation is not None:
                self.visit(binding.annotation, binding)

    def declare_binding(self, binding: s.Binding, kind: str, declaration: Node) -> Variable:
        """A new variable from its declaration."""
        variable = self.declare(binding.name, kind, binding.start, binding.end, declaration)
        variable.annotation = binding.annotation
        self.unit.variable_at[binding] = variable
        return variable

    # Statements

    def visit_Block(self, node: s.Block) -> None:
        self.scope(node, node.statements)

    def visit_Local(self, node: s.Local) -> None:
        self.annotations(node.bindings, node)
        self.visit_all(node.values, node)
        values = node.values
        if all(isinstance(value, e.Nil | e.Boolean | e.Number | e.String) for value in values):
            self.locals -= len(node.bindings)  # the compiler keeps constants in no register
        for index, binding in enumerate(node.bindings):
            variable = self.declare_binding(binding, "const" if node.is_const else "local", node)
            variable.is_exported = node.is_exported
            if index < len(values):
                variable.value = values[index]
                self.unit.holder_of[values[index]] = variable
            elif values and isinstance(values[-1], e.Call | e.MethodCall | e.Vararg):
                variable.value, variable.position = values[-1], index - len(values) + 1

    def visit_LocalFunction(self, node: s.LocalFunction) -> None:
        self.parents[node.binding] = node
        variable = self.declare_binding(node.binding, "function", node)
        variable.value = node.function
        self.unit.holder_of[node.function] = variable
        variable.is_exported = node.is_exported
        self.visit(node.function, node)

    def visit_FunctionDeclaration(self, node: s.FunctionDeclaration) -> None:
        if isinstance(node.target, e.Name):
            self.write(node.target, node, refused=False)  # the compiler lets `function x()` replace a constant
        else:
            self.visit(node.target, node)
        self.visit(node.function, node)

    def visit_Assign(self, node: s.Assign) -> None:
        for target in node.targets:
            if isinstance(target, e.Name):
                self.write(target, node)
            else:
                self.visit(target, node)
        self.visit_all(node.values, node)

    def visit_CompoundAssign(self, node: s.CompoundAssign) -> None:
        self.visit(node.target, node)
        if isinstance(node.target, e.Name):
            self.write(node.target, node)
        self.visit(node.value, node)

    def visit_CallStatement(self, node: s.CallStatement) -> None:
        self.visit(node.call, node)

    def visit_Do(self, node: s.Do) -> None:
        self.visit(node.body, node)

    def visit_While(self, node: s.While) -> None:
        self.visit(node.condition, node)
        self.visit(node.body, node)

    def visit_Repeat(self, node: s.Repeat) -> None:
        """The condition stands in the scope of the body."""
        body = node.body
        self.parents[body] = node
        self.by_class.setdefault(s.Block, []).append(body)
        outer, mark, count = self.block, len(self.undo), self.locals
        self.block = body
        for statement in body.statements:
            self.visit(statement, body)
        before = len(self.unit.variable_of)
        self.visit(node.condition, node)
        self.problems += jumped_over(self.unit, node, self.named_since(before))
        self.leave(mark)
        self.block, self.locals = outer, count

    def named_since(self, before: int) -> list[tuple[e.Name, Variable]]:
        """The names found since `variable_of` had `before` entries."""
        found = self.unit.variable_of
        return list(islice(reversed(found.items()), len(found) - before))[::-1]

    def visit_If(self, node: s.If) -> None:
        for condition, block in zip(node.conditions, node.blocks, strict=True):
            self.visit(condition, node)
            self.visit(block, node)
        if node.otherwise is not None:
            self.visit(node.otherwise, node)

    def visit_NumericFor(self, node: s.NumericFor) -> None:
        self.annotations([node.binding], node)
        self.visit(node.first, node)
        self.visit(node.last, node)
        if node.step is not None:
            self.visit(node.step, node)
        self.loop([node.binding], node, node.body)

    def visit_GenericFor(self, node: s.GenericFor) -> None:
        self.annotations(node.bindings, node)
        self.visit_all(node.values, node)
        self.loop(node.bindings, node, node.body)

    def loop(self, bindings: list[s.Binding], node: Node, body: s.Block) -> None:
        """Loop variables and the body that sees them."""
        mark, count, outer = len(self.undo), self.locals, self.block
        self.block = body
        for index, binding in enumerate(bindings):
            self.declare_binding(binding, "loop", node).position = index
        self.block = outer
        self.visit(body, node)
        self.leave(mark)
        self.locals = count

    def visit_Return(self, node: s.Return) -> None:
        self.visit_all(node.values, node)

    def visit_BrokenStatement(self, node: s.BrokenStatement) -> None:
        self.visit_all(node.parts, node)

    def visit_TypeAlias(self, node: s.TypeAlias) -> None:
        self.unit.declared_types.add(node.name)
        self.generics(node.generics, node)
        self.visit(node.type, node)

    def visit_TypeFunction(self, node: s.TypeFunction) -> None:
        self.unit.declared_types.add(node.name)
        outer, self.type_function = self.type_function, node.start
        self.visit(node.function, node)
        self.type_function = outer

    # Expressions

    def visit_Name(self, node: e.Name) -> None:
        name = node.name
        variable = self.names.get(name)
        if variable is None:
            self.unit.global_reads.setdefault(name, []).append(node)
            return
        self.unit.variable_of[node] = variable
        variable.reads.append(node)
        if variable.start < self.type_function:
            message = f"a type function cannot use the outer local `{name}`"
            self.problems.append(SyntaxProblem(node.start, node.end, message, "declare it inside, or pass it as a type"))
        if variable.function is not self.function:
            variable.is_captured = True

    def write(self, node: e.Name, parent: Node, *, refused: bool = True) -> None:
        """A name that is assigned to."""
        self.parents[node] = parent
        variable = self.names.get(node.name)
        if variable is None:
            self.unit.global_writes.setdefault(node.name, []).append(node)
            return
        self.unit.variable_of[node] = variable
        variable.writes.append(node)
        if variable.function is not self.function:
            variable.is_captured = True
        is_constant = variable.kind == "const" or getattr(variable.declaration, "is_const", False)
        if refused and is_constant:
            message = f"`{node.name}` is a constant and cannot be assigned to"
            self.problems.append(SyntaxProblem(node.start, node.end, message, "declare it with `local`"))

    def visit_Interpolated(self, node: e.Interpolated) -> None:
        self.visit_all(node.values, node)

    def visit_Index(self, node: e.Index) -> None:
        self.unit.indexes.setdefault(node.name, []).append(node)
        self.visit(node.object, node)

    def visit_Subscript(self, node: e.Subscript) -> None:
        self.visit(node.object, node)
        self.visit(node.key, node)

    def visit_Call(self, node: e.Call) -> None:
        function = node.function
        path = self.global_path(function)
        if path:
            self.unit.global_calls.setdefault(path, []).append(node)
        self.visit(function, node)
        self.visit_all(node.args, node)

    def global_path(self, node: Node) -> str:
        """`a.b.c` where `a` is a global, "" for everything else. Stand-ins are found later (`paths.find_stand_ins`)."""
        if isinstance(node, e.Name):
            return node.name if node.name not in self.names else ""
        root = self.global_path(node.object) if isinstance(node, e.Index) else ""
        return f"{root}.{node.name}" if root and isinstance(node, e.Index) else ""

    def visit_MethodCall(self, node: e.MethodCall) -> None:
        self.unit.method_calls.setdefault(node.name, []).append(node)
        self.visit(node.object, node)
        self.visit_all(node.args, node)

    def visit_Function(self, node: e.Function) -> None:
        outer, count, mark, block = self.function, self.locals, len(self.undo), self.block
        self.function, self.locals, self.block = node, 0, node.body
        self.generics(node.generics, node)
        if node.has_self:
            self.declare("self", "self", node.start, node.start, node)
        self.annotations(node.params, node)
        for index, param in enumerate(node.params):
            self.declare_binding(param, "parameter", node).position = index
        if node.vararg_type is not None:
            self.visit(node.vararg_type, node)
        if node.returns is not None:
            self.visit(node.returns, node)
        self.visit(node.body, node)
        self.leave(mark)
        self.function, self.locals, self.block = outer, count, block

    def visit_Table(self, node: e.Table) -> None:
        for field in node.fields:
            self.parents[field] = node
            if field.key is not None:
                self.visit(field.key, field)
            self.visit(field.value, field)

    def visit_Unary(self, node: e.Unary) -> None:
        self.visit(node.operand, node)

    def visit_Binary(self, node: e.Binary) -> None:
        self.visit(node.left, node)
        self.visit(node.right, node)

    def visit_IfElse(self, node: e.IfElse) -> None:
        self.visit(node.condition, node)
        self.visit(node.then, node)
        self.visit(node.otherwise, node)

    def visit_Cast(self, node: e.Cast) -> None:
        self.visit(node.value, node)
        self.visit(node.type, node)

    def visit_Group(self, node: e.Group) -> None:
        self.visit(node.value, node)

    def visit_Instantiate(self, node: e.Instantiate) -> None:
        self.visit(node.function, node)
        self.visit_all(node.types, node)

    # Types

    def generics(self, generics: list[t.GenericParameter], parent: Node) -> None:
        """Defaults of type parameters."""
        for generic in generics:
            self.parents[generic] = parent
            if generic.default is not None:
                self.visit(generic.default, generic)

    def visit_NamedType(self, node: t.NamedType) -> None:
        if node.prefix is not None and (variable := self.names.get(node.prefix)):
            variable.type_uses += 1
        self.visit_all(node.args, node)

    def visit_TypeofType(self, node: t.TypeofType) -> None:
        self.visit(node.value, node)

    def visit_TableType(self, node: t.TableType) -> None:
        for prop in node.properties:
            self.parents[prop] = node
            self.visit(prop.type, prop)
        if node.indexer is not None:
            self.parents[node.indexer] = node
            self.visit(node.indexer.key, node.indexer)
            self.visit(node.indexer.type, node.indexer)

    def visit_FunctionType(self, node: t.FunctionType) -> None:
        self.generics(node.generics, node)
        self.visit(node.params, node)
        self.visit(node.returns, node)

    def visit_UnionType(self, node: t.UnionType | t.IntersectionType) -> None:
        self.visit_all(node.parts, node)

    visit_IntersectionType = visit_UnionType

    def visit_OptionalType(self, node: t.OptionalType | t.GroupType | t.VariadicType) -> None:
        self.visit(node.type, node)

    visit_GroupType = visit_VariadicType = visit_OptionalType

    def visit_TypeList(self, node: t.TypeList) -> None:
        self.visit_all(node.types, node)
        if node.tail is not None:
            self.visit(node.tail, node)
