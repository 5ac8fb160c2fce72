"""The external tools, played by small programs that print what the real ones print."""

import logging
import os
import sys
from pathlib import Path

import psutil
import pytest

from scorers.compiler import CompileResult
from scorers.diagnostics import Severity
from scorers.tools import Tools, available_tools
from scorers.tools.formats import parse

SYNTAX = """source.luau(1,11): SyntaxError: Expected identifier when parsing expression, got '='
source.luau(3,1): SyntaxError: Expected 'end' (to close 'function' at line 2), got <eof>
"""
TYPES = """source.luau:1.15-1.18: TypeError: Unknown global 'game'
source.luau:2.19-2.25: TypeError: Expected this to be 'number', but got 'string'
caused by:
  Property 'x' is not compatible.
source.luau:3.7-3.10: LocalUnused: Variable 'part' is never used; prefix with '_' to silence
source.luau:4.10-6.3: TypeError: Key 'Bogus' not found in class 'Part'
source.luau:7.1-7.5: SyntaxError: Expected identifier
source.luau:8.16-8.30: TypeError: Unknown require: unsupported path
source.luau:9.8-9.15: TypeError: Unknown type 'Player'
globalTypes.d.luau:1.1-1.4: TypeError: not about the source
[INFO] Loading definitions file
"""


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH. `tool` puts programs into it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def tool(folder: Path, name: str, program: str) -> None:
    file = folder / name
    file.write_text(f"#!{sys.executable}\nimport os, sys, time, signal, subprocess\n{program}\n")
    file.chmod(0o755)


def says(text: str, code: int) -> str:
    return f"sys.stderr.write({text!r})\nsys.exit({code})"


@pytest.mark.usefixtures("play")
def test_without_tools_there_is_no_answer() -> None:
    tools = available_tools()
    assert tools == Tools()
    assert tools.compile("return 1") is None
    assert tools.compiler_errors("return 1") is None
    assert tools.analyze("return 1") == ()


def test_an_accepted_source(play: Path) -> None:
    tool(play, "luau-compile", says("", 0))
    assert available_tools().compile("return 1") == CompileResult(ok=True)
    assert available_tools().compiler_errors("return 1") == ()


def test_a_rejected_source_has_all_errors_with_their_columns(play: Path) -> None:
    tool(play, "luau-compile", says(SYNTAX, 1))
    tools = available_tools()
    assert tools.compile("local x = = 1") == CompileResult(
        False, "Expected identifier when parsing expression, got '='", 1
    )  # fmt: skip
    errors = tools.compiler_errors("local x = = 1") or ()
    assert [(found.line, found.column) for found in errors] == [(1, 11), (3, 1)]
    assert {(found.check, found.scorer, found.severity) for found in errors} == {("compiler-error", "syntax", Severity.ERROR)}


def test_a_limit_of_the_compiler_is_an_error_too(play: Path) -> None:
    tool(play, "luau-compile", says("source.luau(1,1): CompileError: Out of registers\n", 1))
    assert available_tools().compile("x") == CompileResult(False, "Out of registers", 1)


def test_the_tool_reads_the_source_and_no_configuration(play: Path) -> None:
    program = "data = open('source.luau', 'rb').read()\nassert sys.argv[1:] == ['--null', 'source.luau']\n"
    tool(play, "luau-compile", program + "assert os.listdir() == ['source.luau']\nassert data == 'é?\\n'.encode(), data")
    assert available_tools().compile("é\ud800\n") == CompileResult(ok=True)


def test_type_errors_without_definitions(play: Path) -> None:
    tool(play, "luau-analyze", f"assert sys.argv[1:] == ['--formatter=gnu', 'source.luau']\n{says(TYPES, 1)}")
    found = available_tools().analyze("x\n" * 20)
    assert [(error.line, error.column, error.message) for error in found] == [
        (2, 19, "Expected this to be 'number', but got 'string' caused by: Property 'x' is not compatible."),
        (4, 10, "Key 'Bogus' not found in class 'Part'"),
    ]
    assert {(error.check, error.scorer, error.severity) for error in found} == {("type-error", "bugs", Severity.WARNING)}


