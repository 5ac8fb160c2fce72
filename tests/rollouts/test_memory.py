"""The prediction of memory, held against what mlx-lm's models and caches and our own batch really take."""

import gc
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlx_lm.models.cache import make_prompt_cache

from rollouts import layout, reading, rows
from rollouts.batch import open_batch
from rollouts.decode import FEWEST_ROWS as DECODED_AT_LEAST
from rollouts.decode import PromptJob, decode
from rollouts.device import mx, nn, trees
from rollouts.identity import SamplingParameters
from rollouts.memory import (
    FEWEST_COLUMNS,
    FEWEST_ROWS,
    GROWTH,
    PREFILL_TOKENS,
    SHARE,
    Loaded,
    Sampling,
    largest_batch,
    longest_reply,
    predict,
    prompt_bytes,
    reply_bytes,
    stored_bytes,
    weight_bytes,
)
from rollouts.policy import Policy
from rollouts.shape import shape_of

COMMON = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 300,
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
}
DELTA = {
    "linear_num_value_heads": 4,
    "linear_num_key_heads": 2,
    "linear_key_head_dim": 16,
    "linear_value_head_dim": 24,
    "linear_conv_kernel_dim": 4,
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 48}
CONFIGS: dict[str, dict[str, Any]] = {
    "llama": COMMON,
    "windowed llama": {
        **COMMON,
        "model_type": "llama",
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "sliding_window": 16,
    },
    "wide heads": {**COMMON, "model_type": "llama", "head_dim": 32, "tie_word_embeddings": False},
    "gemma3_text": {**COMMON, "head_dim": 16, "sliding_window": 16, "sliding_window_pattern": 2, "query_pre_attn_scalar": 16},
    "qwen3_5": {"model_type": "qwen3_5", "text_config": {**COMMON, **DELTA, "head_dim": 16, "full_attention_interval": 2}},
    "qwen3_next": {
        **COMMON, **DELTA, **EXPERTS, "head_dim": 16, "full_attention_interval": 2, "decoder_sparse_step": 1,
        "mlp_only_layers": [], "shared_expert_intermediate_size": 32, "rope_theta": 1e4, "partial_rotary_factor": 0.25,
    },
    "qwen3_moe": {
        **COMMON, **EXPERTS, "head_dim": 16, "decoder_sparse_step": 1, "mlp_only_layers": [1], "norm_topk_prob": True,
        "rope_theta": 1e4,
    },
    "granitemoehybrid": {
        **COMMON, "layer_types": ["mamba", "attention"] * 2, "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_d_state": 8,
        "mamba_d_conv": 4, "mamba_n_groups": 1, "mamba_conv_bias": True, "mamba_proj_bias": False, "attention_bias": False,
        "embedding_multiplier": 1.0, "attention_multiplier": 1.0, "logits_scaling": 1.0, "residual_multiplier": 1.0,
    },
    "lfm2": {
        **COMMON, "norm_eps": 1e-5, "conv_bias": False, "conv_L_cache": 3, "block_dim": 64, "block_ff_dim": 96,
        "block_multiple_of": 1, "block_ffn_dim_multiplier": 1.0, "block_auto_adjust_ff_dim": False, "rope_theta": 1e4,
        "full_attn_idxs": [1, 3], "layer_types": ["conv", "full_attention"] * 2,
    },
}  # fmt: skip


def build(name: str) -> tuple[Any, dict[str, Any]]:
    config = {"model_type": name, **CONFIGS[name]}
    module = import_module(f"mlx_lm.models.{config['model_type']}")
    return module.Model(module.ModelArgs.from_dict(config)), config


VIEWS = ("granitemoehybrid", "lfm2", "qwen3_next")
"""Models whose state is a view of the last tokens read: it keeps the whole piece alive as long as the prompt is in use."""


