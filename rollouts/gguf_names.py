"""Which GGUF files can become an mlx-lm folder: their architecture and their tensors' names, checked before they are loaded."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rollouts.errors import ModelError

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
FIELDS = ("weight", "scales", "biases")
ROPE_FACTORS = "rope_freqs.weight"
"""By what each rotary frequency is divided, in files of Llama 3.1 and later; it becomes a setting, not a weight."""
INSTEAD = "Use a model in mlx-lm's format instead: a folder, or the name of one on the Hub."
EPSILON, HEADS_KEPT = "attention.layer_norm_rms_epsilon", "attention.head_count_kv"
SIZES = ("embedding_length", "feed_forward_length", "block_count", "attention.head_count", EPSILON)
WHOLE = "It is damaged, or one part of a model that is in several files; fetch it again, or the model as one file."
SCALINGS = (None, "none", "linear")


def refuse_unknown(file: str, metadata: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise ModelError, naming what it is, for a file that is no dense llama-family model."""
    architecture = metadata.get("general.architecture")
    if architecture != "llama":
        raise ModelError(f"{file} is a {architecture} model; only llama-family GGUF files can be imported.", hint=INSTEAD)
    if metadata.get("llama.expert_count"):
        raise ModelError(f"{file} is a mixture of experts; only dense llama-family GGUF files can be imported.", hint=INSTEAD)
    if lacking := [f"llama.{key}" for key in SIZES if f"llama.{key}" not in metadata]:
        raise ModelError(f"{file} does not tell {', '.join(lacking)}.", hint=WHOLE)
    if several := [f"llama.{key}" for key in (*SIZES, HEADS_KEPT) if not _is_number(metadata.get(f"llama.{key}", 1), key)]:
        raise ModelError(f"{file} has no one number for {', '.join(several)}.", hint=INSTEAD)
    if (scaling := metadata.get("llama.rope.scaling.type")) not in SCALINGS:
        raise ModelError(f"{file} scales its positions in a way that is not known here ({scaling}).", hint=INSTEAD)
    there = dict.fromkeys(names)
    for name in there:
        if name != ROPE_FACTORS:
            renamed(name, str(architecture))
    if missing := next((name for name in _wanted(metadata["llama.block_count"]) if name not in there), None):
        raise ModelError(f"{file} lacks the tensor {missing}.", hint=WHOLE)


def _is_number(value: Any, key: str) -> bool:
    return isinstance(value, int | float if key == EPSILON else int)


def _wanted(blocks: int) -> Iterator[str]:
    """The tensors that every model has. For `output` the table of tokens may stand in."""
    yield from (f"{name}.weight" for name in TOP_NAMES if name != "output")
    yield from (f"blk.{block}.{name}.weight" for block in range(blocks) for name in LAYER_NAMES)


def renamed(name: str, architecture: str) -> str:
    """mlx-lm's name of a tensor. Raises ModelError, naming it, where there is none."""
    stem, _, field = name.rpartition(".")
    match = re.fullmatch(r"blk\.(\d+)\.(\w+)", stem)
    known = LAYER_NAMES.get(match[2]) if match else TOP_NAMES.get(stem)
    if known is None or field not in FIELDS:
        raise ModelError(f"the tensor {name} has no place in a model of the architecture {architecture}.", hint=INSTEAD)
    return f"model.layers.{match[1]}.{known}.{field}" if match else f"{known}.{field}"
