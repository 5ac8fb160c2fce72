"""The command line: help with an example, JSON for programs, and errors that say what is wrong without a traceback."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from rft.cli import COMMANDS, cli, main
from rft.store import RunPaths, open_for_writing
from tests.rft.world import HELD_OUT, NOUNS, a_task, write_workspace

ALL = [[name] for name in COMMANDS] + [["tasks", "check"]]
SHOP = 'local part = Instance.new("Prat")\nwhile true do end\n'


def ok(*arguments: str, text: str | None = None) -> str:
    result = invoke(*arguments, text=text)
    assert result.exit_code == 0, result.output
    return result.stdout


def invoke(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=text)


def failure(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """The exit code and the words of the program as a person starts it."""
    monkeypatch.setattr(sys, "argv", ["rft", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    words = capsys.readouterr().err
    assert "Traceback" not in words
    assert isinstance(caught.value.code, int)
    return caught.value.code, words


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_workspace(tmp_path)


@pytest.mark.parametrize("command", [[], *ALL], ids=" ".join)
def test_every_help_has_an_example(command: Sequence[str]) -> None:
    words = ok(*command, "--help")
    assert f"Example: rft {' '.join(command)}".rstrip() in words


def test_the_list_of_commands_is_the_help_of_each() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name
        options = [option for option in command.params if isinstance(option, click.Option)]
        assert all(option.help for option in options), f"an option of {name} has no help"


def test_score_as_json(tmp_path: Path) -> None:
    file = tmp_path / "Shop.luau"
    file.write_text(SHOP)
    (report,) = json.loads(ok("score", "--json", str(file)))
    assert report.keys() - {"metrics"} == {"path", "compiles", "scores", "composite", "diagnostics"}
    assert report["scores"].keys() == {"syntax", "api", "bugs", "quality"}
    assert (report["path"], report["compiles"]) == (str(file), True)
    assert report["composite"] == pytest.approx(sum(report["scores"].values()) / 4)
    fields = {"check", "scorer", "severity", "line", "column", "end_line", "end_column", "message", "hint", "link"}
    assert {found["scorer"] for found in report["diagnostics"]} >= {"api", "bugs"}
    assert all(found.keys() == fields for found in report["diagnostics"])


def test_score_for_a_person_and_from_standard_input() -> None:
    words = ok("score", "-", text=SHOP)
    assert "-:1:27: error [unknown-class] " in words
    assert words.splitlines()[-1].startswith("-: composite 0.")


def test_score_of_a_missing_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert failure(capsys, monkeypatch, "score", str(tmp_path / "no.luau")) == (
        2, f"Error: {tmp_path / 'no.luau'} cannot be read: there is no such file.\nCheck the path.\n",
    )  # fmt: skip


def test_a_dry_run_starts_nothing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", no_process)
    before = sorted(workspace.rglob("*"))
    words = ok("run", "--dry-run", "--rounds", "2")
    assert sorted(workspace.rglob("*")) == before
    assert "nothing was started" in words
    assert "rounds = 2" in words
    assert "sampling.temperature = 0.2" in words
    assert f"{len(NOUNS)} training tasks, {len(HELD_OUT)} held-out tasks, 4 demonstrations" in words
    assert f"At most {2 * 2 * len(NOUNS)} candidates in 2 rounds and {4 * len(HELD_OUT)} benchmark samples of 4 policies" in words


def test_values_are_shown_as_they_are(workspace: Path) -> None:
    text = (workspace / "rft.toml").read_text()
    (workspace / "rft.toml").write_text(f'system_prompt = "[bold]Luau[/bold]"\n{text}')
    assert "system_prompt = '[bold]Luau[/bold]'" in ok("run", "--dry-run")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["run", "--config", "typo.toml"], "there is no setting `sampling.temprature`", "Did you mean `sampling.temperature`?"),
        (["run", "--config", "no.toml"], "there is no configuration file no.toml", "Check the path."),
        (["run", "--config", "."], "cannot be read", "Check the path."),
        (["run", "--name", "../up"], "'../up' cannot be a run's name", "Use letters"),
        (["resume", "--name", "nobody"], "there is no run 'nobody' here", "Start one with `rft run`."),
        (["resume"], "there is no run 'quickstart' here", "Start one with `rft run`."),
        (["status", "--name", "nobody"], "there is no run 'nobody' here", "rft run"),
        (["report", "--name", "nobody"], "there is no run 'nobody' here", "rft run"),
        (["show", "lamps", "--name", "nobody"], "there is no run 'nobody' here", "rft run"),
        (["tasks", "check", "nowhere"], "there is no task folder nowhere", "Check the path"),
        (["run", "--rounds", "-1"], "--rounds", "-1"),
        (["run", "--smoke", "--config", "rft.toml"], "--smoke", "--config"),
        (["rnu"], "No such command 'rnu'", "rnu"),
    ],
)
def test_wrong_input_exits_2_with_the_next_step(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
    hint: str,
) -> None:
    (workspace / "typo.toml").write_text("[sampling]\ntemprature = 1.0\n")
    code, words = failure(capsys, monkeypatch, *arguments)
    assert code == 2
    assert message in words
    assert hint in words
    assert not (workspace / "runs").exists()


def test_a_wrong_input_can_be_corrected_under_the_same_name(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What never began has no configuration yet that a corrected one could differ from."""
    (workspace / "typo.toml").write_text((workspace / "rft.toml").read_text().replace('"held-out"', '"heldout"'))
    code, words = failure(capsys, monkeypatch, "run", "--name", "mine", "--config", "typo.toml")
    assert (code, "there is no task folder heldout" in words) == (2, True)
    code, words = failure(capsys, monkeypatch, "resume", "--name", "mine")
    assert (code, "this run has not begun" in words) == (2, True)
    (workspace / "typo.toml").write_text((workspace / "rft.toml").read_text().replace('"tiny-random"', '"./no-model"'))
    code, words = failure(capsys, monkeypatch, "run", "--name", "mine", "--config", "typo.toml")
    assert (code, "there is no model folder no-model" in words) == (2, True)


