"""`rft init`: the workspace that it makes, what it asks, and where it makes none."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.check import check_tasks
from eval.task import load_tasks
from rft.cli import cli, main
from rft.config import QUICKSTART, RftConfig, load_config
from rft.config_view import settings
from rft.demonstrations import load_demonstrations
from rft.errors import InputError
from rft.inputs import benchmark_folder, load_general, refuse_contamination, task_folder
from rft.starting import questions, workspace
from rft.starting.choices import Choices
from rft.starting.configuration import configuration
from rft.starting.workspace import files_of, write

MADE = {
    ".gitignore", ".taplo.toml", "README.md", "held-out/split-evenly.toml", "rft.toml", "sft.jsonl", "task.schema.json",
    "tasks/format-clock.toml",
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["init", *arguments], input=text)


def made(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def config_of(folder: Path) -> RftConfig:
    return load_config(folder / "rft.toml", QUICKSTART, {})


def refusal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """The words of a refusal as a person sees it, with exit code 2."""
    monkeypatch.setattr(sys, "argv", ["rft", "init", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    words = capsys.readouterr().err
    assert caught.value.code == 2
    assert "Traceback" not in words
    return words


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "refuse_without_terminal", lambda: None)


def test_a_workspace_is_whole_and_says_what_comes_next(here: Path) -> None:
    result = init("fresh", "--yes")
    assert result.exit_code == 0, result.output
    assert made(here / "fresh") == MADE
    assert "cd fresh && rft tasks check tasks held-out" in result.output
    assert list(here.iterdir()) == [here / "fresh"]


@pytest.mark.parametrize("model", ["smollm2", "owner/some-model"])
def test_a_run_takes_the_workspace(here: Path, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    init("fresh", "--yes", "--model", model)
    monkeypatch.chdir(here / "fresh")
    config = config_of(Path())
    tasks, held_out = load_tasks(task_folder(config.data.tasks)), load_tasks(benchmark_folder(config.data.benchmark))
    demonstrations = load_demonstrations(Path(config.data.demonstrations))
    assert len(demonstrations) >= config.benchmark.few_shot
    refuse_contamination(tasks, demonstrations, held_out, load_general(config))
    result = CliRunner().invoke(cli, ["run", "--dry-run"])
    assert result.exit_code == 0, result.output
    assert f"model = '{model}'" in result.output


def test_the_samples_are_proved_as_anybodys_tasks() -> None:
    for folder in (workspace.TASKS, workspace.HELD_OUT):
        proof = check_tasks(load_tasks(Path(str(workspace._template(folder)))))
        assert proof.problems == []


def test_the_samples_are_no_tasks_that_come_along() -> None:
    own = load_tasks(Path(str(workspace._template(workspace.TASKS))))
    rows = load_demonstrations(Path(str(workspace._template("sft.jsonl"))))
    for suite in ("builtin:luau", "builtin:quickstart"):
        refuse_contamination(own, rows, load_tasks(benchmark_folder(suite)), load_tasks(benchmark_folder("builtin:general")))


@pytest.mark.parametrize(
    "choices",
    [Choices(), Choices("owner/model"), Choices(tasks="luau"), Choices(judge="claude", budget=0.5), Choices(judge="mlx")],
)
def test_every_setting_that_is_written_says_what_it_does(tmp_path: Path, choices: Choices) -> None:
    text = configuration(choices)
    (tmp_path / "rft.toml").write_text(text)
    says = {(key.rpartition(".")[2], meaning) for key, _, meaning in settings(config_of(tmp_path))}
    lines = text.splitlines()
    written = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert len(written) >= 15
    for number in written:
        first = number
        while lines[first - 1].startswith("# "):
            first -= 1
        comment = " ".join(line[2:] for line in lines[first:number])
        assert (lines[number].partition(" = ")[0], comment) in says


def test_the_judge_and_its_budget_are_written(here: Path) -> None:
    init("judged", "--yes", "--judge", "claude", "--judge-budget", "0.25")
    config = config_of(here / "judged")
    assert (config.judge.backend, config.judge.budget.run_usd, config.reward.mode) == ("claude", 0.25, "judged")
    init("local", "--yes", "--judge", "mlx")
    assert config_of(here / "local").judge.backend == "mlx"


@pytest.mark.parametrize("budget", ["-1", "nan", "inf"])
def test_a_budget_that_is_no_amount(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, budget: str
) -> None:
    assert "is none" in refusal(capsys, monkeypatch, "w", "--yes", "--judge", "claude", f"--judge-budget={budget}")
    assert list(here.iterdir()) == []


def test_a_budget_without_its_judge(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "goes with --judge claude" in refusal(capsys, monkeypatch, "w", "--yes", "--judge-budget", "3")


def test_a_pipe_is_asked_nothing(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--yes" in refusal(capsys, monkeypatch, "w")
    assert list(here.iterdir()) == []


def test_enter_takes_every_default(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    result = init("asked", text="\n\n\n")
    assert result.exit_code == 0, result.output
    assert "[smollm2]" in result.output
    assert (here / "asked" / "rft.toml").read_text() == configuration(Choices())


def test_the_answers_are_taken(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    result = init("asked", text="owner/model\nluau\nclaude\n2.5\n")
    assert result.exit_code == 0, result.output
    config = config_of(here / "asked")
    assert (config.model, config.data.tasks, config.data.benchmark) == ("owner/model", "builtin:luau", "builtin:luau")
    assert (config.judge.backend, config.judge.budget.run_usd) == ("claude", 2.5)


def test_code_that_is_not_there_is_asked_for_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    result = init("asked", text="\nnowhere\nown\n\n")
    assert result.exit_code == 0, result.output
    assert "there is no file or folder nowhere" in result.output
    assert made(here / "asked") == MADE


def test_what_an_option_says_is_not_asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    result = init("asked", "--model", "owner/model", "--judge", "none", text="own\n")
    assert result.exit_code == 0, result.output
    assert "Base model" not in result.output
    assert config_of(here / "asked").model == "owner/model"


def test_a_name_with_spaces_is_quoted_in_the_next_command(here: Path) -> None:
    assert "cd 'my model' && " in init("my model", "--yes").output
    assert made(here / "my model") == MADE


def test_a_folder_in_a_folder_that_is_not_there(here: Path) -> None:
    assert init("a/b", "--yes").exit_code == 0
    assert made(here / "a" / "b") == MADE


def test_an_empty_folder_is_used(here: Path) -> None:
    (here / "empty").mkdir()
    (here / "empty" / ".DS_Store").touch()
    assert init("empty", "--yes").exit_code == 0
    assert made(here / "empty") == MADE


def test_a_model_folder_is_named_from_anywhere(here: Path) -> None:
    (here / "model's").mkdir()
    init("w", "--yes", "--model", "model's")
    assert config_of(here / "w").model == str(here / "model's")


@pytest.mark.parametrize(
    ("name", "says"),
    [("full", "is there and is not empty"), ("file", "is a file"),
     (".", "the folder you are in"),
     ("", "cannot be a folder's name"),
     ("a\nb", "cannot be a folder's name"), ("file/below", "cannot be made"), ("x" * 300, "cannot be made")],
)  # fmt: skip
def test_where_no_workspace_can_be(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    (here / "full").mkdir()
    (here / "full" / "mine.txt").write_text("keep")
    (here / "file").touch()
    assert says in refusal(capsys, monkeypatch, name, "--yes")
    assert made(here) == {"full/mine.txt", "file"}


def test_a_place_that_cannot_be_written(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object, **_named: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refused)
    words = refusal(capsys, monkeypatch, "w", "--yes")
    assert "cannot be made: Permission denied" in words
    assert "where you may write" in words
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("at", range(1, len(MADE) + 1))
def test_a_failure_on_the_way_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Whichever file the disk has no room for."""
    files = files_of("w", Choices(), {}, {})
    written = 0
    whole = Path.write_text

    def write_text(self: Path, text: str, **named: str) -> int:
        nonlocal written
        written += 1
        if written == at:
            raise OSError(28, "No space left on device")
        return whole(self, text, **named)

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(InputError, match="No space left"):
        write(here / "w", files)
    assert list(here.iterdir()) == []


