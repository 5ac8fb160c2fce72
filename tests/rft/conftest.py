"""What the tests of the loop share: a model cache with the tiny model in it, and one finished run of the real loop."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from rft.config import QUICKSTART, load_config
from rft.run import start
from rft.store import RunPaths, RunStore, open_for_writing
from tests.rft.world import write_workspace


@pytest.fixture(scope="session")
def cache(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A model cache for this session, known to every child by RFT_CACHE."""
    folder = tmp_path_factory.mktemp("cache")
    shutil.copytree(tiny_model, folder / "models" / "tiny-random")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RFT_CACHE", str(folder))
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        yield folder


@pytest.fixture(scope="session")
def finished(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> RunPaths:
    """A run that went to its end without a kill. Tests must not change it. Its workspace is `finished.workspace`."""
    assert os.environ["RFT_CACHE"] == str(cache)
    paths = RunPaths(write_workspace(tmp_path_factory.mktemp("finished")), "tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(paths.workspace)
        start(load_config(Path("rft.toml"), QUICKSTART, {}), paths, Console(file=io.StringIO()))
    return paths


@pytest.fixture
def in_finished(finished: RunPaths, monkeypatch: pytest.MonkeyPatch) -> RunPaths:
    """The finished run, from inside its workspace, where its relative paths hold."""
    monkeypatch.chdir(finished.workspace)
    return finished


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path, "test")


@pytest.fixture
def store(paths: RunPaths) -> Iterator[RunStore]:
    """An empty store, opened as its writer."""
    with open_for_writing(paths) as opened:
        yield opened
