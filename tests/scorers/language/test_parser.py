"""The shape of the tree, and the place of every kind of node in the source."""

from collections.abc import Iterator

import pytest

from scorers.language import expressions, parse, statements, types
from scorers.language.expressions import Binary, Call, Expr, Function, IfElse, Index, MethodCall, Name, Table, Unary
from scorers.language.node import Node
from scorers.language.statements import Assign, FunctionDeclaration, If, Local, LocalFunction, Return, TypeAlias
from scorers.language.types import FunctionType, TableType

NODES = [
    ("return nil", "Nil", ["nil"]),
    ("return true, false", "Boolean", ["true", "false"]),
    ("return 0x_fF, .5", "Number", ["0x_fF", ".5"]),
    ("f'a' g[[b\n]]", "String", ["'a'", "[[b\n]]"]),
    ("return `a{x}b{`c`}`", "Interpolated", ["`a{x}b{`c`}`", "`c`"]),
    ("f(...)", "Vararg", ["..."]),
    ("a.b = c", "Name", ["a", "c"]),
    ("a.b.c = 1", "Index", ["a.b.c", "a.b"]),
    ("a[1][ 2 ] = 3", "Subscript", ["a[1][ 2 ]", "a[1]"]),
    ("f{}'x'", "Call", ["f{}'x'", "f{}"]),
    ("a:b( 1 ):c()", "MethodCall", ["a:b( 1 ):c()", "a:b( 1 )"]),
    ("return function(a)  end", "Function", ["function(a)  end"]),
    ("return { 1, a = 2; [3] = 4 }", "Table", ["{ 1, a = 2; [3] = 4 }"]),
    ("return { 1, a = 2; [3] = 4 }", "Field", ["1", "a = 2", "[3] = 4"]),
    ("return - not x", "Unary", ["- not x", "not x"]),
    ("return 1 + 2 * 3", "Binary", ["1 + 2 * 3", "2 * 3"]),
    ("return if a then b elseif c then d else e", "IfElse", ["if a then b elseif c then d else e", "elseif c then d else e"]),
    ("return x :: number", "Cast", ["x :: number"]),
    ("return ((x))", "Group", ["((x))", "(x)"]),
    ("return f<<number>>, a:b<<T>>()", "Instantiate", ["f<<number>>", "a:b<<T>>()"]),
    ("x =", "Missing", [""]),
    ("local a: T, b = 1", "Binding", ["a: T", "b"]),
    ("@native @[deprecated{}] function f() end", "Attribute", ["native", "deprecated{}"]),
    ("do x() end", "Block", ["do x() end", " x() "]),
    ("local a , b = 1 , 2", "Local", ["local a , b = 1 , 2"]),
    ("const a = 1", "Local", ["const a = 1"]),
    ("local function f() end", "LocalFunction", ["local function f() end"]),
    ("function a.b:c() end", "FunctionDeclaration", ["function a.b:c() end"]),
    ("a, b.c = 1, 2;", "Assign", ["a, b.c = 1, 2"]),
    ("a ..= 'x'", "CompoundAssign", ["a ..= 'x'"]),
    ("f() ; g()", "CallStatement", ["f()", "g()"]),
    ("do end", "Do", ["do end"]),
    ("while a do end", "While", ["while a do end"]),
    ("repeat local a until a", "Repeat", ["repeat local a until a"]),
    ("if a then elseif b then else end", "If", ["if a then elseif b then else end"]),
    ("for i = 1, 2, 3 do end", "NumericFor", ["for i = 1, 2, 3 do end"]),
    ("for k, v in x, y do end", "GenericFor", ["for k, v in x, y do end"]),
    ("return 1, 2", "Return", ["return 1, 2"]),
    ("while a do break end", "Break", ["break"]),
    ("while a do continue end", "Continue", ["continue"]),
    ("export type A<T = B, U...> = T?", "TypeAlias", ["export type A<T = B, U...> = T?"]),
    ("type function f() end", "TypeFunction", ["type function f() end"]),
    ("a.b", "BrokenStatement", ["a.b"]),
    ("type A = a.B<C>", "NamedType", ["a.B<C>", "C"]),
    ("type A = typeof( x )", "TypeofType", ["typeof( x )"]),
    ("type A = 'x' | true", "SingletonType", ["'x'", "true"]),
    ("type A = { a: B, [C]: D }", "TableType", ["{ a: B, [C]: D }"]),
    ("type A = { read a: B, ['x']: C }", "PropertyType", ["a: B", "['x']: C"]),
    ("type A = { [ C ]: D }", "IndexerType", ["[ C ]: D"]),
    ("type A = <T>(a: T) -> ()", "FunctionType", ["<T>(a: T) -> ()"]),
    ("type A = | B | C", "UnionType", ["| B | C"]),
    ("type A = B & C", "IntersectionType", ["B & C"]),
    ("type A = B??", "OptionalType", ["B??", "B?"]),
    ("type A = (B)", "GroupType", ["(B)"]),
    ("type A = (B, C) -> (D, E)", "TypeList", ["(B, C)", "(D, E)"]),
    ("type A = (...B) -> ...C", "VariadicType", ["...B", "...C"]),
    ("type A<T...> = (T...) -> ()", "GenericPack", ["T..."]),
    ("type A =", "MissingType", [""]),
    ("type A<T = B, U...> = T", "GenericParameter", ["T = B", "U..."]),
]
ABSTRACT = {"Node", "Expr", "Stat", "Type"}


