"""`rft generate`: what is printed, streamed and written, and what a person is told when it cannot be."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.generating.answers import Drawn
from rft.store import RunPaths
from rollouts.talking import Talker

ROOT = Path(__file__).parents[2]
FAKE = "tests.fakes.talking_worker"
ONE = "Sure:\n```luau\nreturn 1\n```"
FILES = "### src/A.luau\n```luau\nreturn 1\n```\n### B.luau\n```luau\nreturn 2\n```"
GOOD = "--!strict\nlocal function add(a: number, b: number): number\n\treturn a + b\nend\n\nreturn add"
PROGRAM = """
import sys
from functools import partial
import rft.generating.drawing as drawing
from rft.cli import main
drawing.Talker = partial(drawing.Talker, module="tests.fakes.talking_worker")
main()
"""
"""The command line with a model that says what the prompt tells it to."""

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.generating.drawing.Talker", partial(Talker, module=FAKE))


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What candidates will say, by index; they end in the opposite order."""
    texts: list[str] = []

    def draw(_chosen: object, _messages: object, n: int, *_more: object) -> Iterator[Drawn]:
        yield from (Drawn(index, texts[index], 5, "stop") for index in reversed(range(n)))

    monkeypatch.setattr("rft.generating.command.draw_several", draw)
    return texts


def saying(*pieces: str, **more: object) -> str:
    return json.dumps({"pieces": list(pieces), **more})


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["generate", "--model", "tiny-random", *arguments], input=text)


def ok(*arguments: str, text: str | None = None) -> Result:
    result = run(*arguments, text=text)
    assert result.exception is None, (result.exception, result.stderr)
    return result


def refused(*arguments: str, code: int = 2) -> str:
    result = run(*arguments)
    if isinstance(result.exception, SystemExit):
        assert result.exit_code == code
        return result.stderr
    assert getattr(result.exception, "exit_code", None) == code, repr(result.exception)
    assert getattr(result.exception, "hint", "")
    return f"{result.exception}"


@pytest.mark.usefixtures("told")
def test_a_pipe_gets_the_code_alone() -> None:
    result = ok(saying("Su", "re:\n```luau\nret", "urn 1\n```"))
    assert (result.stdout, result.stderr) == ("return 1\n", "")
    assert ok("-", text=saying(ONE)).stdout == "return 1\n"
    assert ok(saying(FILES)).stdout == "-- File: src/A.luau\nreturn 1\n\n-- File: B.luau\nreturn 2\n"


@pytest.mark.usefixtures("told")
def test_json_has_all_of_it() -> None:
    (line,) = ok(saying(FILES), "--json", "--seed", "5").stdout.splitlines()
    found = json.loads(line)
    assert (found["model"], found["adapter"], found["seed"], found["index"]) == ("tiny-random", None, 5, 0)
    assert (found["reply"], found["files"]) == (FILES, {"src/A.luau": "return 1", "B.luau": "return 2"})
    assert (found["finish_reason"], found["truncated"], found["tokens"]) == ("stop", False, 1)


@pytest.mark.usefixtures("told")
def test_what_was_cut_off_is_said() -> None:
    result = ok(saying("return 1", finish_reason="length"))
    assert result.stdout == "return 1\n"
    assert "raise sampling.max_new_tokens" in result.stderr
    assert "only repeated itself" in ok(saying("return 1", finish_reason="repetition")).stderr
    assert "has no end" in ok(saying("```luau\nreturn 1")).stderr


def test_the_best_of_several_comes_first(several: list[str]) -> None:
    bad = "local part = Instance.new('Prat')\nwhile true do end"
    several += ["```luau\nlocal = 1\n```", f"```luau\n{bad}\n```", f"```luau\n{GOOD}\n```"]
    lines = ok("x", "--n", "3", "--score").stdout.splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith("-- candidate")] == [
        "-- candidate 2", "-- candidate 1", "-- candidate 0",
    ]  # fmt: skip
    found = [json.loads(line) for line in ok("x", "--n", "3", "--score", "--json").stdout.splitlines()]
    assert [each["index"] for each in found] == [2, 1, 0]
    assert found[0]["composite"] > found[1]["composite"]
    assert [each["compiles"] for each in found] == [True, True, False]
    plain = ok("x", "--n", "3").stdout
    assert plain.index("-- candidate 0\n") < plain.index("-- candidate 1\n") < plain.index("-- candidate 2\n")
    result = ok("x", "--n", "3", "--score", "-o", "best.luau")
    assert Path("best.luau").read_text() == f"{GOOD}\n"
    assert result.stdout == ""
    assert result.stderr.splitlines()[0].startswith("candidate 2: score ")


@pytest.mark.usefixtures("told")
def test_scores_of_one_are_beside_its_code() -> None:
    result = ok(saying(ONE), "--score")
    assert result.stdout == "return 1\n"
    assert result.stderr.startswith("score ")


