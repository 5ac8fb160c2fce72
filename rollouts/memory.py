"""How much memory sampling takes, and the largest batch and length that fit: from a model's config.json, before anything runs.

Pure: nothing is loaded and MLX is not imported. The peak is the weights, the caches when all rows have their full length, and
the arrays of the larger of two moments: reading a piece of a prompt, and one decode step of the whole batch; or, where weights
are dequantised, the moment at which they are there in both forms. Prompts are kept once for all their candidates (rollouts.rows);
of models whose prompts cannot be shared one prompt's candidates decode at a time.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rollouts.shape import Config, Shape, shape_of

PREFILL_TOKENS = 512
"""Prompt tokens that the decode loop reads in one pass."""
FEWEST_ROWS = 2
"""The decode loop never decodes one row alone."""
CACHE_STEP = 256
"""mlx-lm's caches, with which prompts are read, grow by so many tokens."""
FEWEST_COLUMNS = 64
GROWTH = 1.5
"""A batch has room for so many tokens of each reply, and for so much more when a reply is longer."""
PROCESS_BYTES = 400_000_000
"""Python, MLX, the tokenizer: what a child takes before any weights."""
SHARE = 0.9
"""Of the memory at hand. What was measured lay below the estimate by a tenth to a half."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes at the peak of sampling."""

    weights: int
    cache: int
    work: int

    @property
    def total(self) -> int:
        """All of the child process."""
        return PROCESS_BYTES + self.weights + self.cache + self.work


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model as it will lie in memory.

    `dequantised`: everything becomes fp32, as on the CPU backend; otherwise weights stay as they are stored. `stored` are the
    bytes of its files (`stored_bytes`) where they are at hand; without them the config alone tells what they would be.
    """

    config: Config
    dequantised: bool = False
    stored: int | None = None

    @property
    def width(self) -> int:
        """Bytes of a number in activations and cache."""
        return 4 if self.dequantised else _stored_width(self.config)


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is asked of a model: the longest prompt and the longest reply, in tokens, and the candidates of a prompt."""

    prompt_tokens: int
    max_new_tokens: int
    per_prompt: int = 1

    def prompts(self, rows: int) -> int:
        """Prompts in flight. Besides those that fill the batch there are ones with a last long reply: as many again, and two."""
        return min(rows, 2 * -(-rows // self.per_prompt) + 2)

    @property
    def columns(self) -> int:
        """Tokens of a reply that the batch has room for when the longest ends."""
        columns = FEWEST_COLUMNS
        while columns < self.max_new_tokens:
            columns = int(GROWTH * columns)
        return columns


def predict(model: Loaded, asked: Sampling, *, rows: int) -> Memory:
    """The peak of `rows` candidates decoded at once. Raises KeyError when the config does not tell its sizes."""
    shape, width = shape_of(model.config), model.width
    reading = prompt_bytes(shape, -(-asked.prompt_tokens // CACHE_STEP) * CACHE_STEP, width)
    prompts = asked.prompts(rows) * prompt_bytes(shape, asked.prompt_tokens, width)
    replies = rows * reply_bytes(shape, asked.columns, width)
    cache = prompts + replies + 2 * reading  # of the one that is read, and of what all prompts begin with
    loading = weight_bytes(replace(model, dequantised=False)) if model.dequantised else 0
    return Memory(
        weights=weight_bytes(model),
        cache=cache,
        work=max(_prefill_bytes(shape, asked, width), _step_bytes(shape, asked, rows, width), loading - cache),
    )


def largest_batch(model: Loaded, asked: Sampling, memory: int, *, most: int) -> int:
    """The most rows, up to `most`, whose peak fits into SHARE of `memory` bytes; 0 when not even FEWEST_ROWS do."""
    rows = _largest(lambda rows: predict(model, asked, rows=rows).total <= SHARE * memory, max(most, FEWEST_ROWS))
    return rows if rows >= FEWEST_ROWS else 0


def longest_reply(model: Loaded, asked: Sampling, memory: int, *, most: int, rows: int = FEWEST_ROWS) -> int:
    """The largest max_new_tokens, up to `most`, with which `rows` candidates fit into SHARE of `memory`; 0 when none does."""
    return _largest(lambda length: predict(model, replace(asked, max_new_tokens=length), rows=rows).total <= SHARE * memory, most)


def _largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number from 0 to `most` that fits; what is below one that fits does too."""
    return bisect_left(range(1, most + 1), True, key=lambda number: not fits(number))


def stored_bytes(folder: Path) -> int:
    """Bytes of a model folder's weights as they are stored."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def weight_bytes(model: Loaded) -> int:
    """Bytes of the weights once they are loaded. Stored parts that mlx-lm leaves out, like a vision tower, count all the same."""
    if model.dequantised:
        return 4 * shape_of(model.config).parameters
    if model.stored is not None:
        return model.stored
    return round(shape_of(model.config).parameters * _stored_bytes_per_weight(model.config))


def prompt_bytes(shape: Shape, tokens: int, width: int) -> int:
    """Bytes of a prompt's cache, at `width` bytes a number."""
    kept = (layer.token_values * (tokens if layer.window is None else min(tokens, layer.window)) for layer in shape.layers)
    return sum(kept) * width + _state_bytes(shape, width)


def reply_bytes(shape: Shape, columns: int, width: int) -> int:
    """Bytes of one row's own cache with room for `columns` tokens; a window's layers have the same room."""
    return sum(layer.token_values for layer in shape.layers) * columns * width + _state_bytes(shape, width)


def _state_bytes(shape: Shape, width: int) -> int:
    return sum(layer.state_values * width + layer.wide_values * 4 for layer in shape.layers)


def _stored_bytes_per_weight(config: Config) -> float:
    """Of a quantised model: the bits, and a scale and a bias of two bytes each for every group."""
    if quantised := config.get("quantization"):
        return float(quantised["bits"]) / 8 + 4 / float(quantised["group_size"])
    return _stored_width(config)


def _stored_width(config: Config) -> int:
    """What is quantised computes in the half precision of its scales."""
    kind = config.get("dtype") or config.get("torch_dtype") or "bfloat16"
    return 4 if kind == "float32" and not config.get("quantization") else 2


def _prefill_bytes(shape: Shape, asked: Sampling, width: int) -> int:
    """The scores of a chunk against the whole prompt, and what a block computes in between."""
    tokens = min(PREFILL_TOKENS, asked.prompt_tokens)
    scores = shape.heads * asked.prompt_tokens * 2
    return tokens * width * (scores + 4 * shape.hidden + 4 * shape.inner_values)


def _step_bytes(shape: Shape, asked: Sampling, rows: int, width: int) -> int:
    """The logits, as they come and as the sampler weighs them; the scores, always in fp32; one block; one layer that grows."""
    logits = rows * shape.vocabulary * (width + 3 * 4)
    tiles = max(rows, asked.prompts(rows) * asked.per_prompt)
    scores = 3 * 4 * shape.heads * (rows * asked.columns + tiles * asked.prompt_tokens)
    block = rows * (4 * shape.hidden + 4 * shape.inner_values) * width
    growing = 2 * rows * max(layer.token_values for layer in shape.layers) * asked.columns * width
    return logits + scores + block + growing
