"""What the doctor finds of a workspace: its configuration and inputs, its runs, what stands where promotions go, the ledger."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from checkpoints.errors import CheckpointError
from checkpoints.latest import refuse_folder
from rft.doctor import disk, workspace
from rft.judging.places import open_ledger
from rft.store import RunPaths, open_for_writing
from tests.rft.doctor_world import by_name, scene
from tests.rft.keeping_world import an_adapter
from tests.rft.world import write_workspace


def test_a_whole_workspace(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    found = by_name(workspace.look(scene(tmp_path)))
    assert {finding.name: finding.text for finding in found.values() if not finding.ok} == {}
    assert found["tasks"].text == "4 in tasks"
    assert found["demonstrations"].text == "4 in demonstrations.jsonl"
    assert found["held-out tasks"].text == "12 in held-out"
    assert "general tasks" not in found


def test_inputs_that_cannot_be_used(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    shutil.rmtree(tmp_path / "tasks")
    (tmp_path / "demonstrations.jsonl").write_text("{}\n")
    next((tmp_path / "held-out").iterdir()).write_text("prompt = 1")
    toml = (tmp_path / "rft.toml").read_text()
    (tmp_path / "rft.toml").write_text(toml.replace("[sampling]", '[sampling]\ncandidates = "none.jsonl"'))
    found = by_name(workspace.look(scene(tmp_path)))
    assert found["tasks"].fix == "${EDITOR:-vi} rft.toml"
    assert found["demonstrations"].fix == "${EDITOR:-vi} demonstrations.jsonl"
    assert found["held-out tasks"].fix == "rft tasks check held-out"
    assert found["recorded candidates"].text.startswith("there is no file")
    assert all(found[name].needed for name in ("tasks", "demonstrations", "held-out tasks", "recorded candidates"))


def test_runs_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("whole", "torn", "newer"):
        paths = RunPaths(tmp_path, name)
        with open_for_writing(paths) as store:
            store.state("config", {"rounds": 1, "model": "m"})
        paths.events.write_text("{}\n")
    torn = tmp_path / "runs" / "torn" / "run.db"
    torn.write_bytes(torn.read_bytes()[:100] + bytes(5000))
    with sqlite3.connect(tmp_path / "runs" / "newer" / "run.db") as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    found = by_name(workspace.look(scene(tmp_path)))
    assert found["run whole"].ok
    assert "stopped" in found["run whole"].text
    assert "schema version 7; this rft reads version 1" in found["run newer"].text
    assert found["run newer"].fix == "mv runs/newer newer-unreadable"
    assert not found["run torn"].ok
    assert not found["run torn"].needed


def test_many_runs_are_not_all_named(tmp_path: Path) -> None:
    for number in range(8):
        paths = RunPaths(tmp_path, f"r{number}")
        with open_for_writing(paths) as store:
            store.state("config", {"rounds": 1, "model": "m"})
        paths.events.touch()
        os.utime(paths.events, (9 - number, 9 - number))
    (tmp_path / "runs" / "r7" / "run.db").write_bytes(b"not a database at all, " * 50)
    found = by_name(workspace.look(scene(tmp_path)))
    assert found["runs"].text == "8 here; the 5 that were changed last"
    assert [name for name in found if name.startswith("run ")] == ["run r7", "run r4", "run r3", "run r2", "run r1", "run r0"]


def test_runs_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    assert by_name(workspace.look(scene(tmp_path)))["runs"].text == "none here"
    monkeypatch.setattr("os.access", lambda place, _mode: Path(place).name != "runs")
    found = by_name(workspace.look(scene(tmp_path)))["runs"]
    assert (found.ok, found.needed) == (False, True)
    assert found.fix == f"chmod -R u+rwX {tmp_path / 'runs'}"


def test_a_link_that_points_nowhere(tmp_path: Path) -> None:
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "latest").symlink_to("../runs/x/adapters/sft")
    found = by_name(workspace.look(scene(tmp_path)))["adapters/latest"]
    assert (found.ok, found.fix) == (False, "rm adapters/latest"), "no other is known to go back to"
    an_adapter(tmp_path / "runs" / "old" / "adapters" / "sft", "old")
    old = [{"adapter": "../runs/old/adapters/sft", "at": "2026-01-01", "how": "promote"}]
    (tmp_path / "adapters" / "latest.history.json").write_text(json.dumps(old))
    assert by_name(workspace.look(scene(tmp_path)))["adapters/latest"].fix == "rft adapters rollback"
    (tmp_path / "runs" / "x" / "adapters" / "sft").mkdir(parents=True)
    assert by_name(workspace.look(scene(tmp_path)))["adapters/latest"].ok


@pytest.mark.parametrize("stands", ["adapters", "adapters/latest", "adapters/latest.history.json"])
def test_what_stands_where_promotions_go_is_told_as_a_run_would(tmp_path: Path, stands: str) -> None:
    place = tmp_path / stands
    place.parent.mkdir(exist_ok=True)
    place.mkdir() if place.name == "latest" else place.write_text("{")
    with pytest.raises(CheckpointError):
        refuse_folder(tmp_path / "adapters" / "latest")
    found = by_name(workspace.look(scene(tmp_path)))["adapters/latest"]
    assert (found.ok, found.needed, found.fix) == (False, True, f"mv -i {place} {place}.old")


def test_a_file_where_runs_go(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    found = by_name(disk.look(scene(tmp_path)))["runs folder"]
    assert (found.needed, found.fix) == (True, f"mv -i {tmp_path / 'runs'} {tmp_path / 'runs'}.old")


def test_the_ledger(tmp_path: Path) -> None:
    assert "ledger" not in by_name(workspace.look(scene(tmp_path)))
    with open_ledger(tmp_path):
        pass
    assert by_name(workspace.look(scene(tmp_path)))["ledger"].text.endswith("0 calls on record")
    for file in (tmp_path / "judge").iterdir():
        file.unlink()
    (tmp_path / "judge" / "ledger.db").write_bytes(b"torn" * 1000)
    found = by_name(workspace.look(scene(tmp_path)))["ledger"]
    assert (found.ok, found.fix) == (False, "mv judge judge-unreadable")