@pytest.mark.usefixtures("told")
def test_one_file_is_written() -> None:
    result = ok(saying(ONE), "-o", "out.luau")
    assert (result.stdout, result.stderr) == ("", "Wrote out.luau.\n")
    assert Path("out.luau").read_text() == "return 1\n"
    assert "is there already" in refused(saying("return 2"), "-o", "out.luau")
    assert Path("out.luau").read_text() == "return 1\n"
    ok(saying("return 2"), "-o", "out.luau", "--force")
    assert Path("out.luau").read_text() == "return 2\n"
    assert "there is no folder" in refused(saying(ONE), "-o", "none/out.luau")


@pytest.mark.usefixtures("told")
def test_files_go_into_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.generating.command.question", lambda prompt, kind: prompt if kind == "files" else "")
    result = ok(saying(FILES), "-o", "game")
    assert result.stderr == f"Wrote {Path('game/src/A.luau')}.\nWrote {Path('game/B.luau')}.\n"
    assert Path("game/src/A.luau").read_text() == "return 1\n"
    ok(saying(ONE), "-o", "game")
    assert Path("game/answer.luau").read_text() == "return 1\n"
    ok(saying(ONE), "-o", "v1.0/")
    assert Path("v1.0/answer.luau").read_text() == "return 1\n"


@pytest.mark.usefixtures("told")
def test_an_answer_that_cannot_be_written_is_not_lost(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.generating.command.question", lambda prompt, _kind: prompt)
    result = run(saying(FILES), "-o", "one.luau")
    assert "has 2 files (src/A.luau, B.luau)" in str(result.exception)
    assert "-- File: B.luau\nreturn 2\n" in result.stdout
    outside = workspace / "outside"
    outside.mkdir()
    (workspace / "game").mkdir()
    (workspace / "game" / "src").symlink_to(outside)
    result = run(saying(FILES), "-o", "game")
    assert "src is a link" in str(result.exception)
    assert "return 2" in result.stdout
    assert list(outside.iterdir()) == []
    assert not (workspace / "game" / "B.luau").exists()


@pytest.mark.usefixtures("told")
def test_a_hostile_answer_stays_inside(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.generating.command.question", lambda prompt, _kind: prompt)
    fence = "\n```luau\nreturn 'hostile'\n```\n"
    names = ("../up.luau", "/up.luau", f"{workspace}/up.luau", "a/../../up.luau", "..\\up.luau")
    for number, name in enumerate(names):
        place = workspace / "games" / f"game{number}"
        ok(saying(f"### {name}{fence}"), "-o", str(place))
        inside = {path.relative_to(workspace).parts[1] for path in workspace.rglob("*.luau")}
        assert inside == {f"game{each}" for each in range(number + 1)}
    assert not Path("/up.luau").exists()


def test_wrong_input_is_said_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_child(*_arguments: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr("rollouts.child.start_child", no_child)
    assert "the prompt is empty" in refused("  ")
    assert "--force goes with -o" in refused("x", "--force")
    assert "add --score" in refused("x", "--n", "2", "-o", "out")
    result = CliRunner().invoke(cli, ["generate", "x"])
    assert "there is no adapters/latest" in str(result.exception)
    assert "there is no model folder" in str(CliRunner().invoke(cli, ["generate", "x", "--model", "none"]).exception)
    assert "there is no adapter folder" in refused("x", "--adapter", "none")


@pytest.mark.usefixtures("told")
def test_words_of_the_model_s_process_come_through() -> None:
    assert refused(json.dumps({"fails": True})) == "refused."
    assert "killed by signal 9" in refused(saying("a", kills=0), code=1)


def until(terminal: int, text: bytes) -> bytes:
    seen = b""
    while text not in seen:
        seen += os.read(terminal, 1024)
    return seen


def test_a_terminal_sees_the_text_before_its_end_and_ctrl_c_ends_it(workspace: Path) -> None:
    terminal, inner = pty.openpty()
    command = [sys.executable, "-c", PROGRAM, "generate", saying("he\x1bllo", "there", waits=True), "--model", "tiny-random"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=inner, stderr=subprocess.PIPE, cwd=workspace, env=environment, text=True) as process:
        os.close(inner)
        assert "he\ufffdllothere".encode() == until(terminal, b"there")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    os.close(terminal)
    assert process.returncode == 130
    assert "Traceback" not in errors


def drawn(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["generate", "Count the apple", "--json", *arguments])
    assert result.exception is None, result.exception
    found = json.loads(result.stdout.splitlines()[0])
    assert isinstance(found, dict)
    return found


def test_real_weights_with_and_without_an_adapter(in_finished: RunPaths) -> None:
    tuned = drawn("--adapter", "sft")
    assert tuned["model"] == "tiny-random"
    assert tuned["adapter"].endswith("sft")
    bare = drawn("--model", "tiny-random")
    assert bare["adapter"] is None
    assert bare["reply"] != tuned["reply"]
    assert tuned["code"] == "f=type"
    several = CliRunner().invoke(
        cli, ["generate", "Count the apple", "--adapter", f"{in_finished.name}/sft", "--n", "2", "--json"]
    )
    first, second = (json.loads(line) for line in several.stdout.splitlines())
    assert first["reply"] == tuned["reply"]
    assert (first["index"], second["index"]) == (0, 1)
