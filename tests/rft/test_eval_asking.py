"""Whom `rft eval` asks: an adapter on its model, a server; figures with standard errors; and what was drawn is kept."""

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eval.external.row import Row
from rft.cli import cli
from rft.evaluation import figures as judged
from rft.evaluation.samples import open_samples
from rft.evaluation.show import lines_of
from rft.evaluation.suites import open_suite
from rft.store import RunPaths
from tests.fakes.openai_api import OpenAIServer, completion, refusing, replying
from tests.rft.world import write_workspace

RIGHT, WRONG = "```luau\nf = type\n```", "```luau\nf = tostring\n```"
SHORT = ("--max-new-tokens", "8", "--limit", "3", "--k", "2", "--temperature", "0.2")


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its configuration names the suite `held-out`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return write_workspace(tmp_path)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """For what needs no model."""
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", *arguments])


def figures(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exception is None, result.exception
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def rows() -> tuple[Row, ...]:
    return open_suite("held-out").rows


def result(task: str, index: int, passes: bool) -> judged.Result:
    return judged.Result(task, index, "passed" if passes else "failed", int(passes), 1, True, "")


def test_every_pass_at_k_has_its_standard_error() -> None:
    """By hand: of 4 answers 4, 2 and 0 pass, so pass@1 is 1, 1/2, 0 and pass@2 is 1, 5/6, 0 (Chen et al. 2021)."""
    passed = {"apple": 4, "button": 2, "candle": 0}
    found = judged.figures_of(rows(), [result(t, i, i < n) for t, n in passed.items() for i in range(4)], seed=0)
    assert found is not None
    assert list(found.pass_at) == [1, 2, 4]
    for k, values in {1: (1, 1 / 2, 0), 2: (1, 5 / 6, 0), 4: (1, 1, 0)}.items():
        mean = sum(values) / 3
        spread = math.sqrt(sum((value - mean) ** 2 for value in values) / 2)
        assert found.pass_at[k].mean == pytest.approx(mean)
        assert found.pass_at[k].standard_error == pytest.approx(spread / math.sqrt(3))
        assert found.pass_at[k].low <= mean <= found.pass_at[k].high
    assert found.pass_at_1 == found.pass_at[1]
    assert found.pass_at_k == found.pass_at[4].mean
    lines = [line.split() for line in lines_of("s", found)]
    assert lines[2][:4] == ["pass@2", "61.1%", "±", "30.9"]
    assert [line[0] for line in lines[1:5]] == ["pass@1", "pass@2", "pass@4", "cases"]


def test_one_task_has_no_standard_error() -> None:
    found = judged.figures_of(rows(), [result("apple", i, i == 0) for i in range(3)], seed=0)
    assert found is not None
    assert list(found.pass_at) == [1, 2, 3]
    assert found.pass_at[3] == judged.Estimate(1.0, 1.0, 1.0, None)
    assert "±" not in "".join(lines_of("s", found))


def test_the_suite_is_the_configuration_s_unless_one_is_named() -> None:
    Path("replies.jsonl").write_text(json.dumps({"task": "apple", "reply": RIGHT}))
    assert figures("--replies", "replies.jsonl")["suite"] == "held-out"
    short, long = open_suite("quickstart"), open_suite("builtin:quickstart")
    assert (short.name, short.digest) == (long.name, long.digest)
    Path("quickstart").mkdir()
    assert "holds no task" in str(run("--suite", "quickstart", "--reference").exception)


def test_a_server_is_asked(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    right = replying(
        completion({"content": RIGHT}), times=None, when=lambda body: body["messages"][-1]["content"] != "Count the apple"
    )
    wrong = replying(completion({"content": WRONG}), times=None)
    with OpenAIServer(right, wrong, key="sk-test") as server:
        found = figures("--endpoint", server.url, "--model", "served", "--k", "2", "--temperature", "0.3")
        asked = server.requests
    assert (found["tasks"], found["samples"], found["model"]) == (12, 24, f"{server.url} served")
    assert found["pass_at_1"]["mean"] == pytest.approx(11 / 12)
    assert found["pass_at"]["2"]["standard_error"] == pytest.approx(1 / 12)
    assert len(asked) == 24
    assert {(body["model"], body["temperature"], body["max_tokens"]) for body in asked} == {("served", 0.3, 1024)}
    assert list((empty_cache / "evals").iterdir()) == []


@pytest.mark.usefixtures("empty_cache")
def test_the_system_prompt_and_the_key_are_the_configuration_s(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret")
    settings = (workspace / "rft.toml").read_text()
    endpoint = '[sampling.endpoint]\nurl = "http://127.0.0.1:9/v1"\nmodel = "x"\nkey_env = "MY_KEY"\n'
    (workspace / "rft.toml").write_text(f'system_prompt = "You write Luau."\n{settings}\n{endpoint}')
    with OpenAIServer(replying(completion({"content": RIGHT}), times=None), key="secret") as server:
        found = figures("--endpoint", server.url, "--model", "served", "--k", "1", "--limit", "1")
        assert server.requests[0]["messages"][0] == {"role": "system", "content": "You write Luau."}
    assert (found["pass_at_1"]["mean"], found["system"]) == (1.0, "You write Luau.")


def test_a_stopped_evaluation_goes_on_where_it_was(empty_cache: Path) -> None:
    broken = refusing(401, "no more", when=lambda body: body["messages"][-1]["content"] == "Count the mirror")
    arguments = ("--endpoint", "URL", "--model", "served", "--k", "1")
    (Path("rft.toml")).write_text(
        Path("rft.toml").read_text() + '[sampling.endpoint]\nurl = "http://x/v1"\nmodel = "x"\nconcurrency = 1\n'
    )
    with OpenAIServer(broken, replying(completion({"content": RIGHT}), times=None)) as server:
        arguments = ("--endpoint", server.url, *arguments[2:])
        stopped = run(*arguments)
        assert "no more" in str(stopped.exception)
        (kept,) = (empty_cache / "evals").iterdir()
        assert kept.read_text().count("\n") == 1 + 5
        assert "Stopped: 5 answers were drawn and kept" in stopped.stderr
        before = len(server.requests)
        again = run(*arguments)
        assert again.exception is None, again.exception
        assert "Carrying on: 5 answers were drawn before." in again.stderr
        assert len(server.requests) - before == 7
    assert "12 tasks, 12 answers" in again.stdout
    assert not kept.exists()


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize(("arguments", "words"), [
    (("--endpoint", "http://127.0.0.1:9/v1"), "--endpoint goes with --model"),
    (("--endpoint", "http://127.0.0.1:9/v1", "--model", "x", "--adapter", "y"), "--endpoint goes with --model"),
    (("--endpoint", "nowhere", "--model", "x"), "--endpoint is no address of a server"),
    (("--adapter", "nowhere"), "there is no adapter folder nowhere"),
    (("--model", "x", "--replies", "y"), "Give one of"),
])  # fmt: skip
def test_what_cannot_be_asked(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert words in result.stderr + str(result.exception)
    assert result.exit_code == 2 or getattr(result.exception, "exit_code", None) == 2


def test_a_reply_that_two_processes_wrote_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    row: dict[str, Any] = {"task": "apple", "index": 0, "text": "x", "finish_reason": "stop", "tokens": 1, "key": "k"}
    lines: list[dict[str, Any]] = [{"evaluation": {}}, row, {**row, "text": "y"}, {**row, "index": 1}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with open_samples(file, {}) as opened:
        assert [(reply.index, reply.text) for reply in opened.known] == [(0, "x"), (1, "x")]


def test_an_adapter_is_asked_on_its_model(in_finished: RunPaths) -> None:
    bare = figures("--model", "tiny-random", *SHORT)
    tuned = figures("--adapter", f"{in_finished.name}/sft", *SHORT)
    assert bare["model"] == tuned["model"]
    assert (bare["adapter"], len(tuned["adapter"])) == ("", 32)
    assert tuned["pass_at_1"]["mean"] > bare["pass_at_1"]["mean"]
    assert not list(Path(os.environ["RFT_CACHE"]).glob("evals/*"))