@pytest.mark.parametrize("name", CONFIGS)
def test_a_prompt_takes_what_was_predicted(name: str) -> None:
    """In mlx-lm's own cache, to the byte, in fp32 as these models are made."""
    model, config = build(name)
    cache = make_prompt_cache(model)
    mx.eval(model(mx.arange(40)[None], cache=cache))
    # While a prompt is read mlx-lm rounds the length up, and a window holds the tokens of the piece too; not when it is merged.
    assert sum(type(layer).merge([layer]).nbytes for layer in cache) == prompt_bytes(shape_of(config), 40, 4)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_batch_takes_what_was_predicted(name: str) -> None:
    """Of MLX's memory, but for the arrays of a few numbers that say who may see what."""
    model, config = build(name)
    mx.eval(model.parameters())
    gc.collect()  # what other tests left is not to go in between
    before = mx.get_active_memory()
    batch = open_batch(model, ())
    first, second = batch.open([5] * 41), batch.open([7] * 41)
    batch.seat(np.arange(3), first)
    batch.seat(np.arange(3, 8), second)
    for _ in range(3):
        mx.eval(batch.step(np.zeros(8, np.int64), 1))
    shape = shape_of(config)
    taken = mx.get_active_memory() - before
    predicted = 8 * reply_bytes(shape, FEWEST_COLUMNS, 4) + 2 * prompt_bytes(shape, 40, 4)
    if name in VIEWS:
        assert predicted <= taken <= predicted + 2 * 201 * 4 * sum(4 * 64 for layer in shape.layers if layer.state_values)
    else:
        assert taken == pytest.approx(predicted, rel=0.06)


