"""Caches of what prompts begin with, each read once and kept while there is room.

A prompt is read part by part, and each part in passes that begin with it: the passes are the same whether a part comes from
here or is read anew, so an answer's bits do not depend on what was asked before. What is kept is never written to: every
reader goes on with a copy, which is right for caches that cannot be trimmed, too (rotating, recurrent).
"""

import copy
import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from rollouts.device import mx, trees
from rollouts.segments import Tokens

PASS_TOKENS = 512
"""Tokens read in one pass: bounds the memory of attention over a long prompt."""
KEPT_SHARE = 8
"""Caches may take one part in this many of the machine's memory. A task of 1,600 tokens takes 74 MB with SmolLM2-135M in fp32
and 92 MB with a 7B model of four key heads in fp16, so 16 GB hold the tasks of a small round."""

Cache = list[Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A cache after some tokens, and how many of them were read just now."""

    cache: Cache
    fresh: int


class Prefixes:
    """Prefixes of one model, the least recently used dropped first."""

    def __init__(self, model: Any, kept_bytes: int | None = None) -> None:
        self._model = model
        self._kept_bytes = _memory() // KEPT_SHARE if kept_bytes is None else kept_bytes
        self._kept: OrderedDict[tuple[Tokens, ...], Cache] = OrderedDict()
        self._bytes = 0

    def after(self, *parts: Tokens) -> Read:
        """A cache of its own for the caller, after all `parts`."""
        cache, fresh = self._shared(parts)
        for length in range(len(parts), 0, -1):  # what is shared by more is used by more: the shortest is dropped last
            self._kept.move_to_end(parts[:length])
        self._drop()
        return Read(copy.deepcopy(cache), fresh)

    def _shared(self, parts: tuple[Tokens, ...]) -> tuple[Cache, int]:
        if parts in self._kept:
            return self._kept[parts], 0
        shorter, fresh = self._shared(parts[:-1]) if len(parts) > 1 else (self._empty(), 0)
        cache = copy.deepcopy(shorter)
        read_part(self._model, cache, parts[-1])
        self._kept[parts] = cache
        self._bytes += _bytes(cache)
        return cache, fresh + len(parts[-1])

    def _empty(self) -> Cache:
        from mlx_lm.models.cache import make_prompt_cache

        empty: Cache = make_prompt_cache(self._model)
        return empty

    def _drop(self) -> None:
        while len(self._kept) > 1 and self._bytes > self._kept_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _bytes(dropped)
        mx.clear_cache()  # parts differ in length, so MLX would hardly use the freed memory again


def read_part(model: Any, cache: Cache, part: Tokens) -> None:
    """Extend `cache` by the tokens of `part`. No logits are computed: nobody asks for them."""
    for start in range(0, len(part), PASS_TOKENS):
        model(mx.array(part[start : start + PASS_TOKENS])[None], cache=cache)
        mx.eval([layer.state for layer in cache])


def _bytes(cache: Cache) -> int:
    values = (value for _, value in trees.tree_flatten([layer.state for layer in cache]))
    return sum(value.nbytes for value in values if isinstance(value, mx.array))


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
