"""Who draws what, and that a source which cannot be used is refused before there is work to lose."""

import json
from pathlib import Path
from typing import Any

import pytest

from rft.engine import Engine
from rft.sources import check_source, source_of_rounds, source_of_suites
from rft.store import RunPaths, RunStore
from rollouts.endpoint import EndpointSource
from rollouts.errors import RolloutError
from rollouts.local import LocalSource
from rollouts.recorded import RecordedError, RecordedSource
from tests.rft.drawing_world import engine_of, tasks_of
from tests.rft.world import a_config

TASKS = tasks_of("one", "two")
ENDPOINT = {"url": "http://127.0.0.1:1/v1", "model": "served"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "candidates.jsonl"
    written.write_text(json.dumps({"task": "one", "text": "return 1"}))
    return written


def test_the_configuration_names_the_source_of_the_rounds(file: Path, tmp_path: Path) -> None:
    def made(**sampling: object) -> object:
        return source_of_rounds(a_config(sampling=sampling), tmp_path / "log", print)

    assert isinstance(made(), LocalSource)
    assert isinstance(made(candidates=str(file)), RecordedSource)
    assert isinstance(made(endpoint=ENDPOINT), EndpointSource)


def test_benchmarks_are_sampled_from_the_weights_here(file: Path, tmp_path: Path) -> None:
    """What is promoted is what lies here, wherever the rounds' candidates come from."""
    for sampling in ({"candidates": str(file)}, {"endpoint": ENDPOINT}):
        assert isinstance(source_of_suites(a_config(sampling=sampling), tmp_path / "log", print), LocalSource)


def test_what_a_person_should_know_of_the_source_is_told(file: Path, tmp_path: Path) -> None:
    def told(rounds: int = 1, **sampling: object) -> str:
        return check_source(a_config(sampling=sampling, rounds=rounds), TASKS, tmp_path / "log")

    assert told() == ""
    assert told(n=1, candidates=str(file)) == f"{file}: 1 of 1 recorded candidates used, 1 asked for are not there."
    assert told(n=1, candidates=str(file), rounds=2).endswith("Every round reads the same: more than one brings nothing.")
    assert "adapters are not sent" in told(endpoint=ENDPOINT)


@pytest.mark.parametrize(
    "sampling",
    [{"candidates": "missing.jsonl"}, {"endpoint": {**ENDPOINT, "url": "ftp://nowhere"}}],
    ids=["no file", "no address"],
)
def test_a_source_that_cannot_be_used_is_refused_at_the_start(paths: RunPaths, store: RunStore, sampling: dict[str, Any]) -> None:
    with pytest.raises(RolloutError) as caught:
        engine_of(paths, store, TASKS, **sampling)
    assert caught.value.hint


def test_a_file_of_other_tasks_is_refused(paths: RunPaths, store: RunStore, file: Path) -> None:
    with pytest.raises(RecordedError, match="no candidate of any"):
        engine_of(paths, store, TASKS[1:], candidates=str(file))


def test_what_is_drawn_already_needs_no_source(paths: RunPaths, store: RunStore) -> None:
    for index in (1, 2, 3):
        store.state(f"drawn:round-{index}", {"candidates": 2})
    assert isinstance(engine_of(paths, store, TASKS, candidates="missing.jsonl"), Engine)
