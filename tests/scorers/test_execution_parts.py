"""Answers of several sources: what is compiled and scored of them."""

import json
from typing import Any

import pytest

from scorers import SCORERS
from scorers.compiler import CompileResult
from scorers.execution import Evaluation, Tests
from scorers.execution.parts import parts, verdict_on
from scorers.execution.pool import shared_pool
from scorers.execution.tests import Kind

GOOD = "local value = 1\nreturn { value = value }"
UNUSED = "local value = 1\nlocal unused = 2\nreturn { value = value }"
BROKEN = "local = 1"


def files(**sources: str) -> str:
    return "\n".join(f"### {name}.luau\n```luau\n{source}\n```" for name, source in sources.items())


def calls(*given: tuple[str, dict[str, Any]]) -> str:
    return json.dumps([{"name": name, "arguments": arguments} for name, arguments in given])


def evaluated(code: str, kind: Kind) -> Evaluation:
    """What a worker says, without the run: no world is needed for that."""
    tests = Tests("f" if kind == "function" else None, "syntax error", kind=kind, world=kind != "function")
    return shared_pool().evaluate(code, tests)


def test_a_plain_answer_is_one_source() -> None:
    assert parts("x", "script") == [("", "x")]


def test_files_are_parts_by_path() -> None:
    assert parts(files(A="a()", B="b()"), "files") == [("A.luau", "a()"), ("B.luau", "b()")]
    assert [part.source for part in parts("```luau\nx()\n```", "files")] == ["x()"]


def test_the_luau_in_tool_calls() -> None:
    code = calls(
        ("get_studio_mode", {}),
        ("run_code", {"code": "a()"}),
        ("create_object", {"className": "Script", "parent": "Workspace", "properties": {"Source": "b()", "Name": "x()"}}),
        ("mass_create_objects", {"objects": [{"properties": {"Source": "c()"}}, 1, {"properties": 2}]}),
        ("set_property", {"path": "A", "property": "Source", "value": "d()"}),
        ("set_property", {"path": "A", "property": "Name", "value": "x()"}),
        ("run_code", {"code": 7}),
        ("mass_create_objects", {"objects": 5}),
        ("run_script_in_play_mode", {"code": "e()"}),
    )
    assert [(part.name, part.source) for part in parts(code, "tools")] == [
        ("call 2 (run_code)", "a()"),
        ("call 3 (create_object)", "b()"),
        ("call 4 (mass_create_objects)", "c()"),
        ("call 5 (set_property)", "d()"),
        ("call 9 (run_script_in_play_mode)", "e()"),
    ]


@pytest.mark.parametrize(("code", "kind"), [("", "files"), ("I would.", "tools"), ("[]", "tools"), ("{}", "tools")])
def test_what_is_no_answer_does_not_compile(code: str, kind: Kind) -> None:
    found = evaluated(code, kind)
    assert not found.compiled.ok
    assert found.static is not None
    assert (found.static.compiles, found.static.composite) == (False, 0.0)


def test_the_first_broken_part_is_named() -> None:
    def compiled(source: str) -> CompileResult:
        return CompileResult(ok=source != BROKEN, message="expected a name" if source == BROKEN else None)

    def verdict(code: str) -> CompileResult:
        return verdict_on((part, compiled(part.source)) for part in parts(code, "files"))

    result = verdict(files(A=GOOD, B=BROKEN, C=BROKEN))
    assert (result.ok, result.message) == (False, "B.luau: expected a name")
    assert verdict(files(A=GOOD)).ok


def test_the_worst_file_decides_each_score() -> None:
    good, bad = evaluated(files(A=GOOD, B=GOOD), "files").static, evaluated(files(A=GOOD, B=UNUSED), "files").static
    alone = evaluated(files(B=UNUSED), "files").static
    assert good is not None
    assert bad is not None
    assert alone is not None
    assert bad.scores == {name: min(good.scores[name], alone.scores[name]) for name in SCORERS}
    assert bad.scores != good.scores
    assert {found.message.split(":")[0] for found in bad.diagnostics} >= {"B.luau"}


def test_one_broken_file_breaks_the_answer() -> None:
    found = evaluated(files(A=GOOD, B=BROKEN), "files")
    assert (found.compiled.ok, found.compiled.line) == (False, 1)
    assert (found.compiled.message or "").startswith("B.luau: ")
    assert found.static is not None
    assert (found.static.compiles, found.static.scores["syntax"]) == (False, 0.0)


def test_calls_without_luau_have_the_full_score() -> None:
    found = evaluated(calls(("get_studio_mode", {})), "tools")
    assert found.compiled.ok
    assert found.static is not None
    assert (found.static.compiles, found.static.composite) == (True, 1.0)


def test_a_plain_answer_is_scored_as_ever() -> None:
    found = evaluated(f"{UNUSED}\n", "function").static
    assert found is not None
    assert found.metrics["lines"] == 3.0
    assert all("luau:" not in diagnostic.message for diagnostic in found.diagnostics)
