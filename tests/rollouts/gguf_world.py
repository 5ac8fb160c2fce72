"""Tiny llama-family GGUF files with random weights."""

from pathlib import Path
from typing import Any

from rollouts.device import mx

HIDDEN, INNER, HEADS = 32, 64, 4
PIECES = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "a", "b", "ab", "\u2581ab", "abab"]
KINDS = [2, 3, 3, *[6] * 256, *[1] * 6]


def metadata(**changed: Any) -> dict[str, Any]:
    """What a file says of itself; `llama__block_count=...` changes an entry and None leaves it out."""
    told: dict[str, Any] = {
        "general.architecture": "llama",
        "llama.embedding_length": mx.array(HIDDEN, mx.uint32),
        "llama.feed_forward_length": mx.array(INNER, mx.uint32),
        "llama.block_count": mx.array(1, mx.uint32),
        "llama.attention.head_count": mx.array(HEADS, mx.uint32),
        "llama.attention.layer_norm_rms_epsilon": mx.array(1e-5, mx.float32),
        "llama.context_length": mx.array(128, mx.uint32),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": PIECES,
        "tokenizer.ggml.token_type": mx.array(KINDS, mx.int32),
        "tokenizer.ggml.scores": mx.array([0.0] * 262 + [-1.0, -0.5, -2.0], mx.float32),
        "tokenizer.ggml.bos_token_id": mx.array(1, mx.uint32),
        "tokenizer.ggml.eos_token_id": mx.array(2, mx.uint32),
        "tokenizer.chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}",
    }
    told.update({key.replace("__", "."): value for key, value in changed.items()})
    return {key: value for key, value in told.items() if value is not None}


def weights(**changed: Any) -> "dict[str, mx.array]":
    """The tensors of one block, and those around it; others by name."""
    square, wide = (HIDDEN, HIDDEN), (INNER, HIDDEN)
    shapes = {
        "token_embd": (len(PIECES), HIDDEN), "output_norm": (HIDDEN,), "blk.0.attn_norm": (HIDDEN,), "blk.0.ffn_norm": (HIDDEN,),
        "blk.0.attn_q": square, "blk.0.attn_k": square, "blk.0.attn_v": square, "blk.0.attn_output": square,
        "blk.0.ffn_gate": wide, "blk.0.ffn_up": wide, "blk.0.ffn_down": (HIDDEN, INNER),
    }  # fmt: skip
    made = {f"{name}.weight": mx.random.normal(shape) * 0.1 for name, shape in shapes.items()}
    return {**made, **changed}


def write_gguf(file: Path, tensors: "dict[str, mx.array] | None" = None, **changed: Any) -> Path:
    """Write it and return the path."""
    mx.save_gguf(str(file), weights() if tensors is None else tensors, metadata(**changed))
    return file
