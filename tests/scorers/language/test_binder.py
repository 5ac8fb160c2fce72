"""Scopes and variables: which name means what, and what the compiler refuses about them."""

import pytest

from scorers.language import Unit, Variable, parse
from scorers.language.expressions import Call, Number


def variables(source: str) -> list[Variable]:
    unit = parse(source)
    assert unit.errors == ()
    return unit.variables


def reads(source: str) -> dict[str, list[int]]:
    """For each variable, as NAME:LINE, the lines where it is read."""
    return {f"{one.name}:{one.line}": [name.line for name in one.reads] for one in variables(source)}


def test_kinds_of_variables() -> None:
    source = "local a const b = 1 local function c(d, ...) end for e = 1, 2 do end for f, g in x do end function m:h() end"
    kinds = {variable.name: variable.kind for variable in variables(source)}
    assert kinds == {
        "a": "local", "b": "const", "c": "function", "d": "parameter", "e": "loop", "f": "loop", "g": "loop", "self": "self",
    }  # fmt: skip


def test_a_scope_ends_with_its_block() -> None:
    source = "local x = 1\ndo\n\tlocal x = 2\n\tprint(x)\nend\nprint(x)"
    assert reads(source) == {"x:1": [6], "x:3": [4]}


def test_a_local_is_not_in_scope_in_its_own_value() -> None:
    unit = parse("local x = x")
    assert [name.name for name in unit.global_reads["x"]] == ["x"]
    assert unit.variables[0].reads == []


def test_a_local_function_sees_itself() -> None:
    assert reads("local function f()\n\treturn f()\nend") == {"f:1": [2]}


def test_repeat_until_sees_the_locals_of_its_body() -> None:
    assert reads("repeat\n\tlocal done = f()\nuntil done")["done:2"] == [3]


def test_loop_variables_are_out_of_scope_in_the_head() -> None:
    unit = parse("for i = i, 2 do print(i) end")
    assert len(unit.global_reads["i"]) == 1
    assert len(unit.variables[0].reads) == 1


def test_captured_variables() -> None:
    found = variables("local a, b = 1, 2\nlocal function f(c)\n\ta = b\n\treturn function() return c end\nend")
    assert {variable.name: variable.is_captured for variable in found} == {"a": True, "b": True, "f": False, "c": True}


def test_reads_and_writes() -> None:
    (x,) = variables("local x = 1\nx = 2\nx += 3\nprint(x)")
    assert ([name.line for name in x.reads], [name.line for name in x.writes]) == ([3, 4], [2, 3])


def test_values_of_variables() -> None:
    a, b, c = variables("local a, b, c = 1, f()")
    assert isinstance(a.value, Number)
    assert isinstance(b.value, Call)
    assert (b.value, b.position, c.position) == (c.value, 0, 1)


def globals_of(unit: Unit) -> tuple[set[str], set[str], set[str]]:
    return set(unit.global_reads), set(unit.global_writes), set(unit.global_calls)


def test_globals() -> None:
    unit = parse("local task = {}\nx = y\nfunction z() end\nos.clock()\ntask.wait()\na.b.c()")
    assert globals_of(unit) == ({"y", "os", "a"}, {"x", "z"}, {"os.clock", "a.b.c"})


@pytest.mark.parametrize(
    "source",
    ["const x = 1 x = 2", "const x = 1 x += 2", "const function f() end f = nil", "const x = 1 local function g() x = 2 end"],
)
def test_a_constant_is_not_assigned_to(source: str) -> None:
    (error,) = parse(source).errors
    assert "constant" in error.message


@pytest.mark.parametrize(
    "source", ["const t = {} t.x = 1", "const x = 1 do local x = 2 x = 3 end", "const x = 1 for x = 1, 2 do x = 3 end"]
)
def test_what_is_not_the_constant_is_assigned_to(source: str) -> None:
    assert parse(source).errors == ()


def test_200_locals_are_the_limit() -> None:
    lines = [f"local a{n} = f()" for n in range(201)]
    assert parse("\n".join(lines[:200])).errors == ()
    (error,) = parse("\n".join(lines)).errors
    assert (error.line, "200" in error.message) == (201, True)
    nested = "\n".join(lines[:150]) + "\nlocal function g()\n" + "\n".join(lines[:150]) + "\nend"
    assert parse(nested).errors == ()
    assert parse("do\n" + "\n".join(lines[:150]) + "\nend\n" + "\n".join(lines[:150])).errors == ()


@pytest.mark.parametrize(
    ("source", "is_refused"),
    [
        ("repeat\n\tif a then continue end\n\tlocal x = f()\nuntil x", True),
        ("repeat\n\tlocal x = f()\n\tif a then continue end\nuntil x", False),
        ("repeat\n\tif a then continue end\n\tlocal x = f()\nuntil y", False),
        ("repeat\n\twhile a do continue end\n\tlocal x = f()\nuntil x", False),
        ("repeat\n\tlocal function g() while b do continue end end\n\tlocal x = g()\nuntil x", False),
        ("repeat\n\tif a then continue end\n\tlocal x = f()\nuntil (function() return x end)()", True),
    ],
)
def test_a_condition_must_not_use_a_local_that_continue_jumps_over(source: str, is_refused: bool) -> None:
    assert bool(parse(source).errors) is is_refused


def test_constants_take_no_register() -> None:
    lines = [f"local a{n} = {n}" for n in range(300)]
    assert parse("\n".join(lines)).errors == ()


def test_a_type_function_sees_no_outer_local() -> None:
    (error,) = parse("local a = f()\ntype function t(x)\n\tlocal b = x\n\treturn a\nend").errors
    assert (error.line, "outer local `a`" in error.message) == (4, True)
    assert parse("type function t(x)\n\tlocal b = x\n\treturn b\nend").errors == ()


def test_a_function_may_replace_a_constant() -> None:
    assert parse("const x = 1\nfunction x() end").errors == ()
    assert parse("const x = 1\nx = 2").errors != ()


def test_a_byte_order_mark_is_refused_as_by_the_compiler() -> None:
    (error,) = parse("\ufefflocal x = 1").errors
    assert (error.line, error.column, error.hint) == (1, 1, "save it as UTF-8 without one")