def walk(node: Node) -> Iterator[Node]:
    """A node and all in it, in the order of the slots."""
    yield node
    for kind in type(node).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            value = getattr(node, slot)
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, Node):
                    yield from walk(inner)


def expression(source: str) -> Expr:
    """The tree of one expression."""
    unit = parse(f"return {source}")
    assert unit.errors == ()
    (statement,) = unit.tree.statements
    assert isinstance(statement, Return)
    return statement.values[0]


def shape(node: Expr) -> str:
    """An expression with all brackets written."""
    if isinstance(node, Binary):
        return f"({shape(node.left)}{node.op}{shape(node.right)})"
    if isinstance(node, Unary):
        return f"({node.op} {shape(node.operand)})"
    return node.name if isinstance(node, Name) else type(node).__name__


@pytest.mark.parametrize(("source", "kind", "texts"), NODES)
def test_a_node_stands_where_its_text_is(source: str, kind: str, texts: list[str]) -> None:
    unit = parse(source)
    found = [node for node in walk(unit.tree) if type(node).__name__ == kind]
    assert sorted(unit.text(node) for node in found) == sorted(texts)


def test_every_kind_of_node_is_tested() -> None:
    kinds = {
        kind.__name__
        for module in (expressions, statements, types)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Node)
    }
    assert kinds - ABSTRACT == {kind for _, kind, _ in NODES}


def test_lines_and_columns_count_from_one_and_the_end_is_behind_the_last_character() -> None:
    unit = parse("local a = 1\r\n\tlocal b = f(\n [[x\ny]])\n")
    first, second = unit.tree.statements
    assert (first.line, first.column, first.end_line, first.end_column) == (1, 1, 1, 12)
    assert (second.line, second.column, second.end_line, second.end_column) == (2, 2, 4, 5)


def test_columns_count_characters() -> None:
    unit = parse("local s = '😀é' local t = 1")
    assert [statement.column for statement in unit.tree.statements] == [1, 16]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b * c", "(a+(b*c))"),
        ("a * b + c", "((a*b)+c)"),
        ("a - b - c", "((a-b)-c)"),
        ("a .. b .. c", "(a..(b..c))"),
        ("a ^ b ^ c", "(a^(b^c))"),
        ("-a ^ b", "(- (a^b))"),
        ("a ^ -b", "(a^(- b))"),
        ("not a == b", "((not a)==b)"),
        ("a or b and c", "(a or(b andc))".replace(" or", "or").replace(" and", "and")),
        ("a < b == c", "((a<b)==c)"),
        ("a .. b == c .. d", "((a..b)==(c..d))"),
        ("a // b % c", "((a//b)%c)"),
        ("#a .. b", "((# a)..b)"),
    ],
)
def test_operators_hold_as_in_luau(source: str, expected: str) -> None:
    assert shape(expression(source)) == expected


def test_a_call_knows_its_parts() -> None:
    call = expression("game.Players:GetPlayers(1, ...)")
    assert isinstance(call, MethodCall)
    assert (call.name, len(call.args)) == ("GetPlayers", 2)
    assert isinstance(call.object, Index)
    assert call.object.name == "Players"


def test_fields_of_a_table() -> None:
    table = expression("{ 1, a = 2, ['b'] = 3 }")
    assert isinstance(table, Table)
    assert [(field.name, field.key is not None) for field in table.fields] == [(None, False), ("a", False), (None, True)]


def test_an_if_expression_nests() -> None:
    value = expression("if a then b elseif c then d else e")
    assert isinstance(value, IfElse)
    assert isinstance(value.otherwise, IfElse)


def test_a_function_with_everything() -> None:
    source = "function a.b:c<T, U...>(x: T, ...: U...): (T, U...) return x, ... end"
    (declared,) = parse(source).tree.statements
    assert isinstance(declared, FunctionDeclaration)
    function = declared.function
    assert declared.method
    assert function.has_self
    assert [(generic.name, generic.is_pack) for generic in function.generics] == [("T", False), ("U", True)]
    assert [param.name for param in function.params] == ["x"]
    assert function.vararg
    assert function.vararg_type is not None
    assert function.returns is not None


