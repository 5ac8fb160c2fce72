"""Every kind of cache that mlx-lm's models make: a batch with shared prompts says what each text says by itself.

Tiny random models from mlx-lm's own classes, fp32, greedy: the reference is mlx-lm's own loop over the model's own cache.
"""

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import rollouts.batch
import rollouts.layout
import rollouts.reading
from rollouts.batch import SharedBatch, open_batch
from rollouts.decode import PromptJob, decode
from rollouts.device import mx, nn, trees
from rollouts.identity import SamplingParameters
from rollouts.lockstep import LockstepBatch
from rollouts.policy import Policy
from rollouts.reading import new_cache

VOCABULARY = 96
SHAPE = {
    "vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4, "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5, "head_dim": 8, "rope_theta": 10000.0, "max_position_embeddings": 2048, "num_hidden_layers": 2,
    "tie_word_embeddings": False, "attention_bias": False,
}  # fmt: skip
EXPERTS = {
    "moe_intermediate_size": 16, "num_experts": 4, "num_experts_per_tok": 2, "norm_topk_prob": True,
    "decoder_sparse_step": 1, "mlp_only_layers": [],
}  # fmt: skip
RECURRENT = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 32, "linear_value_head_dim": 8,
    "linear_conv_kernel_dim": 4, "partial_rotary_factor": 0.5, "full_attention_interval": 2,
}  # fmt: skip
MAMBA = {
    "mamba_chunk_size": 16, "mamba_d_head": 8, "mamba_d_ssm": 32, "mamba_d_state": 8, "mamba_n_heads": 4,
    "embedding_multiplier": 1.0, "lm_head_multiplier": 1.0,
}  # fmt: skip
CHUNKED = {
    "attention_chunk_size": 16, "interleave_moe_layer_step": 2, "intermediate_size_mlp": 48, "num_experts_per_tok": 1,
    "num_local_experts": 2, "rope_scaling": None, "use_qk_norm": True, "num_hidden_layers": 4,
}  # fmt: skip
SHARED: dict[str, dict[str, Any]] = {
    "llama": {},
    "llama, a window on one layer": {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 12},
    "gemma3_text": {"num_hidden_layers": 3, "sliding_window": 9, "sliding_window_pattern": 3, "query_pre_attn_scalar": 8},
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "qwen3_moe": EXPERTS,
    "qwen3_next": {**EXPERTS, **RECURRENT, "num_hidden_layers": 4, "shared_expert_intermediate_size": 16},
    "qwen3_5": {**RECURRENT, "num_hidden_layers": 4},
    "falcon_h1": MAMBA,
}
LOCKSTEP: dict[str, dict[str, Any]] = {
    "gemma2": {"query_pre_attn_scalar": 8},
    "llama4": CHUNKED,
}
BEGINNING = (5, 9, 5, 7, 2, 9, 11, 3, 5, 8, 1)
PROMPTS = [(*BEGINNING, *range(20, 60)), (*BEGINNING, 40), (*BEGINNING, *range(30, 45)), (*BEGINNING, *range(50, 33, -1))]
COUNTS = (3, 4, 1, 3)
LENGTH = 40
STOPS = frozenset({12, 13, 14})


@pytest.fixture(autouse=True)
def uncompiled() -> Iterator[None]:
    """On the CPU mlx compiles a function by calling the machine's C++ compiler: seconds for each of these small models."""
    mx.disable_compile()
    yield
    mx.enable_compile()


def make(name: str, shape: dict[str, Any]) -> Any:
    """A random model, louder than mlx-lm's beginnings are: its next token is to depend on all before."""
    kind = name.split(",")[0]
    module = importlib.import_module(f"mlx_lm.models.{kind}")
    mx.random.seed(3)
    if kind == "llama4":
        model = module.Model(
            module.ModelArgs.from_dict({"model_type": kind, "text_config": {**SHAPE, **shape, "model_type": kind}})
        )
    elif kind == "qwen3_5":
        model = module.TextModel(module.TextModelArgs.from_dict({**SHAPE, **shape, "model_type": kind}))
    else:
        model = module.Model(module.ModelArgs.from_dict({**SHAPE, **shape, "model_type": kind}))
    model.update(trees.tree_map(lambda weight: 3 * weight if weight.ndim == 2 else weight, model.parameters()))
    model.eval()
    mx.eval(model.parameters())
    return model