def test_another_configuration_under_the_same_name_is_refused(
    in_finished: RunPaths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, words = failure(capsys, monkeypatch, "run", "--name", in_finished.name, "--rounds", "2", "--seed", "9")
    assert code == 2
    assert "rounds was 1 and is 2, seed was 0 and is 9" in words
    assert "--name NEW" in words


def test_a_held_run_is_an_error_that_names_the_holder(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_for_writing(RunPaths(workspace, "mine")):
        code, words = failure(capsys, monkeypatch, "run", "--name", "mine")
    assert code == 1
    assert f"is being written by process {os.getpid()}" in words


def test_report_of_a_finished_run(in_finished: RunPaths) -> None:
    data = json.loads(ok("report", "--json"))
    assert data == json.loads((in_finished.folder / "report.json").read_text())
    assert f"Run {in_finished.name}: model tiny-random" in ok("report", "--name", in_finished.name)


def test_status_of_a_finished_run(in_finished: RunPaths) -> None:
    data = json.loads(ok("status", "--json"))
    assert (data["run"], data["state"]) == (in_finished.name, "finished")
    assert [stage["name"] for stage in data["stages"]] == [
        "benchmark-base", "training sft", "benchmark-sft", "round-1", "training round-1", "benchmark-round-1",
    ]  # fmt: skip
    assert all(stage["done"] == stage["total"] for stage in data["stages"])
    assert ok("status").startswith(f"Run {in_finished.name}: finished")


def test_show_puts_the_candidates_side_by_side(in_finished: RunPaths) -> None:
    words = ok("show", NOUNS[0], "--name", in_finished.name)
    assert f"Name your {NOUNS[0]}" in words
    assert "candidate 0 won" in words
    assert "f=type" in words


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["show", "lamp"], "there is no training task 'lamp'"), (["show", "lamps", "--round", "7"], "has 1 round, and no round 7")],
)
def test_show_of_what_is_not_there(
    in_finished: RunPaths,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    assert in_finished.folder.is_dir()
    code, words = failure(capsys, monkeypatch, *arguments)
    assert code == 2
    assert message in words


def test_tasks_check_says_what_is_wrong_and_exits_2(tmp_path: Path) -> None:
    for name, reference in (("right", "return type"), ("wrong", "return tostring")):
        fields = a_task(name, reference=reference).model_dump(exclude={"id"}, exclude_none=True)
        lines = (f"{key} = {json.dumps(value)}" for key, value in fields.items())
        (tmp_path / f"{name}.toml").write_text("\n".join(lines))
    result = invoke("tasks", "check", "--json", str(tmp_path))
    assert result.exit_code == 2
    problems = json.loads(result.stdout)["problems"]
    assert {"folder": str(tmp_path), "task": "right", "problem": "it has no `random_inputs`"} in problems
    (failure,) = [problem for problem in problems if problem["problem"].startswith("the reference fails 'names the type'")]
    assert (failure["folder"], failure["task"]) == (str(tmp_path), "wrong")


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what carries a hint is the person's to fix."""

    def broken(*_arguments: Any) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("scorers.cli.sources.read_source", broken)
    monkeypatch.setattr(sys, "argv", ["rft", "score", "-"])
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(ZeroDivisionError):
        main()
