"""The decode loop: each prompt is read once and shared by its candidates; rows join and leave the batch as they go."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from rollouts.device import mx
from rollouts.identity import SamplingParameters, uniform_stream
from rollouts.policy import Policy
from rollouts.sampler import sample_tokens

if TYPE_CHECKING:
    from mlx.core import array as Array

FinishReason = Literal["stop", "length"]
PREFILL_TOKENS = 512
"""Prompt tokens read in one pass: bounds the memory of a long prompt's attention and logits."""
FEWEST_ROWS = 2
"""A row decoded alone differs in its last bits from the same row in a batch (a matrix product becomes a vector's)."""
DEAD_SHARE = 0.25
"""Rows that ended stay in the batch until they are this share of it: taking one out copies the whole cache."""


@dataclass(frozen=True, slots=True)
class PromptJob:
    """One prompt, the keys of the candidates to draw for it, and the key of each one's random stream."""

    tokens: tuple[int, ...]
    keys: tuple[str, ...]
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """One finished reply; `tokens` end before the stop token."""

    key: str
    tokens: tuple[int, ...]
    finish_reason: FinishReason


@dataclass(slots=True)
class _Row:
    key: str
    uniforms: NDArray[np.float64]
    tokens: list[int] = field(default_factory=list)
    ended: bool = False


@dataclass(slots=True)
class _Batch:
    cache: list[Any]
    rows: list[_Row]
    last_B: "Array"


def decode(
    policy: Policy,
    jobs: Sequence[PromptJob],
    parameters: SamplingParameters,
    *,
    max_rows: int,
    on_step: Callable[[int], None] = lambda _rows: None,
) -> Iterator[Completion]:
    """Draw every candidate of every job; completions come in the order in which they end.

    A candidate's draws depend on its stream's key alone, not on who shares its batch (the arithmetic of a forward pass may
    differ in its last bits with the batch's shape). At most `max_rows` are decoded at once; `on_step` hears of each step's
    live rows.
    """
    prefix = _read_prefix(policy, _common_prefix([job.tokens for job in jobs]))
    queue = _parts(jobs, max_rows)
    waiting = next(queue, None)
    batch: _Batch | None = None
    while waiting is not None or batch is not None:
        while waiting is not None and (batch is None or _live(batch) + len(waiting.keys) <= max_rows):
            started = _prefill(policy, waiting, prefix, parameters)
            waiting = next(queue, None)
            batch = started if batch is None else _join(_compact(batch), started)
        if batch is None:
            return
        on_step(_live(batch))
        yield from _step(policy, batch, parameters)
        if _live(batch) == 0:
            batch = None
        elif len(batch.rows) - _live(batch) > DEAD_SHARE * len(batch.rows):
            batch = _compact(batch)


def _parts(jobs: Iterable[PromptJob], max_rows: int) -> Iterator[PromptJob]:
    """The jobs, one with more than `max_rows` candidates in parts that read its prompt each."""
    for job in jobs:
        for start in range(0, len(job.keys), max_rows):
            part = slice(start, start + max_rows)
            yield replace(job, keys=job.keys[part], streams=job.streams[part])


def _live(batch: _Batch) -> int:
    return sum(not row.ended for row in batch.rows)


@dataclass(frozen=True, slots=True)
class _ReadPrefix:
    """What all prompts begin with (the system's words, examples), and the cache after reading it."""

    tokens: int
    cache: list[Any]


def _common_prefix(prompts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The tokens that all prompts begin with, short of any prompt's last one."""
    first, last = min(prompts, default=()), max(prompts, default=())
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: max(0, min([length, *(len(prompt) - 1 for prompt in prompts)]))]


def _read_prefix(policy: Policy, tokens: tuple[int, ...]) -> _ReadPrefix:
    from mlx_lm.models.cache import make_prompt_cache

    cache = make_prompt_cache(policy.model)
    _read(policy, cache, tokens)
    return _ReadPrefix(len(tokens), cache)


def _read(policy: Policy, cache: list[Any], tokens: tuple[int, ...]) -> None:
    for start in range(0, len(tokens), PREFILL_TOKENS):
        policy.model(mx.array(tokens[start : start + PREFILL_TOKENS])[None], cache=cache)
        mx.eval([layer.state for layer in cache])


def _prefill(policy: Policy, job: PromptJob, prefix: _ReadPrefix, parameters: SamplingParameters) -> _Batch:
    """Read the rest of the prompt but for its last token, once, and give each candidate its own copy of the cache."""
    cache = copy.deepcopy(prefix.cache)
    _read(policy, cache, job.tokens[prefix.tokens : -1])
    rows = [
        _Row(key, uniform_stream(stream, parameters.max_new_tokens)) for key, stream in zip(job.keys, job.streams, strict=True)
    ]
    if len(rows) < FEWEST_ROWS:
        rows.append(replace(rows[0], tokens=[], ended=True))
    count = len(rows)
    shared = [type(layer).merge([layer] * count) for layer in cache]
    return _Batch(shared, rows, mx.full((count,), job.tokens[-1], dtype=mx.int32))


def _join(batch: _Batch | None, other: _Batch) -> _Batch:
    if batch is None:
        return other
    for layer, more in zip(batch.cache, other.cache, strict=True):
        layer.extend(more)
    return _Batch(batch.cache, batch.rows + other.rows, mx.concatenate([batch.last_B, other.last_B]))


def _compact(batch: _Batch) -> _Batch | None:
    """Take the rows that ended out of the batch; None when none is left."""
    alive = [i for i, row in enumerate(batch.rows) if not row.ended]
    if not alive:
        return None
    ended = [i for i, row in enumerate(batch.rows) if row.ended]
    alive = sorted(alive + ended[: max(0, FEWEST_ROWS - len(alive))])
    if len(alive) == len(batch.rows):
        return batch
    index = mx.array(alive)
    for layer in batch.cache:
        layer.filter(index)
    return _Batch(batch.cache, [batch.rows[i] for i in alive], batch.last_B[index])


def _step(policy: Policy, batch: _Batch, parameters: SamplingParameters) -> list[Completion]:
    """One token for every row; returns what ended with it."""
    logits_B_V = policy.model(batch.last_B[:, None], cache=batch.cache)[:, -1]
    draws = np.array([0.0 if row.ended else row.uniforms[len(row.tokens)] for row in batch.rows])
    tokens_B = sample_tokens(
        np.array(logits_B_V.astype(mx.float32), copy=False),
        draws,
        temperature=parameters.temperature,
        top_p=parameters.top_p,
    )
    batch.last_B = mx.array(tokens_B.astype(np.int32))
    finished: list[Completion] = []
    for row, token in zip(batch.rows, tokens_B.tolist(), strict=True):
        if not row.ended and (reason := _advance(row, token, policy.stop_tokens, parameters.max_new_tokens)):
            row.ended = True
            finished.append(Completion(row.key, tuple(row.tokens), reason))
    return finished


def _advance(row: _Row, token: int, stop_tokens: frozenset[int], limit: int) -> FinishReason | None:
    if token in stop_tokens:
        return "stop"
    row.tokens.append(token)
    return "length" if len(row.tokens) >= limit else None
