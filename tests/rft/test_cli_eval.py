"""`rft eval`: a model, stored replies or the references on a suite, durable and continued."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eval.external.multipl_e import read_multipl_e
from rft.cli import cli
from rft.evaluation import drawing
from rft.evaluation import figures as judged
from rft.evaluation.samples import SampleFileError, write_line
from rft.evaluation.show import lines_of
from tests.rft.world import HELD_OUT, write_workspace

RIGHT, WRONG = "```luau\nf = type\n```", "```luau\nf = tostring\n```"
MODEL = ("--model", "tiny-random", "--k", "2", "--max-new-tokens", "8", "--limit", "3", "--suite", "held-out")
MULTIPL_E = {
    "name": "HumanEval_900_add_up",
    "language": "lua",
    "prompt": "-- Adds.\nlocal function add_up(a, b)\n",
    "tests": "lu = require('luaunit')\nfunction test_one()\nlu.assertEquals(add_up(1, 2), 3)\nend\nos.exit(lu.LuaUnit.run())",
    "stop_tokens": ["\nlocal", "\n\n"],
}
GOTO = {**MULTIPL_E, "name": "HumanEval_901_b", "tests": "goto x\n::x::"}


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_workspace(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", *arguments])


def figures(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exception is None, result.exception
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def problem(*arguments: str) -> str:
    """The error's words and its hint; there must be one."""
    error = run(*arguments).exception
    hint = getattr(error, "hint", None)
    assert hint, repr(error)
    assert getattr(error, "exit_code", None) == 2
    return f"{error} {hint}"


def write_rows(path: str, rows: Sequence[dict[str, Any]]) -> str:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def replies(*rows: tuple[str, str]) -> str:
    return write_rows("replies.jsonl", [{"task": task, "reply": reply} for task, reply in rows])


def test_stored_replies_are_executed() -> None:
    rows = (
        [(noun, RIGHT) for noun in HELD_OUT] + [(noun, WRONG) for noun in HELD_OUT[:6]] + [(noun, "f =") for noun in HELD_OUT[6:]]
    )
    found = figures("--suite", "held-out", "--replies", replies(*rows))
    assert (found["tasks"], found["samples"], found["k"]) == (12, 24, 2)
    assert found["pass_at_1"]["mean"] == 0.5
    assert found["cases"]["mean"] == 0.5
    assert found["pass_at_k"] == 1.0
    assert found["compile_rate"] == 0.75
    assert {name: group["tasks"] for name, group in found["by_category"].items()} == {"even": 6, "odd": 6}
    assert found["without_answer"] == []


def test_a_person_sees_the_figures() -> None:
    result = run("--suite", "held-out", "--replies", replies(("apple", RIGHT), ("button", WRONG)))
    lines = result.stdout.splitlines()
    assert lines[0] == "held-out: 2 tasks, 2 answers"
    assert lines[1].split() == ["pass@1", "50.0%", "±", "50.0", "[0.0%,", "100.0%]"]
    assert "10 tasks without an answer, in no figure:" in lines
    assert result.stderr == "Kept as evals/held-out-replies-1.json.\n"  # no progress bar in a pipe


def test_a_reply_that_was_cut_off_fails() -> None:
    rows = [{"task": "apple", "reply": RIGHT, "finish_reason": "length"}]
    assert figures("--suite", "held-out", "--replies", write_rows("replies.jsonl", rows))["pass_at_1"]["mean"] == 0.0


def test_unsupported_rows_are_in_no_denominator() -> None:
    suite = f"multipl-e:{write_rows('lua.jsonl', [MULTIPL_E, GOTO])}"
    found = figures(
        "--suite", suite, "--replies", replies(("HumanEval_900_add_up", "  return a + b\nend"), ("HumanEval_901_b", "x"))
    )
    assert (found["tasks"], found["samples"], found["pass_at_1"]["mean"]) == (1, 1, 1.0)
    assert found["unsupported"] == {"HumanEval_901_b": "its tests, line 1: goto is not in Luau"}


