"""`rft adapters`: what is told of each, and moving `adapters/latest` by hand and back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from checkpoints.adapter import WEIGHTS
from checkpoints.errors import CheckpointError
from checkpoints.history import history_file
from checkpoints.latest import previous, promote, rollback
from rft.cli import cli
from rft.errors import InputError
from tests.rft.keeping_world import a_run, an_adapter


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def link(workspace: Path) -> Path:
    return workspace / "adapters" / "latest"


def rft(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ("adapters", *arguments))


def listed() -> dict[str, dict[str, Any]]:
    result = rft("list", "--json")
    assert result.exit_code == 0, result.output
    return {adapter["name"]: adapter for adapter in json.loads(result.stdout)["adapters"]}


def test_nothing_here() -> None:
    assert "no adapter here" in rft("list").output
    assert json.loads(rft("list", "--json").stdout) == {"adapters": [], "latest": None}


def test_each_with_its_facts(workspace: Path, link: Path) -> None:
    paths = a_run(workspace, "mine", "sft", "round-1", "round-2")
    promote(link, paths.adapter("round-1"))
    found = listed()
    assert list(found) == ["mine/sft", "mine/round-1", "mine/round-2"]
    adapter = found["mine/round-1"]
    assert (adapter["base"], adapter["change_norm"], adapter["latest"], adapter["trouble"]) == ("tiny-random", 1.5, True, None)
    assert (adapter["record"]["decision"]["gain"], adapter["record"]["share"]) == (0.125, 0.5)
    words = rft("list").output
    assert "mine/round-1 *" in words
    assert "+12.5" in words
    shown = rft("show", "latest").output
    assert "mine/round-1, which adapters/latest points to" in shown
    assert "gain +12.5 points (+5.0 to +20.0), p 0.0100" in shown
    assert "files        as recorded" in shown


def test_adapters_of_hostile_runs(workspace: Path, link: Path) -> None:
    paths = a_run(workspace, "lost", "sft", "round-1")
    paths.database.unlink()
    (paths.adapter("round-1") / WEIGHTS).unlink()
    found = listed()
    assert "is lost" in found["lost/sft"]["trouble"]
    assert "missing" in found["lost/round-1"]["trouble"]
    assert rft("show", "lost/sft").exit_code == 0
    assert isinstance(rft("promote", "lost/round-1", "--yes").exception, CheckpointError)
    assert rft("promote", "lost/sft", "--yes").exit_code == 0
    assert link.resolve() == paths.adapter("sft").resolve()


def test_an_unknown_name_names_the_others(workspace: Path) -> None:
    a_run(workspace, "mine", "sft")
    error = rft("show", "mine/round-9").exception
    assert isinstance(error, InputError)
    assert "mine/sft" in error.hint


def test_promoting_by_hand(workspace: Path, link: Path) -> None:
    paths = a_run(workspace, "mine", "sft", promote=False)
    assert isinstance(rft("promote", "mine/sft").exception, InputError), "a pipe wants --yes"
    assert not link.is_symlink()
    result = rft("promote", "runs/mine/adapters/sft", "--yes")
    assert result.exit_code == 0, result.output
    assert "No gate decided this; the gate of its run refused it" in result.output
    assert link.resolve() == paths.adapter("sft").resolve()
    assert "already" in rft("promote", "mine/sft").output


def test_a_changed_adapter_is_not_promoted(workspace: Path, link: Path) -> None:
    paths = a_run(workspace, "mine", "sft")
    (paths.adapter("sft") / WEIGHTS).write_text("other weights")
    assert "have changed" in rft("show", "mine/sft").output
    error = rft("promote", "mine/sft", "--yes").exception
    assert isinstance(error, CheckpointError)
    assert error.hint
    assert not link.is_symlink()


def test_back_and_further_back(workspace: Path, link: Path) -> None:
    paths = a_run(workspace, "mine", "sft", "round-1", "round-2")
    for stage in ("sft", "round-1", "round-2"):
        promote(link, paths.adapter(stage))
    assert isinstance(rft("rollback").exception, InputError), "a pipe wants --yes"
    assert rft("rollback", "--yes").exit_code == 0
    assert link.readlink().name == "round-1"
    assert rft("rollback", "--yes").exit_code == 0
    assert link.readlink().name == "sft"
    error = rft("rollback", "--yes").exception
    assert isinstance(error, CheckpointError)
    assert "promote NAME" in error.hint


def test_a_dangling_latest(workspace: Path, link: Path) -> None:
    first, second = a_run(workspace, "first", "sft"), a_run(workspace, "second", "sft")
    promote(link, first.adapter("sft"))
    promote(link, second.adapter("sft"))
    shutil.rmtree(second.folder)
    assert "which is not there" in " ".join(rft("list").output.split())
    assert "no adapter of a run here" in str(rft("show", "latest").exception)
    assert rft("rollback", "--yes").exit_code == 0
    assert link.resolve() == first.adapter("sft").resolve()


def test_the_way_back_goes_over_what_is_gone(tmp_path: Path) -> None:
    link, folders = tmp_path / "adapters" / "latest", [tmp_path / name for name in "abc"]
    for folder in folders:
        an_adapter(folder, folder.name)
        promote(link, folder)
    shutil.rmtree(folders[1])
    assert previous(link) == folders[0]


def test_what_no_one_recorded_is_known_all_the_same(tmp_path: Path) -> None:
    """A link from before there was a history, and a kill between the link and the record."""
    link, folders = tmp_path / "adapters" / "latest", [tmp_path / name for name in "abc"]
    for folder in folders:
        an_adapter(folder, folder.name)
    link.parent.mkdir()
    link.symlink_to("../a")
    promote(link, folders[1])
    link.unlink()
    link.symlink_to("../c")
    assert previous(link) == folders[1]
    assert rollback(link) == folders[1]
    assert rollback(link) == folders[0]
    with pytest.raises(CheckpointError):
        rollback(link)


def test_a_kill_after_the_link_of_a_rollback(tmp_path: Path) -> None:
    link, folders = tmp_path / "adapters" / "latest", [tmp_path / name for name in "abc"]
    for folder in folders:
        an_adapter(folder, folder.name)
        promote(link, folder)
    link.unlink()
    link.symlink_to("../b")
    assert previous(link) == folders[0]


def test_promoting_an_earlier_one_again_is_a_step_forward(tmp_path: Path) -> None:
    link, folders = tmp_path / "adapters" / "latest", [tmp_path / name for name in "ab"]
    for folder in folders:
        an_adapter(folder, folder.name)
        promote(link, folder)
    promote(link, folders[0])
    assert previous(link) == folders[1]


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '[{"adapter": 3, "at": "", "how": "promote"}]'])
def test_a_damaged_history_is_said(workspace: Path, link: Path, text: str) -> None:
    paths = a_run(workspace, "mine", "sft")
    promote(link, paths.adapter("sft"))
    history_file(link).write_text(text)
    for arguments in (["rollback", "--yes"], ["promote", "mine/sft", "--yes"]):
        error = rft(*arguments).exception
        assert isinstance(error, CheckpointError)
        assert "damaged" in str(error)
