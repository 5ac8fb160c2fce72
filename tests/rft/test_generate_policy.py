"""Who is asked: a bare base, the installed adapter on the model that it was trained on, or one that is named."""

import json
from pathlib import Path

import pytest

from checkpoints.adapter import CONFIG, WEIGHTS, adapter_hash
from checkpoints.errors import CheckpointError
from checkpoints.latest import promote
from rft.errors import InputError
from rft.generating.policy import choose
from rft.store import RunPaths, open_for_writing
from tests.rft.world import a_config

HERE = 'model = "other"\nsystem_prompt = "Of the file."\nseed = 7\n[sampling]\ntemperature = 0.1\nthinking = true\n'


def make_adapter(folder: Path, **config: object) -> Path:
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"weights")
    (folder / CONFIG).write_text(json.dumps({"fine_tune_type": "lora", **config}))
    return folder


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run named `mine` with two adapters, none of which is installed."""
    monkeypatch.chdir(tmp_path)
    paths = RunPaths(tmp_path, "mine")
    config = a_config(model="tiny-random", system_prompt="Of the run.", seed=3, sampling={"temperature": 0.6})
    with open_for_writing(paths) as store:
        store.state("config", config.model_dump())
        for stage in ("sft", "round-1"):
            store.state(f"adapter:{stage}", {"digest": adapter_hash(make_adapter(paths.adapter(stage)))})
    paths.events.write_text("{}\n")
    return tmp_path


def refusal(model: str | None, adapter: str | None, workspace: Path) -> str:
    with pytest.raises(InputError) as raised:
        choose(model, adapter, workspace)
    assert raised.value.exit_code == 2
    return f"{raised.value} {raised.value.hint}"


def test_the_installed_adapter_brings_what_its_run_was_made_with(workspace: Path) -> None:
    promote(workspace / "adapters" / "latest", workspace / "runs" / "mine" / "adapters" / "sft")
    chosen = choose(None, None, workspace)
    assert (chosen.model, chosen.system, chosen.seed) == ("tiny-random", "Of the run.", 3)
    assert chosen.parameters.temperature == 0.6
    assert chosen.adapter is not None
    assert chosen.adapter.resolve() == workspace / "runs" / "mine" / "adapters" / "sft"
    Path("rft.toml").write_text(HERE)
    chosen = choose(None, None, workspace)
    assert (chosen.model, chosen.system, chosen.seed) == ("tiny-random", "Of the run.", 7)
    assert (chosen.parameters.temperature, chosen.parameters.thinking) == (0.1, False)


def test_a_bare_base_is_asked_as_the_file_here_says(workspace: Path) -> None:
    chosen = choose("tiny-random", None, workspace)
    assert (chosen.model, chosen.adapter, chosen.system, chosen.parameters.temperature) == ("tiny-random", None, None, 0.8)
    Path("rft.toml").write_text(HERE)
    chosen = choose("tiny-random", None, workspace)
    assert (chosen.model, chosen.system, chosen.parameters.thinking) == ("tiny-random", "Of the file.", True)


@pytest.mark.parametrize("name", ["round-1", "mine/round-1", "runs/mine/adapters/round-1", "{}/runs/mine/adapters/round-1"])
def test_an_adapter_has_names(workspace: Path, name: str) -> None:
    chosen = choose(None, name.format(workspace), workspace)
    assert chosen.adapter is not None
    assert chosen.adapter.resolve() == workspace / "runs" / "mine" / "adapters" / "round-1"
    assert chosen.model == "tiny-random"
    assert choose("another", name.format(workspace), workspace).model == "another"


def test_a_model_beside_the_run_is_found_from_elsewhere(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_for_writing(RunPaths(workspace, "mine")) as store:
        store.state("config", a_config(model="base").model_dump())
    (workspace / "base").mkdir()
    (workspace / "elsewhere").mkdir()
    monkeypatch.chdir(workspace / "elsewhere")
    assert choose(None, "../runs/mine/adapters/sft", Path.cwd()).model == str(workspace / "base")


def test_what_mlx_lm_noted_names_the_model(workspace: Path) -> None:
    make_adapter(workspace / "foreign", model="owner/base")
    assert choose(None, "foreign", workspace).model == "owner/base"
    make_adapter(workspace / "silent")
    assert "--model" in refusal(None, "silent", workspace)
    assert choose("tiny-random", "silent", workspace).model == "tiny-random"


@pytest.mark.parametrize("note", ["{broken", '["x"]', "\ud800"])
def test_a_note_that_cannot_be_read(workspace: Path, note: str) -> None:
    make_adapter(workspace / "foreign", model="owner/base")
    (workspace / "foreign" / "adapter_config.json").write_bytes(note.encode("utf-8", "surrogatepass"))
    assert "foreign is not an adapter: its adapter_config.json cannot be read" in refusal(None, "foreign", workspace)


def test_an_adapter_that_is_not_there(workspace: Path) -> None:
    words = refusal(None, None, workspace)
    assert "adapters/latest" in words
    assert "--model" in words
    assert "--adapter sft" in words
    assert "mine/round-1, mine/sft" in refusal(None, "nowhere", workspace)
    (workspace / "half").mkdir()
    assert f"{WEIGHTS} is missing" in refusal(None, "half", workspace)


def test_a_link_to_nothing(workspace: Path) -> None:
    (workspace / "adapters").mkdir()
    (workspace / "adapters" / "latest").symlink_to("../runs/gone/adapters/sft")
    for adapter in (None, "latest"):
        assert "points at ../runs/gone/adapters/sft" in refusal(None, adapter, workspace)


def test_an_adapter_that_changed_is_refused(workspace: Path) -> None:
    with (workspace / "runs" / "mine" / "adapters" / "sft" / WEIGHTS).open("ab") as weights:
        weights.write(b"more")
    with pytest.raises(CheckpointError, match="has changed"):
        choose(None, "sft", workspace)
