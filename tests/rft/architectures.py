"""Small random models of several families, from mlx-lm's own classes, in folders that load like any other."""

import importlib
import json
import shutil
from pathlib import Path
from typing import Any

from rollouts.device import mx, trees

SHAPE: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "head_dim": 8, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "max_position_embeddings": 512, "tie_word_embeddings": False,
}  # fmt: skip
EXPERTS = {
    "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "norm_topk_prob": True, "decoder_sparse_step": 1,
    "mlp_only_layers": [],
}  # fmt: skip
RECURRENT = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 32, "linear_value_head_dim": 8,
    "linear_conv_kernel_dim": 4, "full_attention_interval": 2, "tie_word_embeddings": True,
    "shared_expert_intermediate_size": 16,
}  # fmt: skip
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "llama": {"tie_word_embeddings": True},
    "mistral": {},
    "mistral3": {"text_config": {"model_type": "mistral"}},
    "qwen3_5": {"text_config": {**RECURRENT, "model_type": "qwen3_5_text"}},
    "qwen3_5_moe": {"text_config": {**RECURRENT, **EXPERTS, "model_type": "qwen3_5_moe_text"}},
    "qwen3_moe": EXPERTS,
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "gemma2": {"final_logit_softcapping": 2.0, "query_pre_attn_scalar": 8},
    "cohere": {"logit_scale": 0.25},
    "granite": {"logits_scaling": 4.0, "embedding_multiplier": 2.0, "attention_multiplier": 0.3, "residual_multiplier": 0.5,
                "attention_bias": False, "mlp_bias": False},
}  # fmt: skip
TRAINED = ("mistral", "mistral3", "qwen3_5", "qwen3_5_moe", "mixtral", "gemma2")
"""Those that a test trains: one of each kind; a plain llama is what all other tests train."""
CLASSES = {"mistral": "llama"}
"""What mlx-lm takes for a type that has no module of its own."""


def make_model(name: str, target: Path, tokenizer_of: Path) -> Path:
    """Write a random model of the family with the tokenizer of another. Its logits are loud enough to depend on every token."""
    shutil.copytree(tokenizer_of, target, ignore=shutil.ignore_patterns("config.json", "*.safetensors"))
    vocabulary = json.loads((tokenizer_of / "config.json").read_text())["vocab_size"]
    config = {**SHAPE, "vocab_size": vocabulary, "eos_token_id": 0, **ARCHITECTURES[name], "model_type": name}
    if "text_config" in config:
        config["text_config"] = {**SHAPE, "vocab_size": vocabulary, **config["text_config"]}
    module = importlib.import_module(f"mlx_lm.models.{CLASSES.get(name, name)}")
    mx.random.seed(5)
    model = module.Model(module.ModelArgs.from_dict(config))
    louder = [(key, value * 3 if value.ndim > 1 else value) for key, value in trees.tree_flatten(model.parameters())]
    mx.save_safetensors(str(target / "model.safetensors"), dict(louder), metadata={"format": "mlx"})
    (target / "config.json").write_text(json.dumps(config))
    return target