def test_answers_that_use_what_the_world_does_not_model_are_counted_apart_and_have_not_passed() -> None:
    rows = read_multipl_e(Path(write_rows("lua.jsonl", [{**MULTIPL_E, "name": name} for name in ("a_1", "b_1", "c_1")])))
    results = [
        judged.Result("a_1", 0, "passed", 2, 2, True, ""),
        judged.Result("a_1", 1, "unsupported", 0, 2, True, "not modelled: Wedge"),
        judged.Result("b_1", 0, "failed", 1, 2, False, "x"),
        judged.Result("b_1", 1, "failed", 0, 2, True, "x"),
        judged.Result("c_1", 0, "unsupported", 0, 2, True, "not modelled: Wedge"),
    ]
    found = judged.figures_of(rows, results, seed=0)
    assert found is not None
    assert (found.tasks, found.samples, found.k, found.unsupported_answers) == (3, 5, 1, 2)
    assert found.pass_at_1.mean == pytest.approx(1 / 6)
    assert found.compile_rate == pytest.approx((1 + 1 / 2 + 1) / 3), "over tasks, as all figures"
    assert found.unsupported == {}
    assert "2 answers used what the world does not model, and have not passed" in lines_of("s", found)


def test_a_name_in_a_suite_cannot_move_the_cursor() -> None:
    rows = read_multipl_e(Path(write_rows("lua.jsonl", [{**MULTIPL_E, "name": "HumanEval_1_\x1b[2J"}, MULTIPL_E])))
    found = judged.figures_of(rows, [judged.Result("HumanEval_900_add_up", 0, "passed", 1, 1, True, "")], seed=0)
    assert found is not None
    lines = list(lines_of("s", found))
    assert lines[-1].strip() == "HumanEval_1_\ufffd[2J"


def test_references() -> None:
    found = figures("--suite", "builtin:quickstart", "--reference")
    assert found["pass_at_1"]["mean"] == 1.0
    assert found["tasks"] == found["samples"] > 40


def test_a_failing_reference_ends_in_one(workspace: Path) -> None:
    task = workspace / "held-out" / "apple.toml"
    task.write_text(task.read_text().replace("return type(...)", "return 1"))
    result = run("--suite", "held-out", "--reference")
    assert result.exit_code == 1
    assert "apple: the reference fails: names the type" in result.stderr
    assert "apple" in problem("--suite", "held-out", "--replies", replies(("apple", RIGHT)))


