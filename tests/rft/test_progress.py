"""How far a run is: what a round will ask."""

from pathlib import Path

import pytest

from rft.progress import progress_of
from rft.store import RunPaths, RunStore
from tests.rft.world import write_workspace
from tests.rft.written_run import WrittenRun


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_workspace(tmp_path))
    return tmp_path


def totals(store: RunStore) -> dict[str, int]:
    return {stage.name: stage.total for stage in progress_of(store) if stage.name.startswith("round-")}


def test_a_round_does_not_count_tasks_that_were_solved_before(workspace: Path, paths: RunPaths, store: RunStore) -> None:
    assert workspace.is_dir()
    run = WrittenRun.begin(paths, store, rounds=2, sampling={"n": 3})
    every = 3 * len(run.tasks)
    assert totals(store) == {"round-1": every, "round-2": every}
    solved = {run.tasks[0].id: 1.0, run.tasks[1].id: 0.5}
    store.state("selection:round-1", {"sampled": every - 1, "kept": {}, "pass_rates": solved})
    assert totals(store) == {"round-1": every - 1, "round-2": every - 3}


def test_a_curriculum_asks_the_easy_ones_first(workspace: Path, paths: RunPaths, store: RunStore) -> None:
    files = sorted((workspace / "tasks").glob("*.toml"))
    for level, file in zip([1, *[5] * len(files)], files, strict=False):
        lines = [line for line in file.read_text().splitlines() if not line.startswith("difficulty")]
        file.write_text("\n".join([f"difficulty = {level}", *lines]))
    WrittenRun.begin(paths, store, rounds=len(files), sampling={"n": 2, "curriculum": True})
    assert (totals(store)["round-1"], totals(store)[f"round-{len(files)}"]) == (2, 2 * len(files))
