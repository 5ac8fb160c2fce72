"""`rft test`: the cases of a file, run by hand."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.errors import InputError

DOUBLE = 'print("loaded")\nlocal function double(x)\n\treturn x * 2\nend\n'
TESTS = """
test("doubles", function() expect(double(2)).toEqual(4) end)
test("refuses nothing", function() expect(double(nil)).toEqual(0) end)
"""
MODULE_TESTS = 'test("adds", function() expect(solution.add(1, 2)).toEqual(3) end)'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "double.luau").write_text(DOUBLE)
    (tmp_path / "tests.luau").write_text(TESTS)
    (tmp_path / "good.luau").write_text(TESTS.splitlines()[1])
    (tmp_path / "module.luau").write_text("return { add = function(a, b) return a + b end }")
    (tmp_path / "module_tests.luau").write_text(MODULE_TESTS)
    return tmp_path


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["test", *arguments], input=text)


@pytest.mark.usefixtures("files")
def test_each_case_is_shown() -> None:
    result = run("double.luau", "--tests", "tests.luau", "--entry-point", "double")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "ok      doubles"
    assert lines[1].startswith("FAILED  refuses nothing: attempt to perform arithmetic")
    assert lines[1].endswith("(line 3)")
    assert lines[2:4] == ["output:", "  loaded"]
    assert lines[4].startswith("failed: 1 of 2 cases passed in ")


@pytest.mark.usefixtures("files")
def test_passed() -> None:
    result = run("double.luau", "--tests", "good.luau", "--entry-point", "double", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert (report["status"], report["passed"], report["total"], report["output"]) == ("passed", 1, 1, "loaded\n")


@pytest.mark.usefixtures("files")
def test_code_from_standard_input() -> None:
    assert run("-", "--tests", "good.luau", "--entry-point", "double", text=DOUBLE).exit_code == 0
    broken = run("-", "--tests", "good.luau", "--entry-point", "double", text="local function double(")
    assert broken.exit_code == 1
    assert "FAILED  compile: " in broken.stdout


@pytest.mark.usefixtures("files")
def test_a_module_unless_an_entry_point_is_given() -> None:
    assert run("module.luau", "--tests", "module_tests.luau").exit_code == 0
    assert run("module.luau", "--tests", "module_tests.luau", "--kind", "module").exit_code == 0


def test_a_script_in_a_world(files: Path) -> None:
    (files / "script.luau").write_text('task.wait(2)\nInstance.new("Part", workspace).Name = "Door"')
    (files / "door.luau").write_text(
        'test("waits", function() expect(workspace:FindFirstChild("Door")).toBe(nil) end)\n'
        'test("makes it", function() world:advance(3) expect(workspace:FindFirstChild("Door") ~= nil).toBe(true) end)'
    )
    result = run("script.luau", "--tests", "door.luau", "--kind", "script")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:2] == ["ok      waits", "ok      makes it"]
    assert "s of the world's clock" in result.stdout


def test_a_plain_chunk_is_one_case(files: Path) -> None:
    for text, code in (("assert(solution.add(1, 2) == 3)", 0), ("assert(solution.add(1, 2) == 4, 'no')", 1)):
        (files / "plain.luau").write_text(text)
        result = run("module.luau", "--tests", "plain.luau", "--json")
        assert (result.exit_code, json.loads(result.stdout)["total"]) == (code, 1)


@pytest.mark.parametrize("arguments", [
    ("--kind", "function"),
    ("--kind", "script", "--entry-point", "double"),
    ("--entry-point", "1x"),
    ("--kind", "other"),
])  # fmt: skip
@pytest.mark.usefixtures("files")
def test_wrong_options(arguments: tuple[str, ...]) -> None:
    result = run("double.luau", "--tests", "tests.luau", *arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


@pytest.mark.usefixtures("files")
def test_missing_files() -> None:
    for arguments in (("no.luau", "--tests", "tests.luau"), ("double.luau", "--tests", "no.luau")):
        error = run(*arguments).exception
        assert isinstance(error, InputError)
        assert str(error) == "no.luau cannot be read: there is no such file."
        assert error.exit_code == 2


@pytest.mark.usefixtures("files")
def test_no_case_is_shown_as_passed_when_the_code_does_not_compile() -> None:
    result = run("-", "--tests", "good.luau", "--entry-point", "double", text="local double = = 3")
    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["FAILED", "error:"]