@pytest.mark.parametrize(("count", "prompt", "new"), [(8, 60, 8), (16, 600, 3), (24, 20, 70)])
def test_the_peak_of_sampling_lies_below_the_prediction(count: int, prompt: int, new: int, tiny_policy: Policy) -> None:
    """And not far below: a prediction of anything would be safe too. What numpy takes for the draws MLX does not count."""
    model, config = build("llama")
    mx.eval(model.parameters())
    policy = replace(tiny_policy, model=model, stop_tokens=frozenset())
    keys = [tuple(f"{8 * task + index:032x}" for index in range(4)) for task in range(count // 2)]
    jobs = [PromptJob(tuple(5 + (task + i) % 50 for i in range(prompt)), key, key) for task, key in enumerate(keys)]
    gc.collect()
    before = mx.get_active_memory()
    mx.reset_peak_memory()
    assert len(list(decode(policy, jobs, SamplingParameters(1.0, 1.0, new), max_rows=count))) == 4 * len(jobs)
    predicted = predict(Loaded(config, dequantised=True), Sampling(prompt, new, 4), rows=count)
    assert 0.4 < (mx.get_peak_memory() - before) / (predicted.cache + predicted.work) < 1


def test_the_sizes_that_others_decide() -> None:
    assert PREFILL_TOKENS == reading.PREFILL_TOKENS
    assert FEWEST_ROWS == DECODED_AT_LEAST
    assert FEWEST_COLUMNS == layout.FEWEST_COLUMNS
    assert GROWTH == rows.GROWTH
    assert [Sampling(1, new).columns for new in (1, 64, 65, 97, 4096)] == [64, 64, 96, 144, 5530]


@pytest.mark.parametrize("name", CONFIGS)
def test_the_weights_are_counted(name: str) -> None:
    """From the config alone, to three parts in a hundred: biases, norms and convolutions are left out."""
    model, config = build(name)
    weights = dict(trees.tree_flatten(model.parameters()))
    if name == "gemma3_text":  # made with a head that it drops when it loads
        del weights["lm_head.weight"]
    counted = sum(weight.size for weight in weights.values())
    assert shape_of(config).parameters == pytest.approx(counted, rel=0.03)
    assert weight_bytes(Loaded(config, dequantised=True)) == 4 * shape_of(config).parameters


def test_the_weights_of_a_quantised_model_are_counted(tmp_path: Path) -> None:
    model, config = build("llama")
    nn.quantize(model, group_size=32, bits=4)
    weights = dict(trees.tree_flatten(model.parameters()))
    mx.save_safetensors(str(tmp_path / "model.safetensors"), weights)
    config["quantization"] = {"group_size": 32, "bits": 4}
    stored = stored_bytes(tmp_path)
    assert weight_bytes(Loaded(config, stored=stored)) == stored
    # Here scales and biases are of fp32, a real model's of half precision: 8 bytes a group in place of 4.
    assert weight_bytes(Loaded(config)) * 6 / 5 == pytest.approx(sum(weight.nbytes for weight in weights.values()), rel=0.03)
    assert weight_bytes(Loaded(config, dequantised=True, stored=stored)) == 4 * shape_of(config).parameters


MISTRAL = {
    "model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "vocab_size": 32768, "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}  # fmt: skip
QUANTISED = {**MISTRAL, "quantization": {"group_size": 64, "bits": 4}}


def test_figures_that_are_known() -> None:
    """Mistral 7B v0.3 has 7.25 billion weights, and 128 KiB of keys and values a token in half precision."""
    assert shape_of(MISTRAL).parameters == pytest.approx(7.248e9, rel=0.002)
    assert weight_bytes(Loaded(QUANTISED)) == pytest.approx(4.08e9, rel=0.01)
    assert reply_bytes(shape_of(MISTRAL), 1, 2) == 128 * 1024
    assert Loaded(QUANTISED).width == 2
    assert Loaded({**MISTRAL, "torch_dtype": "float32"}).width == Loaded(QUANTISED, dequantised=True).width == 4


def test_weights_that_are_dequantised_are_there_twice_for_a_moment() -> None:
    tiny = predict(Loaded(QUANTISED, dequantised=True), Sampling(1, 1), rows=2)
    assert tiny.cache + tiny.work == weight_bytes(Loaded(QUANTISED))
    assert tiny.weights == 4 * shape_of(QUANTISED).parameters
    assert predict(Loaded(QUANTISED), Sampling(1, 1), rows=2).work < 20_000_000


def test_latent_attention_keeps_one_compressed_head() -> None:
    config = {**MISTRAL, "kv_lora_rank": 512, "qk_rope_head_dim": 64}
    assert reply_bytes(shape_of(config), 1, 2) == 32 * (512 + 64) * 2


sizes = st.builds(Sampling, st.integers(1, 4000), st.integers(1, 4096), st.integers(1, 16))


@given(sizes, st.integers(4, 200), st.integers(2, 256))
def test_the_largest_batch_fits_and_one_more_does_not(asked: Sampling, gigabytes: int, most: int) -> None:
    model, memory = Loaded(QUANTISED), gigabytes * 10**9
    found = largest_batch(model, asked, memory, most=most)
    assert found == 0 or FEWEST_ROWS <= found <= most
    if found:
        assert predict(model, asked, rows=found).total <= SHARE * memory
    if found < most:
        assert predict(model, asked, rows=max(found + 1, FEWEST_ROWS)).total > SHARE * memory


@given(sizes, st.integers(4, 40), st.integers(2, 64))
def test_the_longest_reply_fits_and_one_more_token_does_not(asked: Sampling, gigabytes: int, count: int) -> None:
    model, memory = Loaded(QUANTISED), gigabytes * 10**9
    found = longest_reply(model, asked, memory, most=4096, rows=count)
    if found:
        assert predict(model, replace(asked, max_new_tokens=found), rows=count).total <= SHARE * memory
    if found < 4096:
        assert predict(model, replace(asked, max_new_tokens=found + 1), rows=count).total > SHARE * memory


def test_more_memory_never_means_fewer_rows() -> None:
    asked = Sampling(500, 1024, 8)
    found = [largest_batch(Loaded(QUANTISED), asked, gigabytes * 10**9, most=64) for gigabytes in range(4, 64, 4)]
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] == 64


@pytest.mark.parametrize("missing", ["hidden_size", "num_hidden_layers", "vocab_size", "num_attention_heads"])
def test_a_config_without_sizes_is_no_guess(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        predict(Loaded({name: value for name, value in MISTRAL.items() if name != missing}), Sampling(10, 10), rows=2)