def test_before_the_move_nothing_is_in_place(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a kill could leave is what lies aside."""
    seen: list[bool] = []
    whole = Path.write_text

    def write_text(self: Path, text: str, **named: str) -> int:
        seen.append((here / "w").exists())
        return whole(self, text, **named)

    monkeypatch.setattr(Path, "write_text", write_text)
    write(here / "w", files_of("w", Choices(), {}, {}))
    assert seen == [False] * len(MADE)
    assert made(here / "w") == MADE


def test_a_folder_that_was_filled_meanwhile_stays(here: Path) -> None:
    (here / "w").mkdir()
    (here / "w" / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="cannot be made"):
        write(here / "w", files_of("w", Choices(), {}, {}))
    assert made(here) == {"w/mine.txt"}


def test_what_a_run_leaves_is_not_committed(here: Path) -> None:
    init("w", "--yes")
    ignored = (here / "w" / ".gitignore").read_text().split()
    assert {"/runs/", "/adapters/", "/judge/", ".env"} <= set(ignored)


def test_every_file_that_is_written_can_be_read(here: Path) -> None:
    init("w", "--yes", "--model", 'owner/"quoted"\\model')
    tomllib.loads((here / "w" / "rft.toml").read_text())
    assert config_of(here / "w").model == 'owner/"quoted"\\model'
    assert all(json.loads(line) for line in (here / "w" / "sft.jsonl").read_text().splitlines())
