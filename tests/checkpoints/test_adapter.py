"""Adapter folders: whole or refused, known by what is in them."""

import json
from pathlib import Path

import pytest

from checkpoints.adapter import CONFIG, WEIGHTS, adapter_hash, install, lora_config, verify, write_config
from checkpoints.errors import CheckpointError


def make(folder: Path, weights: bytes = b"weights", rank: int = 8) -> Path:
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(weights)
    write_config(folder, lora_config(num_layers=2, rank=rank, scale=20.0, dropout=0.0))
    return folder


def test_the_configuration_is_mlx_lms(tmp_path: Path) -> None:
    assert json.loads((make(tmp_path / "a") / CONFIG).read_text()) == {
        "fine_tune_type": "lora",
        "num_layers": 2,
        "lora_parameters": {"rank": 8, "scale": 20.0, "dropout": 0.0},
    }


def test_the_hash_is_of_weights_and_configuration(tmp_path: Path) -> None:
    first = adapter_hash(make(tmp_path / "a"))
    assert adapter_hash(make(tmp_path / "b")) == first
    assert adapter_hash(make(tmp_path / "c", weights=b"weightz")) != first
    assert adapter_hash(make(tmp_path / "d", rank=4)) != first
    (tmp_path / "a" / "notes.txt").write_text("no part of the adapter")
    assert adapter_hash(tmp_path / "a") == first


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path / "a")
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=rf"not a whole adapter: {name} is missing") as caught:
        adapter_hash(folder)
    assert caught.value.hint


def test_a_missing_folder_is_not_a_whole_adapter(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="not a whole adapter"):
        verify(tmp_path / "nothing", "0" * 32)


def test_install_moves_and_hashes(tmp_path: Path) -> None:
    finished = make(tmp_path / ".sft.partial")
    expected = adapter_hash(finished)
    target = tmp_path / "adapters" / "sft"
    assert install(finished, target) == expected
    verify(target, expected)
    assert not finished.exists()


def test_install_replaces_a_leftover_whole(tmp_path: Path) -> None:
    target = make(tmp_path / "sft", weights=b"left by a kill")
    (target / "other.txt").write_text("left as well")
    digest = install(make(tmp_path / ".sft.partial"), target)
    assert adapter_hash(target) == digest
    assert {path.name for path in target.iterdir()} == {WEIGHTS, CONFIG}


def test_install_refuses_half_an_adapter_and_keeps_the_target(tmp_path: Path) -> None:
    target = make(tmp_path / "sft")
    half = make(tmp_path / ".sft.partial", weights=b"new")
    (half / CONFIG).unlink()
    before = adapter_hash(target)
    with pytest.raises(CheckpointError):
        install(half, target)
    verify(target, before)


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
def test_verify_sees_one_flipped_bit(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path / "a")
    recorded = adapter_hash(folder)
    verify(folder, recorded)
    content = bytearray((folder / name).read_bytes())
    content[3] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=f"has changed since it was recorded .* recorded {recorded}") as caught:
        verify(folder, recorded)
    assert caught.value.hint