class Words:
    """As much of a tokenizer as decoding asks for."""

    def decode(self, tokens: Sequence[int]) -> str:
        return " ".join(map(str, tokens))


def alone(model: Any, prompt: tuple[int, ...]) -> tuple[int, ...]:
    """What mlx-lm's own loop says to the prompt, up to a stop token."""
    from mlx_lm.generate import generate_step

    said = [int(token) for token, _ in generate_step(mx.array(prompt), model, max_tokens=LENGTH, prompt_cache=new_cache(model))]
    end = next((i for i, token in enumerate(said) if token in STOPS), len(said))
    return tuple(said[:end])


def drawn(model: Any, max_rows: int) -> dict[str, tuple[int, ...]]:
    """What decode gives for every candidate: of one prompt all are equal, as the parameters are greedy."""
    jobs = [
        PromptJob(prompt, tuple(f"{i}-{k}" for k in range(count)), ("0" * 32,) * count)
        for i, (prompt, count) in enumerate(zip(PROMPTS, COUNTS, strict=True))
    ]
    policy = Policy(model, Words(), STOPS)  # type: ignore[arg-type]
    greedy = SamplingParameters(temperature=0, top_p=1, max_new_tokens=LENGTH)
    return {completion.key: completion.tokens for completion in decode(policy, jobs, greedy, max_rows=max_rows)}


def assert_same(model: Any, max_rows: int) -> None:
    expected = [alone(model, prompt) for prompt in PROMPTS]
    assert len(set(expected)) == len(expected), "prompts that say the same show little"
    assert drawn(model, max_rows) == {f"{i}-{k}": expected[i] for i, count in enumerate(COUNTS) for k in range(count)}


@pytest.mark.parametrize("name", SHARED)
def test_shared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prompts of different lengths, read in pieces; rows that join and leave; replies that outgrow their first columns."""
    monkeypatch.setattr(rollouts.layout, "FEWEST_COLUMNS", 8)
    monkeypatch.setattr(rollouts.reading, "PREFILL_TOKENS", 16)
    monkeypatch.setattr(rollouts.batch, "WORTH_SHARING", len(BEGINNING))
    model = make(name, SHARED[name])
    assert isinstance(open_batch(model, ()), SharedBatch)
    assert_same(model, max_rows=5)


@pytest.mark.parametrize("name", LOCKSTEP)
def test_lockstep(name: str) -> None:
    """A model with attention of its own, and one whose cache counts for all rows at once."""
    model = make(name, LOCKSTEP[name])
    assert isinstance(open_batch(model, ()), LockstepBatch)
    assert_same(model, max_rows=2)


@pytest.mark.parametrize("form", ["float16", "bfloat16", "quantised"])
@pytest.mark.parametrize("name", ["llama, a window on one layer", "qwen3_5"])
def test_half_precision(name: str, form: str) -> None:
    """As models are on a GPU: a step's logits are those of a pass over the whole text, to the few bits that there are."""
    model = make(name, SHARED[name])
    model.set_dtype(mx.bfloat16 if form == "bfloat16" else mx.float16)
    if form == "quantised":
        nn.quantize(model, group_size=32, bits=8, class_predicate=lambda _, layer: layer_takes(layer))
    batch = open_batch(model, BEGINNING)
    for row, prompt in enumerate(PROMPTS):
        batch.seat(np.array([2 * row, 2 * row + 1]), batch.open(prompt))
    first = batch.step(np.repeat([prompt[-1] for prompt in PROMPTS], 2), 0)
    second = batch.step(np.full(2 * len(PROMPTS), 17), 1)
    for row, prompt in enumerate(PROMPTS):
        whole = model(mx.array([*prompt, 17])[None])[0].astype(mx.float32)
        spread = float(mx.abs(whole).max())
        for mine, theirs in ((first, whole[-2]), (second, whole[-1])):
            assert mine.dtype == (mx.bfloat16 if form == "bfloat16" else mx.float16)
            assert float(mx.abs(mine[2 * row].astype(mx.float32) - theirs).max()) < 0.04 * spread


def layer_takes(layer: Any) -> bool:
    """Whether a layer can be quantised in groups of 32."""
    return hasattr(layer, "to_quantized") and layer.weight.shape[-1] % 32 == 0
