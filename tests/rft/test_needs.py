"""What a recipe needs, told before it runs: held against the layers, the trainer and the peaks that are really there."""

import gc
import json
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rft.config import RftConfig, load_config
from rft.linears import linears_of
from rft.needs import PROMPT_TOKENS, longest_row, model_facts, needs_of
from rft.recipes import recipe_names
from rft.sections import TrainingConfig
from rft.training import loss
from rft.training.checkpointing import checkpoint_blocks
from rft.training.layers import make_trainable
from rft.training.objective import sft_objective
from rft.training.rows import EncodedRow
from rft.training.trainer import Trainer
from rft.training_memory import CHUNK_LOGITS, trained_weights, training_memory
from rollouts.device import mx, trees
from rollouts.memory import PROCESS_BYTES, Loaded, weight_bytes
from rollouts.shape import shape_of

COMMON = {
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
    "vocab_size": 300, "rms_norm_eps": 1e-5, "max_position_embeddings": 4096, "tie_word_embeddings": True, "dtype": "float32",
}  # fmt: skip
DELTA = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 16, "linear_value_head_dim": 24,
    "linear_conv_kernel_dim": 4, "full_attention_interval": 2, "head_dim": 16,
}  # fmt: skip
EXPERTS = {
    "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 48, "shared_expert_intermediate_size": 32,
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "llama": {**COMMON, "model_type": "llama"},
    "mistral": {**COMMON, "model_type": "mistral", "head_dim": 32, "tie_word_embeddings": False},
    "qwen3_5": {"model_type": "qwen3_5", "dtype": "float32", "text_config": {**COMMON, **DELTA, "model_type": "qwen3_5_text"}},
    "qwen3_5_moe": {
        "model_type": "qwen3_5_moe",
        "dtype": "float32",
        "text_config": {**COMMON, **DELTA, **EXPERTS, "model_type": "qwen3_5_moe_text"},
    },
}
ATTENTION = ("self_attn.q_proj", "self_attn.o_proj")
GB = 10**9


def built(family: str) -> Any:
    """mlx-lm's own model of that family, tiny and random."""
    module = import_module(f"mlx_lm.models.{'llama' if family == 'mistral' else family}")
    mx.random.seed(1)
    return module.Model(module.ModelArgs.from_dict(CONFIGS[family]))


def numbers(tree: Any) -> int:
    return sum(value.size for _, value in trees.tree_flatten(tree))


@pytest.mark.parametrize("family", CONFIGS)
@pytest.mark.parametrize(
    "settings",
    [{}, {"rank": 3, "num_layers": 2}, {"keys": ATTENTION}, {"method": "dora", "keys": ATTENTION}],
    ids=["all", "last two", "keys", "dora"],
)
def test_the_trained_weights_are_counted_exactly(family: str, settings: dict[str, Any]) -> None:
    config, model = TrainingConfig(**settings), built(family)
    make_trainable(model, config, seed=0)
    assert trained_weights(Loaded(CONFIGS[family]), config) == numbers(model.trainable_parameters())


@pytest.mark.parametrize("family", CONFIGS)
def test_linear_layers_have_the_names_that_are_there(family: str) -> None:
    for told, block in zip(linears_of(CONFIGS[family]), built(family).layers, strict=True):
        there = {name for name, module in block.named_modules() if "weight" in module and module["weight"].ndim > 1}
        assert {linear.name for linear in told} == there - {"linear_attn.conv1d"}


def test_full_training_counts_all_weights() -> None:
    told = trained_weights(Loaded(CONFIGS["llama"]), TrainingConfig(method="full"))
    assert told == pytest.approx(numbers(built("llama").parameters()), rel=0.03)


@given(st.integers(16, 4000), st.integers(1, 8), st.booleans())
def test_more_is_never_less(tokens: int, batch_size: int, checkpointing: bool) -> None:
    model = Loaded(CONFIGS["llama"])

    def total(tokens: int, **settings: Any) -> int:
        return training_memory(model, TrainingConfig(checkpoint_gradients=checkpointing, **settings), tokens=tokens).total

    here = total(tokens, batch_size=batch_size)
    assert here <= total(tokens + 1, batch_size=batch_size)
    assert here <= total(tokens, batch_size=batch_size + 1)
    assert here <= total(tokens, batch_size=batch_size, rank=64)
    assert here <= total(tokens, batch_size=batch_size, evaluate_every=1)
    assert total(tokens, batch_size=batch_size, num_layers=1) <= here


def test_checkpointing_and_a_quantised_base_need_less() -> None:
    facts = model_facts("mlx-community/Mistral-7B-Instruct-v0.3-4bit")
    assert facts is not None
    kept = training_memory(Loaded(facts.config), TrainingConfig(), tokens=4096)
    forgotten = training_memory(Loaded(facts.config), TrainingConfig(checkpoint_gradients=True), tokens=4096)
    assert forgotten.activations < kept.activations / 4
    assert weight_bytes(Loaded(facts.config)) < weight_bytes(Loaded(facts.config, dequantised=True)) / 6


