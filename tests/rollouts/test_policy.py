"""What a model folder must hold to be loaded, and what a policy then is."""

import json
import shutil
from pathlib import Path

import pytest

from rollouts.errors import ModelError
from rollouts.policy import Policy, load_policy


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def test_a_policy_knows_what_ends_a_reply(tiny_policy: Policy) -> None:
    assert tiny_policy.stop_tokens == {0}
    assert tiny_policy.tokenizer.decode([0]) == "<|end|>"


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_file_is_an_error_with_a_next_step(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"{ damaged")
    with pytest.raises(ModelError, match="could not be loaded") as caught:
        load_policy(copy)
    assert caught.value.hint


def test_a_model_without_a_chat_template_is_refused(copy: Path) -> None:
    file = copy / "tokenizer_config.json"
    settings = json.loads(file.read_text())
    del settings["chat_template"]
    file.write_text(json.dumps(settings))
    with pytest.raises(ModelError, match="no chat template") as caught:
        load_policy(copy)
    assert "instruct" in caught.value.hint
