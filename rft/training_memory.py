"""How much memory training takes: from a model's config.json and the settings, before anything is loaded. Imports no MLX.

The peak is one forward and backward pass over the largest batch. Kept for the way back are what the adapted blocks compute for
every token, their attention scores, and, of a gated delta net, the state after every token: mlx-lm trains it step by step, and
on the way back the gradient of each step's slice of the queries, keys and values is an array of the whole row's length.
The factors were fitted to MLX's peaks on the CPU backend, with SmolLM2-135M and with small models of each kind over lengths,
widths and numbers of blocks; docs/recipes.md has figures. What other recurrent layers keep is not known here.
"""

from dataclasses import dataclass

from rft.linears import linears_of
from rft.sections import TrainingConfig
from rollouts.memory import PROCESS_BYTES, Loaded, weight_bytes
from rollouts.shape import Config, Layer, Shape, shape_of, text_config

HIDDEN_KEPT, INNER_KEPT, SCORES_KEPT, STATES_KEPT = 10, 5, 2, 2
"""Copies that a block keeps for the way back: of the width of its hidden states, of its widest product, of its attention scores
(in mx.fast's attention too, which is written out where gradients are taken), and of a delta net's state."""
CHAIN_SCORES = 4
"""Of a block whose gradient is taken by itself (rft.training.chain), beside its values and as much for their gradients: so many
more copies of its attention scores, in numpy."""
STATES_PASSING, VALUES_PASSING, KEYS_PASSING = 3, 0.3, 0.1
"""Of a delta net, alive while the way back goes through it: states of every token, and the shares of the slices' gradients
(tokens x tokens x heads x width of a value, of a key) that are there at a time."""
CHUNK_LOGITS, CHUNKS_KEPT = 2**23, 10
"""Logits that `rft.training.loss` makes at a time (the same name there), and how many fp32 arrays of that size are alive."""
ADAPTER_COPIES = 6
"""Weights, their gradient, the sum over passes, two moments, and one in the making; in fp32."""
FLOAT = 4


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes at the peak of a step."""

    weights: int
    adapter: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """All of the child process."""
        return PROCESS_BYTES + self.weights + self.adapter + self.activations + self.logits


def training_memory(model: Loaded, config: TrainingConfig, *, tokens: int) -> TrainingMemory:
    """The peak of a step on rows of `tokens` tokens each. Raises KeyError when the model's config does not tell its sizes."""
    shape = shape_of(model.config)
    rows = config.batch_size
    trained = trained_weights(model, config)
    copies = ADAPTER_COPIES + (config.evaluate_every is not None)
    logits = min(rows * tokens * shape.vocabulary, max(CHUNK_LOGITS, shape.vocabulary)) * FLOAT * CHUNKS_KEPT
    return TrainingMemory(
        weights=weight_bytes(model),
        adapter=trained * FLOAT * copies,
        activations=rows * _activations(model, config, tokens),
        logits=logits,
    )


def trained_weights(model: Loaded, config: TrainingConfig) -> int:
    """How many numbers are trained: the adapter's, or all with `full`."""
    if config.method == "full":
        return shape_of(model.config).parameters
    blocks = linears_of(model.config)
    adapted = [linear for block in blocks[_first(config, len(blocks)) :] for linear in block if _named(config, linear.name)]
    magnitudes = sum(linear.copies * linear.outputs for linear in adapted) if config.method == "dora" else 0
    return sum(linear.low_rank_weights(config.rank) for linear in adapted) + magnitudes


def _first(config: TrainingConfig, blocks: int) -> int:
    return 0 if config.num_layers is None else max(0, blocks - config.num_layers)


def _named(config: TrainingConfig, name: str) -> bool:
    return config.keys is None or name in config.keys


def _activations(model: Loaded, config: TrainingConfig, tokens: int) -> int:
    """Bytes for one row. With checkpointing, and always in fp32 on the CPU backend (rft.training.chain), every block keeps its
    input, and one at a time all it computes."""
    shape, text = shape_of(model.config), text_config(model.config)
    layers = shape.layers[_first(config, len(shape.layers)) :]
    blocks = [_kept(shape, layer, tokens, model.width) for layer in layers]
    passing = max(_passing(text, layer, tokens, model.width) for layer in layers)
    chained = model.dequantised and config.method != "full"
    if not chained and not config.checkpoint_gradients:
        return sum(blocks) + passing
    if chained:
        passing += max(blocks) + CHAIN_SCORES * tokens * tokens * shape.heads * model.width
    return max(blocks) + passing + len(blocks) * tokens * shape.hidden * model.width


def _kept(shape: Shape, layer: Layer, tokens: int, width: int) -> int:
    values = HIDDEN_KEPT * shape.hidden + INNER_KEPT * shape.inner_values
    if layer.token_values:
        values += SCORES_KEPT * shape.heads * tokens
    # A low-rank factor is in fp32, and what it reads is brought to that.
    cast = (shape.hidden + shape.inner_values) * FLOAT * 2 if width < FLOAT else 0
    return tokens * (values * width + cast + STATES_KEPT * layer.wide_values * FLOAT)


def _passing(text: Config, layer: Layer, tokens: int, width: int) -> int:
    if not layer.wide_values:
        return 0
    slices = VALUES_PASSING * text["linear_value_head_dim"] + KEYS_PASSING * text["linear_key_head_dim"]
    whole = tokens * text["linear_num_value_heads"] * slices * width
    return int(tokens * (STATES_PASSING * layer.wide_values * FLOAT + whole))
