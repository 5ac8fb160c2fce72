"""Reading prompts with mlx-lm's own caches, a piece at a time."""

from collections.abc import Sequence
from typing import Any

from rollouts.device import mx
from rollouts.exponentials import fast_exponentials

PREFILL_TOKENS = 512
"""Prompt tokens read in one pass: bounds the memory of a long prompt's attention."""


def new_cache(model: Any) -> list[Any]:
    """A cache for one text, as mlx-lm makes it for this model."""
    from mlx_lm.models.cache import make_prompt_cache

    cache: list[Any] = make_prompt_cache(model)
    return cache


def read(model: Any, cache: list[Any], tokens: Sequence[int]) -> None:
    """Extend `cache` by `tokens`. The logits are never computed: nobody asks for them."""
    for start in range(0, len(tokens), PREFILL_TOKENS):
        with fast_exponentials():
            model(mx.array(list(tokens[start : start + PREFILL_TOKENS]))[None], cache=cache)
        mx.eval([layer.state for layer in cache])