def test_the_chunk_of_logits_is_the_trainers() -> None:
    assert CHUNK_LOGITS == loss.CHUNK_LOGITS


def peak_of_a_step(family: str, config: TrainingConfig, tokens: int) -> int:
    """Bytes of MLX's peak over what was there before."""
    model = built(family)
    make_trainable(model, config, seed=0)
    mx.eval(model.parameters())
    if config.checkpoint_gradients:
        checkpoint_blocks(model)
    rows = [EncodedRow(tuple(range(1, tokens + 1)), ((100, tokens),)) for _ in range(config.batch_size)]
    gc.collect()
    mx.clear_cache()
    before = mx.get_active_memory() - sum(value.nbytes for _, value in trees.tree_flatten(model.parameters()))
    mx.reset_peak_memory()
    Trainer(model, rows, config, objective=sft_objective, seed=0, validate=lambda: 0.0).train(lambda _report: None)
    return int(mx.get_peak_memory() - before)


@pytest.mark.parametrize("checkpointing", [False, True], ids=["kept", "checkpointed"])
@pytest.mark.parametrize("family", ["llama", "qwen3_5"])
def test_a_step_peaks_between_half_the_prediction_and_the_prediction(family: str, checkpointing: bool) -> None:
    """With models small enough that activations are most of it."""
    config = TrainingConfig(rank=4, batch_size=2, steps=1, checkpoint_gradients=checkpointing)
    peak = peak_of_a_step(family, config, 257)
    predicted = training_memory(Loaded(CONFIGS[family]), config, tokens=257).total - PROCESS_BYTES
    assert peak <= predicted <= 2 * peak, f"peak {peak / 1e6:.1f} MB, predicted {predicted / 1e6:.1f} MB"


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("mlx-community/Mistral-7B-Instruct-v0.3-4bit", 7.25), ("mlx-community/Qwen3.5-2B-4bit", 1.9),
        ("mlx-community/Qwen3.5-4B-4bit", 4.2), ("mlx-community/Qwen3.5-9B-4bit", 8.95),
        ("mlx-community/Qwen3.5-35B-A3B-4bit", 34.7), ("smollm2", 0.1345),
    ],
)  # fmt: skip
def test_the_table_of_models_has_their_sizes(name: str, billions: float) -> None:
    table = json.loads((resources.files("rft.recipes") / "models.json").read_text())
    assert shape_of(table[name]["config"]).parameters / 1e9 == pytest.approx(billions, rel=0.02)


@pytest.mark.parametrize("name", recipe_names())
def test_of_every_recipe_the_needs_are_known(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RFT_CACHE", str(tmp_path))
    config = load_config(None, name, {})
    told = needs_of(config, memory=10**15, free_disk=10**15, dequantised=False)
    assert told is not None
    assert told.fits
    assert told.rows_here == 64
    facts = model_facts(config.model)
    assert facts is not None
    assert not facts.at_hand
    assert told.disk > facts.files
    assert min(told.sampling, told.training) > weight_bytes(Loaded(facts.config)) + PROCESS_BYTES


def test_what_is_lacking_is_named() -> None:
    config = load_config(None, "qwen3.5-4b", {})

    def lacking(memory: int, free_disk: int) -> tuple[str, ...]:
        told = needs_of(config, memory=memory, free_disk=free_disk, dequantised=False)
        assert told is not None
        assert told.fits == (not told.lacking)
        return told.lacking

    assert lacking(64 * GB, 100 * GB) == ()
    assert lacking(8 * GB, 100 * GB) == ("training",)
    assert lacking(2 * GB, GB) == ("sampling", "training", "disk")


def test_a_model_on_this_machine_is_looked_at(tiny_model: Path) -> None:
    facts = model_facts(str(tiny_model))
    assert facts is not None
    assert facts.at_hand
    assert facts.files == (tiny_model / "model.safetensors").stat().st_size
    table = json.loads((resources.files("rft.recipes") / "models.json").read_text())["tiny-random"]["config"]
    assert {key: facts.config[key] for key in table.keys() - {"dtype"}} == {key: table[key] for key in table.keys() - {"dtype"}}
    here = needs_of(RftConfig(model=str(tiny_model)), memory=GB, free_disk=GB, dequantised=True)
    assert here is not None
    assert here.disk < 250_000_000


def test_of_an_unknown_model_nothing_is_told() -> None:
    assert model_facts("somebody/their-model") is None
    assert needs_of(RftConfig(model="somebody/their-model"), memory=GB, free_disk=GB, dequantised=True) is None


def test_the_longest_row_is_the_limit_where_it_was_set() -> None:
    assert longest_row(RftConfig.model_validate({"sampling": {"max_new_tokens": 80}})) == PROMPT_TOKENS + 80
    set_limit = {"sampling": {"max_new_tokens": 80}, "training": {"max_row_tokens": 8192}}
    assert longest_row(RftConfig.model_validate(set_limit)) == 8192
