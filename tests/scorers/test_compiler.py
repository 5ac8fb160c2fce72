"""The compiler's verdicts, and that asking for one never harms the process that asks."""

import subprocess
import sys

import pytest

from scorers.compiler import CompileResult, compile_in_worker, source_bytes, split_position


@pytest.mark.parametrize(
    "code",
    ["", "return 1", "@native local function f() end", "local x: number? = nil :: any\nx += 1", "-- žluťoučký \ud800"],
)
def test_valid_code_compiles(code: str) -> None:
    assert compile_in_worker(code) == CompileResult(ok=True)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("local x = = 1", 1, "Expected identifier"),
        ("\n\nlocal function f(\n", 4, "Expected"),
        ("while true do break end\ncontinue", 2, "continue"),
        ("return 'solution:7: not this line' +", 1, "Expected"),
    ],
)
def test_invalid_code_has_a_clean_message_and_a_line(code: str, line: int, words: str) -> None:
    result = compile_in_worker(code)
    assert not result.ok
    assert result.line == line
    assert result.message is not None
    assert words in result.message
    assert "solution:" not in result.message.split(" near ")[0]
    assert "syntax error:" not in result.message


def test_code_that_kills_the_compiler_is_a_result() -> None:
    result = compile_in_worker("return " + "1," * 254 + "1")
    assert not result.ok
    assert result.line is None
    assert (result.message or "").startswith("the compiler failed on this code: it died by SIG")
    assert compile_in_worker("return 1").ok


def test_a_huge_source_does_not_harm() -> None:
    assert not compile_in_worker("(" * 1_000_000).ok
    assert compile_in_worker("x = 1\n" * 50_000).ok


def test_positions_are_split_off_once() -> None:
    assert split_position("syntax error: solution:12: Expected 'end'") == ("Expected 'end'", 12)
    assert split_position("solution:3: solution:4: x") == ("solution:4: x", 3)
    assert split_position("tests:3: x") == ("tests:3: x", None)


def test_lone_surrogates_are_encoded() -> None:
    assert source_bytes("é\ud800") == "é?".encode()


def test_a_verdict_survives_json() -> None:
    result = CompileResult(False, "no", 3)
    assert CompileResult.from_json(result.to_json()) == result


def test_the_asking_process_never_loads_the_compiler() -> None:
    program = (
        "import sys, scorers, scorers.execution\n"
        "from scorers.compiler import compile_in_worker\n"
        "assert compile_in_worker('return 1').ok\n"
        "sys.exit(any(name.startswith('pluau') for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
