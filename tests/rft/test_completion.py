"""`rft completion`: the scripts of three shells, and what is offered for the names of runs, adapters and models."""

from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner

from rft.cli import COMMANDS, cli
from rft.cli.completion import PROGRAM, VARIABLE
from tests.rft.keeping_world import a_run

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    a_run(tmp_path, "first", "sft", "round-1")
    a_run(tmp_path, "second")
    (tmp_path / "cache" / "models" / "imported").mkdir(parents=True)
    (tmp_path / "cache" / "models" / "imported" / "config.json").write_text("{}")
    (tmp_path / "hub" / "models--owner--some-model" / "snapshots" / "0").mkdir(parents=True)
    (tmp_path / "hub" / "models--owner--some-model" / "snapshots" / "0" / "config.json").write_text("{}")
    return tmp_path


def offered(shell: str, line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the shell is told after `line`, whose last word is being typed."""
    made = get_completion_class(shell)
    assert made is not None
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
    return made(cli, {}, PROGRAM, VARIABLE).complete()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_the_program(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0, result.output
    assert f"{VARIABLE}={shell}_complete" in result.stdout
    assert PROGRAM in result.stdout


def test_help_says_where_to_put_it() -> None:
    words = CliRunner().invoke(cli, ["completion", "--help"]).stdout
    for place in ("~/.bashrc", "~/.zshrc", "~/.config/fish/completions/rft.fish"):
        assert place in words
    assert CliRunner().invoke(cli, ["completion", "tcsh"]).exit_code == 2


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "wanted", "unwanted"),
    [
        ("rft run", ["run", "runs"], ["adapters"]),
        ("rft runs rm ", ["first", "second"], ["sft"]),
        ("rft runs rm f", ["first"], ["second"]),
        ("rft adapters promote ", ["first/sft", "first/round-1"], ["second"]),
        ("rft adapters show first/r", ["first/round-1"], ["first/sft"]),
        ("rft models get ", ["smollm2", "imported", "owner/some-model"], ["first"]),
        ("rft models show mlx-community/Q", ["mlx-community/Qwen3.5-4B-4bit"], ["smollm2"]),
        ("rft completion ", ["bash", "zsh", "fish"], []),
        ("rft runs rm --o", ["--older-than"], ["--yes"]),
    ],
)
def test_names_are_offered(
    shell: str, line: str, wanted: list[str], unwanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = offered(shell, line, monkeypatch).replace(",", "\n").replace("\t", "\n").splitlines()
    assert set(wanted) <= set(words)
    assert not set(unwanted) & set(words)


def test_every_command_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(COMMANDS) <= {line.partition(",")[2] for line in offered("bash", "rft ", monkeypatch).splitlines()}
