"""The linear layers of a model's blocks, by the names that `training.keys` takes, as its config.json tells them."""

from collections.abc import Iterator
from dataclasses import dataclass

from rollouts.shape import Config, Shape, shape_of, text_config


@dataclass(frozen=True, slots=True)
class Linear:
    """A matrix from `inputs` to `outputs` numbers; `copies` of it where there are experts."""

    name: str
    inputs: int
    outputs: int
    copies: int = 1

    def low_rank_weights(self, rank: int) -> int:
        """Numbers in A [inputs, rank] and B [rank, outputs]."""
        return self.copies * rank * (self.inputs + self.outputs)


def linears_of(config: Config) -> list[list[Linear]]:
    """Those of every block, first to last. What is not known of a block is taken for grouped attention and a gated MLP."""
    shape, text = shape_of(config), text_config(config)
    blocks = []
    for layer in shape.layers:
        recurrent = layer.token_values == 0 and layer.wide_values > 0
        mixer = _delta_net(text) if recurrent else _attention(text, shape)
        blocks.append([*mixer, *_mlp(text)])
    return blocks


def _attention(text: Config, shape: Shape) -> Iterator[Linear]:
    hidden, queries = shape.hidden, shape.head_values
    values = queries // shape.heads * int(text.get("num_key_value_heads") or shape.heads)
    gated = 2 if "linear_num_value_heads" in text else 1  # Qwen3.5 gates the output of its attention
    yield Linear("self_attn.q_proj", hidden, gated * queries)
    yield Linear("self_attn.k_proj", hidden, values)
    yield Linear("self_attn.v_proj", hidden, values)
    yield Linear("self_attn.o_proj", queries, hidden)


def _delta_net(text: Config) -> Iterator[Linear]:
    hidden, heads = text["hidden_size"], text["linear_num_value_heads"]
    keys, values = text["linear_num_key_heads"] * text["linear_key_head_dim"], heads * text["linear_value_head_dim"]
    yield Linear("linear_attn.in_proj_qkv", hidden, 2 * keys + values)
    yield Linear("linear_attn.in_proj_z", hidden, values)
    yield Linear("linear_attn.in_proj_b", hidden, heads)
    yield Linear("linear_attn.in_proj_a", hidden, heads)
    yield Linear("linear_attn.out_proj", values, hidden)


def _mlp(text: Config) -> Iterator[Linear]:
    hidden, inner = text["hidden_size"], int(text.get("intermediate_size") or 0)
    experts = int(text.get("num_experts") or text.get("num_local_experts") or 0)
    if not experts:
        yield from _gated("mlp", hidden, inner, 1)
        return
    yield Linear("mlp.gate", hidden, experts)
    yield from _gated("mlp.switch_mlp", hidden, int(text.get("moe_intermediate_size") or inner), experts)
    if shared := text.get("shared_expert_intermediate_size"):
        yield from _gated("mlp.shared_expert", hidden, shared, 1)
        yield Linear("mlp.shared_expert_gate", hidden, 1)


def _gated(name: str, hidden: int, inner: int, copies: int) -> Iterator[Linear]:
    yield Linear(f"{name}.gate_proj", hidden, inner, copies)
    yield Linear(f"{name}.up_proj", hidden, inner, copies)
    yield Linear(f"{name}.down_proj", inner, hidden, copies)
