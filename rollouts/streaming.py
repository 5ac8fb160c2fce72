"""One reply after another, its text as it is made. What was read of a conversation stays read between its replies.

Rows here are decoded alone: nobody compares these replies, so their last bits need not be those of a batch.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from rollouts.device import mx
from rollouts.errors import ModelError
from rollouts.exponentials import fast_exponentials
from rollouts.identity import SamplingParameters, uniform_stream
from rollouts.policy import Policy
from rollouts.reading import new_cache, read
from rollouts.sampler import sample_tokens
from rollouts.stopping import Ended, Reply, StopRules
from rollouts.unfolding import Unfolding


class Speaker:
    """A policy that speaks. `context`: most tokens that it reads, prompt and reply together."""

    def __init__(self, policy: Policy, context: int) -> None:
        self._policy = policy
        self._context = context
        self._cache: list[Any] = []
        self._read: list[int] = []

    def reply(
        self, tokens: Sequence[int], parameters: SamplingParameters, stream: str, stopped: Callable[[], bool]
    ) -> Iterator[str | Ended]:
        """Pieces of the reply to a prompt, and its end. The pieces together are the text of the end.

        `stream` keys the draws. Where `stopped` says so the reply ends early, with what it has and the reason `length`. Raises
        ModelError for a prompt that leaves no room.
        """
        limit = min(parameters.max_new_tokens, self._context - len(tokens))
        if limit < 1:
            raise ModelError(
                f"the conversation has {len(tokens)} tokens, and the model reads {self._context} at most.",
                hint="Begin a new one (/reset in a chat), or ask with less text.",
            )
        decode = self._policy.tokenizer.decode
        reply = Reply(StopRules(self._policy.stop_tokens, parameters.stop, limit, decode))
        text = Unfolding(decode, parameters.stop)
        uniforms = uniform_stream(stream, parameters.max_new_tokens)
        last, ended = self._prepared(tokens), None
        while ended is None:
            if stopped():
                ended = Ended(tuple(reply.tokens), decode(reply.tokens) if reply.tokens else "", "length")
                break
            last = self._step(last, float(uniforms[len(reply.tokens)]), parameters)
            ended = reply.add(last)
            if ended is None and (piece := text.add(reply.tokens)):
                yield piece
        if rest := text.rest(ended.text):
            yield rest
        yield ended

    def _prepared(self, tokens: Sequence[int]) -> int:
        """Read the prompt but for its last token, which is returned; what an earlier prompt began with too is not read again."""
        pairs = enumerate(zip(self._read, tokens[:-1], strict=False))
        common = next((at for at, (old, new) in pairs if old != new), min(len(self._read), len(tokens) - 1))
        if not self._cut(common):
            self._cache, self._read, common = new_cache(self._policy.model), [], 0
        fresh = list(tokens[common:-1])
        read(self._policy.model, self._cache, fresh)
        self._read += fresh
        return tokens[-1]

    def _cut(self, length: int) -> bool:
        """Whether the cache now holds the first `length` tokens of what was read, and no more."""
        from mlx_lm.models.cache import can_trim_prompt_cache, trim_prompt_cache

        over = len(self._read) - length
        if length == 0 or (over and not can_trim_prompt_cache(self._cache)):
            return False
        if over and trim_prompt_cache(self._cache, over) != over:
            return False
        self._read = self._read[:length]
        return True

    def _step(self, token: int, uniform: float, parameters: SamplingParameters) -> int:
        with fast_exponentials():
            logits_1_V = self._policy.model(mx.array([[token]]), cache=self._cache)[:, -1]
        self._read.append(token)
        drawn = sample_tokens(
            np.array(logits_1_V.astype(mx.float32), copy=False), np.array([uniform]),
            temperature=parameters.temperature, top_p=parameters.top_p, top_k=parameters.top_k, min_p=parameters.min_p,
        )  # fmt: skip
        return int(drawn[0])
