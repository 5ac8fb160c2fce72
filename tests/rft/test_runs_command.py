"""`rft runs`: what is told of whole and hostile run folders, and that a removal leaves no half run."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from checkpoints.latest import promote
from rft.cli import cli
from rft.errors import InputError
from rft.keeping.asking import NotAgreed, agree
from rft.keeping.disk import in_words
from rft.keeping.removal import remove
from rft.store import RunPaths
from tests.rft.keeping_world import a_run


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rft(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def listed() -> dict[str, dict[str, Any]]:
    result = rft("runs", "list", "--json")
    assert result.exit_code == 0, result.output
    return {run["name"]: run for run in json.loads(result.stdout)["runs"]}


def refused(*arguments: str) -> str:
    result = rft("runs", "rm", *arguments)
    assert isinstance(result.exception, InputError), result.output
    assert result.exception.hint
    return str(result.exception)


def age(paths: RunPaths, days: float) -> None:
    then = time.time() - days * 86_400
    for place, _, names in os.walk(paths.folder):
        for name in names:
            os.utime(Path(place) / name, (then, then))


def test_nothing_here() -> None:
    assert "no run here" in rft("runs", "list").output
    assert listed() == {}


def test_what_is_told_of_a_finished_run(workspace: Path) -> None:
    paths = a_run(workspace, "done", "sft", "round-1", "round-2", promote=False)
    promote(paths.latest, paths.adapter("round-1"))
    run = listed()["done"]
    assert (run["state"], run["stage"], run["gate"]) == ("finished", "round-2 gated", "round-2 refused")
    assert (run["rounds_done"], run["rounds"], run["latest"], run["trouble"]) == (2, 2, True, None)
    assert run["bytes"] > run["adapters"] > 0
    words = rft("runs", "list").output
    assert "done *" in words
    assert "2 of 2" in words


def test_a_stopped_run_and_what_its_training_left(workspace: Path) -> None:
    paths = a_run(workspace, "stopped", "sft", finished=False)
    state = paths.adapter("round-1").with_name(".round-1.state")
    state.mkdir()
    (state / "00000001-x.safetensors").write_bytes(b"0" * 5000)
    run = listed()["stopped"]
    assert (run["state"], run["stage"], run["rounds_done"], run["leftovers"]) == ("stopped", "sft gated", 0, 5000)
    assert "5.0 kB of it are states of trainings that did not end" in rft("runs", "list").output


def test_hostile_folders_are_told_not_raised(workspace: Path) -> None:
    a_run(workspace, "whole")
    lost = a_run(workspace, "lost", "sft")
    lost.database.unlink()
    damaged = a_run(workspace, "damaged", "sft")
    damaged.database.write_bytes(b"no database at all" * 100)
    tried = RunPaths(workspace, "tried")
    tried.folder.mkdir()
    (tried.folder / "lock").touch()
    (workspace / "runs" / "somebody's own").mkdir()
    (workspace / "runs" / "notes").mkdir()
    (workspace / "runs" / "a file").touch()
    runs = listed()
    assert {name: run["state"] for name, run in runs.items()} == {
        "whole": "finished", "lost": "unreadable", "damaged": "unreadable", "tried": "not begun",
    }  # fmt: skip
    assert "is lost" in runs["lost"]["trouble"]
    assert "not a store of a run" in runs["damaged"]["trouble"]
    assert "not a store of a run" in rft("runs", "list").output


def test_a_torn_database_is_trouble_too(workspace: Path) -> None:
    paths = a_run(workspace, "torn", "sft")
    paths.database.write_bytes(paths.database.read_bytes()[:4096] + b"\xff" * 4096)
    assert listed()["torn"]["state"] == "unreadable"


def test_a_held_run_is_running_and_stays(workspace: Path) -> None:
    paths = a_run(workspace, "held", "sft", finished=False)
    with (paths.folder / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("process 4711")
        lock.flush()
        run = listed()["held"]
        assert (run["state"], run["holder"]) == ("running", "process 4711")
        assert "process 4711" in refused("held", "--yes", "--force")
        with pytest.raises(InputError, match="process 4711"):
            remove(paths)
    assert paths.adapter("sft").is_dir()


def test_removal_is_whole(workspace: Path) -> None:
    a_run(workspace, "gone", "sft")
    kept = a_run(workspace, "kept", "sft")
    result = rft("runs", "rm", "gone", "--yes")
    assert result.exit_code == 0, result.output
    assert "Removed gone" in result.output
    assert [path.name for path in (workspace / "runs").iterdir()] == ["kept"]
    assert kept.database.is_file()


@pytest.mark.parametrize("how", ["without a database", "with a damaged one"])
def test_hostile_runs_can_be_removed(workspace: Path, how: str) -> None:
    paths = a_run(workspace, "bad", "sft")
    paths.database.unlink() if how == "without a database" else paths.database.write_bytes(b"x" * 5000)
    assert rft("runs", "rm", "bad", "--yes").exit_code == 0
    assert not paths.folder.exists()


def test_in_a_pipe_it_wants_yes(workspace: Path) -> None:
    paths = a_run(workspace, "mine")
    assert "no terminal" in refused("mine")
    assert paths.folder.is_dir()


def test_in_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, False])
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _self: True})())
    monkeypatch.setattr("click.confirm", lambda _question, **_: next(answers))
    agree("Remove it?", yes=False)
    with pytest.raises(NotAgreed):
        agree("Remove it?", yes=False)
    assert NotAgreed.exit_code == 1


def test_unknown_names_are_refused_before_any_goes(workspace: Path) -> None:
    paths = a_run(workspace, "mine")
    (workspace / "runs" / "notes").mkdir()
    assert "no run 'other'" in refused("mine", "other", "--yes")
    assert "no run 'notes'" in refused("notes", "--yes")
    assert "cannot be a run's name" in refused("../mine", "--yes")
    assert paths.folder.is_dir()
    assert rft("runs", "rm").exit_code == 2
    assert rft("runs", "rm", "mine", "--older-than", "3").exit_code == 2


def test_the_run_of_latest_stays_unless_forced(workspace: Path) -> None:
    paths = a_run(workspace, "best", "sft")
    promote(paths.latest, paths.adapter("sft"))
    assert "adapters/latest points" in refused("best", "--yes")
    result = rft("runs", "rm", "best", "--yes", "--force")
    assert result.exit_code == 0, result.output
    assert "adapters/latest is gone" in result.output
    assert not paths.latest.is_symlink()


def test_a_dangling_latest_protects_nothing(workspace: Path) -> None:
    paths = a_run(workspace, "best", "sft")
    promote(paths.latest, paths.adapter("sft"))
    shutil.rmtree(paths.adapter("sft"))
    assert rft("runs", "rm", "best", "--yes").exit_code == 0
    assert not paths.latest.is_symlink()


def test_a_link_in_place_of_a_run_is_left_alone(workspace: Path) -> None:
    elsewhere = a_run(workspace / "other", "mine", "sft")
    (workspace / "runs").mkdir()
    (workspace / "runs" / "mine").symlink_to(elsewhere.folder)
    assert "is a link" in refused("mine", "--yes")
    assert elsewhere.database.is_file()


def test_adapters_can_be_kept(workspace: Path) -> None:
    paths = a_run(workspace, "tuned", "sft", "round-1")
    promote(paths.latest, paths.adapter("round-1"))
    (paths.folder / "logs").mkdir()
    paths.adapter("round-2").with_name(".round-2.partial").mkdir()
    result = rft("runs", "rm", "tuned", "--yes", "--keep-adapters")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in paths.folder.iterdir()) == ["adapters", "kept.json"]
    assert sorted(path.name for path in (paths.folder / "adapters").iterdir()) == ["round-1", "sft"]
    assert listed()["tuned"]["state"] == "adapters kept"
    assert paths.latest.exists()
    told = json.loads(rft("adapters", "list", "--json").stdout)["adapters"]
    assert [(adapter["name"], adapter["base"], adapter["change_norm"]) for adapter in told] == [
        ("tuned/sft", "tiny-random", 1.5), ("tuned/round-1", "tiny-random", 1.5),
    ]  # fmt: skip
    assert told[1]["record"]["decision"]["p_value"] == 0.01
    assert list((workspace / "runs").glob(".*")) == []


def test_old_runs_go_and_others_stay(workspace: Path) -> None:
    old, new, best = a_run(workspace, "old", "sft"), a_run(workspace, "new", "sft"), a_run(workspace, "best", "sft")
    promote(best.latest, best.adapter("sft"))
    age(old, 40)
    age(best, 40)
    age(new, 20)
    listed()  # a look does not make a run new
    result = rft("runs", "rm", "--older-than", "30", "--yes")
    assert result.exit_code == 0, result.output
    assert "best stays: adapters/latest points" in result.output
    assert (old.folder.exists(), new.folder.exists(), best.folder.exists()) == (False, True, True)
    assert "No run is that old" in rft("runs", "rm", "--older-than", "90", "--yes").output


def test_a_killed_removal_leaves_no_half_run(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = a_run(workspace, "mine", "sft")

    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            remove(paths)
    assert not paths.folder.exists()
    assert listed() == {}
    assert "A removal was stopped" in rft("runs", "list").output
    assert "an earlier removal" in rft("runs", "rm", "--older-than", "90", "--yes").output
    assert list((workspace / "runs").iterdir()) == []


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (5_000_000, "5.0 MB"), (2 * 10**9, "2.0 GB")]
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert in_words(count) == words


@pytest.mark.parametrize("keep", [[], ["--keep-adapters"]])
def test_a_killed_removal_of_the_same_process_id_stands_in_no_way(workspace: Path, keep: list[str]) -> None:
    left = workspace / "runs" / f".again.{os.getpid()}.removed"
    left.mkdir(parents=True)
    (left / "run.db").write_text("of the removal that was killed")
    paths = a_run(workspace, "again", "sft")
    assert rft("runs", "rm", "again", "--yes", *keep).exit_code == 0
    assert not paths.database.exists()
    assert not list(workspace.glob("runs/.*"))


def test_what_only_looks_like_a_removal_stays(workspace: Path) -> None:
    a_run(workspace, "gone")
    (workspace / "mine").mkdir()
    (workspace / "runs" / ".link.removed").symlink_to(workspace / "mine")
    (workspace / "runs" / ".file.removed").write_text("")
    assert rft("runs", "rm", "gone", "--yes").exit_code == 0
    assert {place.name for place in (workspace / "runs").iterdir()} == {".link.removed", ".file.removed"}


def test_a_removal_that_may_not_delete_says_what(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = a_run(workspace, "foreign")

    def refuses(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied", "runs/foreign/logs")

    monkeypatch.setattr("rft.keeping.removal.shutil.rmtree", refuses)
    error = rft("runs", "rm", "foreign", "--yes").exception
    assert str(error) == "runs/foreign/logs cannot be removed: Permission denied."
    assert not paths.folder.exists()


def test_a_link_to_itself(workspace: Path) -> None:
    a_run(workspace, "one", "sft")
    (workspace / "adapters").mkdir()
    (workspace / "adapters" / "latest").symlink_to("latest")
    assert listed()["one"]["latest"] is False
    assert "which is not there" in rft("adapters", "list").output
    assert isinstance(rft("adapters", "show", "latest").exception, InputError)
    assert rft("runs", "rm", "one", "--yes").exit_code == 0
