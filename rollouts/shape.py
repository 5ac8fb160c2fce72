"""The sizes of a model as its config.json tells them: its layers, what each keeps of the past, how many weights it has.

For the families that mlx-lm writes as dense or mixture-of-experts transformers, with full, windowed or recurrent layers (gated
delta nets, Mamba 2, short convolutions). What is not known of a layer is taken for full attention, which keeps the most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Config = Mapping[str, Any]
"""A model's config.json."""
RECURRENT = ("linear_attention", "mamba", "conv")
WINDOWED = ("sliding_attention", "sliding_window_attention")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer keeps of one row's past.

    `token_values` numbers for each token, of the last `window` tokens only where that is set; `state_values` numbers that do
    not grow, of which `wide_values` are kept in fp32 whatever the weights are.
    """

    token_values: int = 0
    window: int | None = None
    state_values: int = 0
    wide_values: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's sizes. `head_values` is what the queries of one token take, `inner_values` the widest layer inside a block."""

    layers: tuple[Layer, ...]
    hidden: int
    vocabulary: int
    heads: int
    head_values: int
    inner_values: int
    parameters: int


def shape_of(config: Config) -> Shape:
    """Read a config.json. Raises KeyError when it names no hidden size, layers, heads or vocabulary."""
    text = text_config(config)
    kinds = _kinds(text)
    attention, recurrent = _attention_weights(text), _recurrent_weights(text)
    blocks = sum(recurrent if kind in RECURRENT else attention for kind in kinds)
    blocks += sum(_mlp_weights(text, i) for i in range(len(kinds)))
    tables = 1 if text.get("tie_word_embeddings", config.get("tie_word_embeddings", True)) else 2
    return Shape(
        layers=tuple(_layer(text, kind) for kind in kinds),
        hidden=text["hidden_size"],
        vocabulary=text["vocab_size"],
        heads=text["num_attention_heads"],
        head_values=text["num_attention_heads"] * _head_size(text),
        inner_values=_inner(text),
        parameters=tables * text["vocab_size"] * text["hidden_size"] + blocks,
    )


def text_config(config: Config) -> Config:
    """The language model's part of a config that also describes others."""
    part: Config = config.get("text_config") or config
    return part


def _head_size(text: Config) -> int:
    return int(text.get("head_dim") or text["hidden_size"] // text["num_attention_heads"])


def _kv_heads(text: Config) -> int:
    return int(text.get("num_key_value_heads") or text["num_attention_heads"])


def _kinds(text: Config) -> list[str]:
    """The kind of every layer, in the words of `layer_types`."""
    count = text["num_hidden_layers"]
    if types := text.get("layer_types"):
        return [str(kind) for kind in types[:count]]
    if "linear_num_value_heads" in text:
        interval = text.get("full_attention_interval", 4)
        return ["full_attention" if (i + 1) % interval == 0 else "linear_attention" for i in range(count)]
    if pattern := text.get("sliding_window_pattern"):
        return ["full_attention" if (i + 1) % pattern == 0 else "sliding_attention" for i in range(count)]
    return ["full_attention"] * count


def _layer(text: Config, kind: str) -> Layer:
    if kind in RECURRENT:
        return _recurrent_layer(text, kind)
    if "kv_lora_rank" in text:  # latent attention keeps one compressed head
        return Layer(token_values=text["kv_lora_rank"] + text["qk_rope_head_dim"])
    window = text.get("sliding_window") if kind in WINDOWED else None
    return Layer(token_values=2 * _kv_heads(text) * _head_size(text), window=window)


def _recurrent_layer(text: Config, kind: str) -> Layer:
    if kind == "conv":
        return Layer(state_values=(text["conv_L_cache"] - 1) * text["hidden_size"])
    if kind == "mamba":
        inner, groups = _mamba_sizes(text)
        state = text["mamba_n_heads"] * text["mamba_d_head"] * text["mamba_d_state"]
        return Layer(state_values=(text["mamba_d_conv"] - 1) * (inner + groups) + state)
    keys, values = _delta_sizes(text)
    state = text["linear_num_value_heads"] * text["linear_value_head_dim"] * text["linear_key_head_dim"]
    return Layer(state_values=(text.get("linear_conv_kernel_dim", 4) - 1) * (2 * keys + values), wide_values=state)


def _delta_sizes(text: Config) -> tuple[int, int]:
    keys = text["linear_num_key_heads"] * text["linear_key_head_dim"]
    return keys, text["linear_num_value_heads"] * text["linear_value_head_dim"]


def _mamba_sizes(text: Config) -> tuple[int, int]:
    return text["mamba_n_heads"] * text["mamba_d_head"], 2 * text["mamba_n_groups"] * text["mamba_d_state"]


def _attention_weights(text: Config) -> int:
    hidden, size = text["hidden_size"], _head_size(text)
    queries = text["num_attention_heads"] * size
    gated = 2 if "linear_num_value_heads" in text else 1  # Qwen3-Next and 3.5 gate the output of their attention
    return int(hidden * (gated * queries + 2 * _kv_heads(text) * size) + queries * hidden)


def _recurrent_weights(text: Config) -> int:
    hidden = text["hidden_size"]
    if "linear_num_value_heads" in text:
        keys, values = _delta_sizes(text)
        return int(hidden * (2 * keys + 3 * values + 2 * text["linear_num_value_heads"]))
    if text.get("mamba_n_heads"):
        inner, groups = _mamba_sizes(text)
        return int(hidden * (3 * inner + groups + text["mamba_n_heads"]))
    return int(4 * hidden * hidden)


def _experts(text: Config) -> int:
    return int(text.get("num_experts") or text.get("num_local_experts") or text.get("n_routed_experts") or 0)


def _mlp_weights(text: Config, index: int) -> int:
    hidden, dense = text["hidden_size"], text.get("intermediate_size") or 0
    experts = _experts(text)
    if not experts or index in (text.get("mlp_only_layers") or ()) or index < (text.get("first_k_dense_replace") or 0):
        return int(3 * hidden * dense)
    one = text.get("moe_intermediate_size") or dense
    shared = text.get("shared_expert_intermediate_size") or (text.get("n_shared_experts") or 0) * one
    return int(experts * (3 * hidden * one + hidden) + 3 * hidden * shared)


def _inner(text: Config) -> int:
    """The widest product inside a block, for one token: of all experts that read it, where there are experts."""
    dense = text.get("intermediate_size") or 0
    if _experts(text):
        one = text.get("moe_intermediate_size") or dense
        dense = max(dense, one * (text.get("num_experts_per_tok") or 1) + (text.get("shared_expert_intermediate_size") or 0))
    mixed = sum(_delta_sizes(text)) * 2 if "linear_num_value_heads" in text else 0
    return int(max(dense, mixed, text["num_attention_heads"] * _head_size(text)))