@pytest.mark.usefixtures("cache")
def test_a_model_is_asked_and_the_file_carried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Path("answers.jsonl")
    found = figures(*MODEL, "--out", str(out))
    assert (found["tasks"], found["samples"], found["k"]) == (3, 6, 2)
    whole = out.read_bytes()
    head, *lines = [json.loads(line) for line in whole.splitlines()]
    assert head["evaluation"]["suite"] == "held-out"
    assert {(line["task"], line["index"]) for line in lines} == {(task, i) for task in sorted(HELD_OUT)[:3] for i in (0, 1)}
    assert all(line["result"].keys() >= {"status", "passed", "total", "compiles"} for line in lines)

    out.write_bytes(whole[: whole.rfind(b'{"task"') + 20])  # killed in its last line
    assert figures(*MODEL, "--out", str(out)) == found
    again = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["text"] for line in again[1:]] == [line["text"] for line in lines]

    def no_child(*_arguments: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr("rollouts.child.start_child", no_child)
    assert figures(*MODEL, "--out", str(out)) == found
    assert len(out.read_text().splitlines()) == 7


@pytest.mark.usefixtures("cache")
def test_a_file_of_another_evaluation_is_left_alone() -> None:
    out = Path("answers.jsonl")
    figures(*MODEL, "--out", str(out))
    before = out.read_bytes()
    assert "differs in seed" in problem(*MODEL, "--out", str(out), "--seed", "1")
    assert "differs in temperature" in problem(*MODEL, "--out", str(out), "--temperature", "0.1")
    for content in (b"", b"one\n", b"[1]\n", b'{"a": 1}\n', b'{"a": 1}', b"text without an end"):
        Path("other.jsonl").write_bytes(content)
        if content:
            assert "is not a file of `rft eval`" in problem(*MODEL, "--out", "other.jsonl")
            assert Path("other.jsonl").read_bytes() == content
    assert out.read_bytes() == before


def test_replies_are_kept_too() -> None:
    stored = replies(("apple", RIGHT), ("button", WRONG))
    first = figures("--suite", "held-out", "--replies", stored, "--out", "kept.jsonl")
    assert figures("--suite", "held-out", "--replies", stored, "--out", "kept.jsonl") == first
    lines = [json.loads(line) for line in Path("kept.jsonl").read_text().splitlines()]
    assert [line["result"]["status"] for line in lines[1:]] == ["passed", "failed"]


@pytest.mark.parametrize(("suite", "words"), [
    ("no-such-folder", "there is no task folder"),
    ("luabench:x.yaml", "luau-bench:FILE"),
    ("builtin:none", "builtin:quickstart"),
    ("multipl-e:no.jsonl", "there is no file no.jsonl"),
    ("exercism:no", "there is no folder no"),
    ("luau-bench:no.yaml", "there is no file no.yaml"),
])  # fmt: skip
def test_what_is_no_suite(suite: str, words: str) -> None:
    assert words in problem("--suite", suite, "--reference")


def test_wrong_replies_are_named_by_their_line() -> None:
    for row, words in (
        ({"task": "apple"}, "bad.jsonl:2: it has no 'reply'"),
        ({"task": "none", "reply": "x"}, "bad.jsonl:2: the suite has no task 'none'"),
        ({"task": "apple", "reply": "x", "finish_reason": "tired"}, "bad.jsonl:2: its 'finish_reason' is 'tired'"),
    ):
        file = write_rows("bad.jsonl", [{"task": "apple", "reply": "x"}, row])
        assert words in problem("--suite", "held-out", "--replies", file)
    assert "no reply to this suite" in problem("--suite", "held-out", "--replies", write_rows("bad.jsonl", []))


def test_what_is_wrong_beside_the_suite() -> None:
    lua = f"multipl-e:{write_rows('lua.jsonl', [MULTIPL_E, MULTIPL_E])}"
    assert "holds 'HumanEval_900_add_up' twice" in problem("--suite", lua, "--reference")
    assert "brings no references" in problem("--suite", f"multipl-e:{write_rows('lua.jsonl', [MULTIPL_E])}", "--reference")
    only = f"multipl-e:{write_rows('lua.jsonl', [GOTO])}"
    assert "goto is not in Luau" in problem("--suite", only, "--replies", replies(("HumanEval_901_b", "x")))
    assert "there is no adapter folder" in problem(*MODEL, "--adapter", "nowhere")
    assert "there is no folder" in problem("--suite", "held-out", "--replies", replies(("apple", "x")), "--out", "no/x.jsonl")


@pytest.mark.parametrize("arguments", [
    (),
    ("--model", "tiny-random", "--reference"),
    ("--replies", "x", "--adapter", "y"),
    ("--reference", "--out", "x.jsonl"),
])  # fmt: skip
def test_options_that_do_not_fit(arguments: tuple[str, ...]) -> None:
    result = run("--suite", "held-out", *arguments)
    assert result.exit_code == 2
    assert "Error: Give one of" in result.stderr or "goes with" in result.stderr


def test_the_log_lies_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFT_CACHE", "cache")
    assert drawing.log_file() == Path("cache/logs/eval.log")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_an_error_that_says_how_to_go_on() -> None:
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  # closing it would raise again
    with pytest.raises(SampleFileError) as raised:
        write_line(full, {"evaluation": {}})
    with contextlib.suppress(OSError):
        full.close()
    assert "No space left on device" in str(raised.value)
    assert "carries on" in raised.value.hint
