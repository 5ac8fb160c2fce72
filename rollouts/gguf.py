"""Turns a llama-family GGUF file into an mlx-lm model folder: weights, configuration and tokenizer from the one file."""

import json
from pathlib import Path
from typing import Any

from rollouts.device import mx
from rollouts.errors import ModelError
from rollouts.gguf_names import INSTEAD, ROPE_FACTORS, refuse_unknown, renamed
from rollouts.gguf_tokenizer import refuse_unknown_tokenizer, write_tokenizer

LLAMA3_SCALINGS = (8.0, 32.0, 16.0, 4.0, 2.0)
"""The factors of Llama 3.1 and 3.2, and others of their kind."""
LLAMA3_CONTEXT = 8192


def import_gguf(source: Path, target: Path) -> None:
    """Write `target`, a new folder that `mlx_lm.load` reads. Raises ModelError for a model or tokenizer that we do not know.

    A file that is cut off may end the process: `rollouts.gguf_file.read_gguf` sees that before.
    """
    weights, metadata = _loaded(source)
    refuse_unknown(source.name, metadata, weights)
    refuse_unknown_tokenizer(metadata)
    factors = weights.pop(ROPE_FACTORS, None)
    moved = {renamed(name, metadata["general.architecture"]): value for name, value in weights.items()}
    config = _config(metadata, moved)
    if factors is not None:
        config["rope_scaling"] = _llama3_scaling(factors, config, source.name)
    target.mkdir(parents=True)
    mx.save_safetensors(str(target / "model.safetensors"), moved, metadata={"format": "mlx"})
    (target / "config.json").write_text(json.dumps(config, indent=2))
    write_tokenizer(metadata, target)


def _loaded(source: Path) -> "tuple[dict[str, mx.array], dict[str, Any]]":
    """The weights, and the metadata as plain values."""
    try:
        loaded: Any = mx.load(str(source), format="gguf", return_metadata=True)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"MLX cannot read {source.name}: {error}", hint="Take a file in Q4_0, Q4_1, Q8_0, F16 or F32, or a folder."
        ) from error
    weights, metadata = loaded
    return weights, {key: value.tolist() if isinstance(value, mx.array) else value for key, value in metadata.items()}


def _config(metadata: dict[str, Any], weights: "dict[str, mx.array]") -> dict[str, Any]:
    def number(key: str, default: Any = None) -> Any:
        return metadata.get(f"llama.{key}", default)

    heads = number("attention.head_count")
    config: dict[str, Any] = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": number("embedding_length"),
        "intermediate_size": number("feed_forward_length"),
        "num_hidden_layers": number("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": number("attention.head_count_kv", heads),
        "rms_norm_eps": number("attention.layer_norm_rms_epsilon"),
        "max_position_embeddings": number("context_length"),
        "rope_theta": number("rope.freq_base", 10000.0),
        # GGUF interleaves the rotary halves of q and k; the traditional rotation reads them as they lie.
        "rope_traditional": True,
        "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
        "tie_word_embeddings": "lm_head.weight" not in weights,
        "bos_token_id": metadata.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": metadata.get("tokenizer.ggml.eos_token_id"),
    }
    if (head := number("attention.key_length")) is not None:
        config["head_dim"] = head
    if number("rope.scaling.type") == "linear":
        config["rope_scaling"] = {"type": "linear", "factor": number("rope.scaling.factor")}
    if quantised := _quantisation(weights):
        config["quantization"] = quantised
    return config


def _llama3_scaling(factors: "mx.array", config: dict[str, Any], file: str) -> dict[str, Any]:
    """The setting of Llama 3's kind that gives these divisors. Raises ModelError when none does."""
    size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    for factor in LLAMA3_SCALINGS:
        expected = _llama3_divisors(size, config["rope_theta"], factor)
        if factors.shape == expected.shape and mx.allclose(factors.astype(mx.float32), expected, rtol=1e-3).item():
            return {
                "rope_type": "llama3",
                "factor": factor,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": LLAMA3_CONTEXT,
            }
    raise ModelError(f"{file} scales its positions in a way that is not known here ({ROPE_FACTORS}).", hint=INSTEAD)


def _llama3_divisors(size: int, base: float, factor: float) -> "mx.array":
    """What Llama 3.1 divides each frequency by: 1 for short waves, `factor` for long ones, a passage between."""
    waves = 2 * mx.pi * base ** (mx.arange(0, size, 2) / size)
    share = mx.clip((LLAMA3_CONTEXT / waves - 1.0) / (4.0 - 1.0), 0.0, 1.0)
    return 1 / ((1 - share) / factor + share)


def _quantisation(weights: "dict[str, mx.array]") -> dict[str, Any]:
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
