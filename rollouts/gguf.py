"""Turns a llama-family GGUF file into an mlx-lm model folder: weights, configuration and tokenizer from the one file."""

import json
import re
from pathlib import Path
from typing import Any

from rollouts.device import mx
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
CONTROL_TOKEN = 3
"""`tokenizer.ggml.token_type` of a token that never comes from text."""


def import_gguf(source: Path, target: Path) -> None:
    """Write `target`, a new folder that `mlx_lm.load` reads. Raises ModelError for an architecture we do not know."""
    loaded: Any = mx.load(str(source), return_metadata=True)
    weights, metadata = loaded
    architecture = metadata.get("general.architecture")
    if architecture != "llama":
        raise ModelError(
            f"{source.name} is a {architecture} model; only llama-family GGUF files can be imported.",
            hint="Use a model in mlx-lm's format instead: a folder, or the name of one on the Hub.",
        )
    renamed = {_rename(name): value for name, value in weights.items()}
    config = _config(metadata, renamed)
    target.mkdir(parents=True)
    mx.save_safetensors(str(target / "model.safetensors"), renamed, metadata={"format": "mlx"})
    (target / "config.json").write_text(json.dumps(config, indent=2))
    _write_tokenizer(metadata, target)


def _rename(name: str) -> str:
    stem, _, field = name.rpartition(".")
    if match := re.fullmatch(r"blk\.(\d+)\.(\w+)", stem):
        return f"model.layers.{match[1]}.{LAYER_NAMES[match[2]]}.{field}"
    return f"{TOP_NAMES[stem]}.{field}"


def _config(metadata: dict[str, Any], weights: dict[str, "mx.array"]) -> dict[str, Any]:
    def number(key: str) -> Any:
        return metadata[f"llama.{key}"].item()

    config: dict[str, Any] = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": number("embedding_length"),
        "intermediate_size": number("feed_forward_length"),
        "num_hidden_layers": number("block_count"),
        "num_attention_heads": number("attention.head_count"),
        "num_key_value_heads": number("attention.head_count_kv"),
        "rms_norm_eps": number("attention.layer_norm_rms_epsilon"),
        "max_position_embeddings": number("context_length"),
        "rope_theta": number("rope.freq_base"),
        # GGUF interleaves the rotary halves of q and k; the traditional rotation reads them as they lie.
        "rope_traditional": True,
        "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
        "tie_word_embeddings": "lm_head.weight" not in weights,
        "bos_token_id": metadata["tokenizer.ggml.bos_token_id"].item(),
        "eos_token_id": metadata["tokenizer.ggml.eos_token_id"].item(),
    }
    if quantised := _quantisation(weights):
        config["quantization"] = quantised
    return config


def _quantisation(weights: dict[str, "mx.array"]) -> dict[str, Any]:
    """mlx-lm's `quantization` entry, read off the shapes: a layer's own entry where it differs from the first."""
    entries: dict[str, dict[str, int]] = {}
    for name, scales in weights.items():
        if name.endswith(".scales"):
            path = name.removesuffix(".scales")
            packed = weights[f"{path}.weight"].shape[-1] * 32
            group_size = 32
            entries[path] = {"group_size": group_size, "bits": packed // (scales.shape[-1] * group_size)}
    if not entries:
        return {}
    default = next(iter(entries.values()))
    return {**default, **{path: entry for path, entry in entries.items() if entry != default}}


def _write_tokenizer(metadata: dict[str, Any], target: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    if metadata.get("tokenizer.ggml.model") != "gpt2" or metadata.get("tokenizer.ggml.pre") != "smollm":
        raise ModelError(
            f"the tokenizer {metadata.get('tokenizer.ggml.model')}/{metadata.get('tokenizer.ggml.pre')} of this GGUF "
            "file is not known.",
            hint="Use the model's folder in mlx-lm's format; it brings its own tokenizer file.",
        )
    tokens: list[str] = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = metadata["tokenizer.ggml.token_type"].tolist()
    special = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    tokenizer.save(str(target / "tokenizer.json"))

    def token_at(key: str) -> str:
        return str(tokens[metadata[f"tokenizer.ggml.{key}_token_id"].item()])

    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": token_at("bos"),
        "eos_token": token_at("eos"),
        "pad_token": token_at("padding"),
        "chat_template": metadata["tokenizer.chat_template"],
        "clean_up_tokenization_spaces": False,
        "model_max_length": metadata["llama.context_length"].item(),
    }
    (target / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
