"""What people do wrong, over all commands. Each mistake is answered with what is wrong, where, and the next step, in a few lines
on standard error, and with the exit code that docs/commands.md gives."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from rft.cli import COMMANDS
from tests.rft.mistakes import LONGEST, WRONG_INPUT, Mistake, World, ended, holds, tell
from tests.rft.mistakes_adapters import ADAPTERS
from tests.rft.mistakes_machine import MACHINE
from tests.rft.mistakes_measuring import MEASURING, no_key
from tests.rft.mistakes_models import MODELS
from tests.rft.mistakes_rows import ROWS
from tests.rft.mistakes_runs import RUNS
from tests.rft.mistakes_settings import SETTINGS
from tests.rft.mistakes_tasks import TASKS
from tests.rft.mistakes_typing import TYPING
from tests.rft.world import write_workspace

MISTAKES = (*TYPING, *SETTINGS, *MODELS, *TASKS, *ROWS, *RUNS, *ADAPTERS, *MEASURING, *MACHINE)
FEWEST = 40
COMMANDS_PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
OF_PYTHON = re.compile(r"Traceback|\b[A-Z]\w*(Error|Exception)\b|\b0x[0-9a-f]{6,}")
ABSOLUTE = re.compile(r"(?<![\w.:/~])/[\w.-]+(?:/[\w.-]+)+")
"""A path from the root on; the path of an address is none."""


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_a_mistake_is_told_what_where_and_the_next_step(
    mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "workspace"
    told = tell(mistake, folder, monkeypatch, capfd.readouterr)
    message = told.out if mistake.on_stdout else told.err
    assert told.code == mistake.code, message
    assert mistake.on_stdout or told.out == ""
    for part in ("what", "where", "step"):
        assert holds(message, getattr(mistake, part)), f"{part} is not in: {message}"
    assert OF_PYTHON.search(told.out + told.err) is None, message
    assert mistake.on_stdout or len(message.strip().splitlines()) <= LONGEST, message
    assert all(path.startswith(str(folder)) for path in ABSOLUTE.findall(message)), message


def test_the_list_is_a_list() -> None:
    names = [mistake.name for mistake in MISTAKES]
    assert len(names) >= FEWEST
    assert len(set(names)) == len(names)
    assert all(mistake.what and mistake.where and mistake.step for mistake in MISTAKES)
    assert {mistake.command.split()[1] for mistake in MISTAKES} >= COMMANDS.keys(), "every command has its mistakes"


def test_the_exit_codes_are_the_documented_ones() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMANDS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)}
    assert {mistake.code for mistake in MISTAKES} <= documented


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        pytest.param("--judge claude", "--judge claude", "there is no key for Claude", id="a task"),
        pytest.param(
            "--candidates drwan.jsonl", "--candidates dranw.jsonl", "candidates dranw.jsonl cannot be read", id="a name"
        ),
    ],
)
def test_what_never_began_can_be_corrected(
    first: str, then: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A second try with other tasks, or with another file, is not compared with the first, which did nothing."""
    monkeypatch.chdir(write_workspace(tmp_path))
    world = World(tmp_path, monkeypatch, ExitStack())
    no_key(world)
    assert ended(f"rft run --name mine {first}", monkeypatch, capfd.readouterr).code == WRONG_INPUT
    world.change("tasks/lamps.toml", "Name your lamps", "Name all your lamps")
    assert told in ended(f"rft run --name mine {then}", monkeypatch, capfd.readouterr).err