def test_attributes_belong_to_the_function() -> None:
    (first, second) = parse("@native local function f() end\nlocal g = @[checked, native] function() end").tree.statements
    assert isinstance(first, LocalFunction)
    assert [attribute.name for attribute in first.function.attributes] == ["native"]
    assert isinstance(second, Local)
    value = second.values[0]
    assert isinstance(value, Function)
    assert [attribute.name for attribute in value.attributes] == ["checked", "native"]


def test_contextual_words_are_names_elsewhere() -> None:
    source = "type = 1 export.x = 2 const() continue:f() local type, read = type(x), typeof(y)"
    unit = parse(source)
    assert unit.errors == ()
    assert [type(statement).__name__ for statement in unit.tree.statements] == [
        "Assign", "Assign", "CallStatement", "CallStatement", "Local",
    ]  # fmt: skip


def test_several_targets() -> None:
    (assigned,) = parse("a, b.c, d[1] = f()").tree.statements
    assert isinstance(assigned, Assign)
    assert (len(assigned.targets), len(assigned.values)) == (3, 1)
    assert isinstance(assigned.values[0], Call)


def test_an_if_statement_keeps_its_branches() -> None:
    (statement,) = parse("if a then f() elseif b then g() else h() end").tree.statements
    assert isinstance(statement, If)
    assert (len(statement.conditions), len(statement.blocks), statement.otherwise is not None) == (2, 2, True)


def test_a_table_type() -> None:
    (alias,) = parse("type T = { read a: number, ['b c']: string?, [number]: any, f: (x: number, ...any) -> () }").tree.statements
    assert isinstance(alias, TypeAlias)
    table = alias.type
    assert isinstance(table, TableType)
    assert [(member.name, member.access) for member in table.properties] == [("a", "read"), ("b c", None), ("f", None)]
    assert table.indexer is not None
    function = table.properties[2].type
    assert isinstance(function, FunctionType)


REFUSED = [
    "local x = y :: A :: B",
    "return 1; local x = 2",
    "while a do break print(1) end",
    "f(1,)",
    ";",
    "a.b:c",
    "local function f.g() end",
    "const x",
    "const x = 1, 2",
    "const x, y = (f())",
    "type A<T..., U> = U",
    "type A<T = B, U> = U",
    "function f<T = B>() end",
    "local x: { number, }",
    "local x: { number, a: number }",
    "local x: { [A]: B, [C]: D }",
    "local x: typeof",
    "local x: ()",
    "local x: A.B.C",
    "local x: A | B & C",
    "local x: (A, B)",
    "@native local x = 1",
    "@native @native function f() end",
    "@unknown function f() end",
    "@[deprecated 'x'] function f() end",
    "f\n(1)",
    "x:m\n(1)",
    "x:m<<T>>\n(1)",
    "a, b += 1",
    "f() = 1",
    "(a) = 1",
    "break",
    "continue",
    "while a do (function() break end)() end",
    "function f() return ... end",
    "x = 1 = 2",
    "function a:b.c() end",
    "if a then else elseif b then end",
    "local x = if a then b",
    "for i = 1 do end",
    "for i, j = 1, 2 do end",
    "local x = y.1",
    "local x = {}.y",
    "type A = `x`",
    "print `x`",
    'local x = "a"\u0000',
    "\ufefflocal x = 1",
]
ACCEPTED = [
    "local t = { 1, 2, }",
    "return (...)",
    "const x, y = 1, f()",
    "const x, y = ...",
    "type A<T, T> = T",
    "type A<T = B, U... = ...C> = T",
    "type A<U... = (B, C)> = (U...) -> ()",
    "do export type A = B end",
    "type A = B type A = C",
    "@[native()] @[deprecated{ use = 'x' }] function f() end",
    "continue = 5",
    "continue()",
    "while a do continue() end",
    "f<<A, (B, C), ...D>>(1)",
    "local x = t.f<<A<B>>>(1)",
    "f\n<<T>>(1)",
    "local x = a < b",
    "local x = 0xffffffffffffffffff",
    "local x: | A | B",
    "local x: A? | B",
    "local x: { read A }",
    "local x: { read: A }",
    "local x: <T>(T) -> ...T",
    "do return 1 end",
    "local x = f'a'[1]{}",
    "(a).b = 1",
    "local x = -2 ^ -2",
    "repeat local x = f() until x",
    "#!/usr/bin/luau\nlocal x = 1",
    "return\n",
    "local x = 1\rlocal y = 2",
    "local x = `{`{1}`}`",
    "type typeof = number",
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_the_compiler_refuses(source: str) -> None:
    assert parse(source).errors


@pytest.mark.parametrize("source", ACCEPTED)
def test_what_the_compiler_accepts(source: str) -> None:
    assert parse(source).errors == ()


@pytest.mark.parametrize("word", ["and", "end", "function", "if", "nil", "not", "then", "true"])
def test_a_keyword_is_no_key(word: str) -> None:
    (error,) = parse(f"return {{ {word} = 1 }}").errors
    assert "word of the language" in (error.hint or "")