def test_definitions_go_to_luau_lsp_and_then_unknown_names_count(play: Path, tmp_path: Path) -> None:
    definitions = tmp_path / "globalTypes.d.luau"
    arguments = ["analyze", "--formatter=gnu", f"--definitions={definitions}", "source.luau"]
    tool(play, "luau-lsp", f"assert sys.argv[1:] == {arguments!r}, sys.argv\n{says(TYPES, 1)}")
    tool(play, "luau-analyze", "sys.exit(9)")
    found = available_tools(definitions).analyze("x\n" * 20)
    assert [error.line for error in found] == [1, 2, 4, 9]


def test_luau_lsp_stands_in_where_it_is_alone(play: Path) -> None:
    tool(play, "luau-lsp", says(TYPES, 1))
    assert [error.line for error in available_tools().analyze("x\n" * 20)] == [2, 4]


FAILING = {
    "hangs": ("time.sleep(60)", "took more than"),
    "hangs in a child": ("subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])", "took more than"),
    "crashes": ("os.kill(os.getpid(), signal.SIGSEGV)", "ended with -11"),
    "prints garbage": ("sys.stdout.buffer.write(os.urandom(5000)); sys.exit(1)", "ended with 1"),
    "prints without end": ("while True: sys.stdout.write('source.luau(1,1): SyntaxError: x\\n' * 9999)", "printed more than"),
    "refuses": ("print('Error: Unrecognized option --null'); sys.exit(1)", "ended with 1"),
    "has two minds": (says(SYNTAX, 0), "ended with 0 and 2 errors"),
}


@pytest.mark.parametrize("program", FAILING)
def test_a_tool_that_fails_gives_no_verdict_and_the_log_says_why(
    play: Path, caplog: pytest.LogCaptureFixture, program: str
) -> None:
    source, words = FAILING[program]
    for name in ("luau-compile", "luau-analyze"):
        tool(play, name, source)
    before = psutil.Process().children(recursive=True)
    found = available_tools()
    seconds = 0.5 if "hangs" in program else 20.0
    tools = Tools(found.luau_compile, found.luau_analyze, seconds=seconds, max_output_bytes=1 << 20)
    with caplog.at_level(logging.WARNING, logger="scorers.tools"):
        assert tools.compile("return 1") is None
    assert words in caplog.text
    if program != "has two minds":
        assert tools.analyze("return 1") == ()
    assert psutil.Process().children(recursive=True) == before


def test_a_tool_that_is_no_program(play: Path, caplog: pytest.LogCaptureFixture) -> None:
    (play / "luau-compile").write_text("#!/nowhere/at/all\n")
    (play / "luau-compile").chmod(0o755)
    assert available_tools().compile("return 1") is None
    assert "could not be started" in caplog.text


def test_a_slow_end_is_waited_for(play: Path) -> None:
    """The outputs are closed a moment before the program ends."""
    tool(play, "luau-compile", "os.close(1); os.close(2); time.sleep(0.2); os._exit(0)")
    assert available_tools().compile("return 1") == CompileResult(ok=True)


def test_columns_of_bytes_become_columns_of_characters() -> None:
    (report,) = parse("/tmp/x/source.luau:1.12-1.14: TypeError: no", 'local é = "x" + 1')
    assert (report.column, report.end_column) == (11, 14)
    (report,) = parse("source.luau(7,90): SyntaxError: behind the end", "é")
    assert (report.line, report.column, report.end_column) == (7, 90, 90)


@pytest.mark.parametrize(
    "text", ["", "source.luau", "source.luau(,): SyntaxError: x", "other.luau(1,1): SyntaxError: x", "\x00" * 99]
)
def test_what_is_no_report_is_left_out(text: str) -> None:
    assert parse(text, "x") == ()


def test_reports_are_bounded() -> None:
    text = "source.luau(99999999999999999999,1): TypeError: " + "m" * 9999 + "\n" + "more\n" * 9999
    (report,) = parse(text, "x")
    assert len(report.message) == 500
    assert report.line < 10**9
    assert len(parse("source.luau(1,1): TypeError: x\n" * 30_000, "x")) == 200


def test_the_real_tools_where_they_are() -> None:
    tools = available_tools()
    if tools.luau_compile is None:
        pytest.skip(f"luau-compile is not on PATH ({len(os.environ['PATH'].split(os.pathsep))} folders)")
    assert tools.compile("return 1") == CompileResult(ok=True)
    rejected = tools.compile("return 1\nlocal x = = 1")
    assert rejected is not None
    assert (rejected.ok, rejected.line) == (False, 2)
