"""Scores read off a model's next-token distribution: the expected digit, without any sampling.

For each question the prompt is read once, and the softmax over the logits of the digits alone gives the expected value
(G-Eval's weighting by probability, Liu et al. 2023, arXiv 2303.16634). Equal requests give equal bits on the same machine.
What this does not do: it does not ask for reasons, and a model that wants to say something else first is still read for a
digit (`mass` tells how much of its probability the digits had).
"""

import copy
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from rollouts.device import mx
from rollouts.errors import ModelError
from rollouts.policy import Policy
from rollouts.prefixes import Cache, Prefixes, read_part
from rollouts.segments import ChatTokenizer, Frame, Tokens, frame_of

DIGITS = "01234"
CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "max_seq_len", "seq_length")
"""What configurations call the number of tokens that their model reads."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer to one question: the expected digit, each digit's share among the digits, and their share of all tokens."""

    expected: float
    shares: tuple[float, ...]
    mass: float


class DigitJudge:
    """Answers requests {system, task, candidate, questions: [{ask, reply}]}.

    A prompt is the system's text, then as the user's one after the other those of the task, the candidate and one question's
    `ask`, then the model's own reply as far as `reply`, where the digit is read. Whoever asks puts the blanks between them.
    """

    def __init__(self, policy: Policy, context: int | None, prefixes: Prefixes | None = None) -> None:
        """`context`: most tokens that the model reads, None where unknown. Raises ModelError for a tokenizer that splits a
        digit, or a chat template that cannot be cut."""
        tokenizer = cast(ChatTokenizer, policy.tokenizer)  # it is mlx-lm's, of which a policy uses less
        self._model = policy.model
        self._context = context
        self._digits = digit_tokens(tokenizer)
        self._frame: Frame = frame_of(tokenizer)
        self._prefixes = prefixes or Prefixes(policy.model)

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """`readings`, one a question, with the tokens `read` and those `reused` from a prefix; or `too_long` in words."""
        opening, task, candidate, questions = self._parts(request)
        longest = len(opening) + len(task) + len(candidate) + max(map(len, questions))
        if self._context is not None and longest > self._context:
            return {"too_long": f"the prompt has {longest:,} tokens and the model reads {self._context:,}"}
        shared = self._prefixes.after(opening, task)
        before_question = shared.cache
        read_part(self._model, before_question, candidate)
        readings = [self._reading(before_question, question) for question in questions]
        return {
            "readings": [{"expected": r.expected, "shares": list(r.shares), "mass": r.mass} for r in readings],
            "read": shared.fresh + len(candidate) + sum(map(len, questions)),
            "reused": len(opening) + len(task) - shared.fresh,
        }

    def _parts(self, request: Mapping[str, Any]) -> tuple[Tokens, Tokens, Tokens, list[Tokens]]:
        frame, ending = self._frame, self._frame.ending()
        questions = [frame.text(asked["ask"]) + ending + frame.text(asked["reply"]) for asked in request["questions"]]
        return frame.opening(request["system"]), frame.text(request["task"]), frame.text(request["candidate"]), questions

    def _reading(self, before: Cache, question: Tokens) -> Reading:
        cache = copy.deepcopy(before)
        logits_V = self._model(mx.array(question)[None], cache=cache)[0, -1].astype(mx.float32)
        digits = logits_V[mx.array(self._digits)]
        return reading_of(np.array(digits).tolist(), float(np.array(mx.logsumexp(logits_V))))


def reading_of(digit_logits: Sequence[float], whole: float) -> Reading:
    """From the digits' logits and the logarithm of all tokens' summed exponentials. Raises ModelError when one is no number."""
    if not all(map(math.isfinite, [*digit_logits, whole])):
        raise ModelError("the model's logits are not finite.", hint="Its weights overflow here; use another model as judge.")
    peak = max(digit_logits)
    weights = [math.exp(logit - peak) for logit in digit_logits]
    shares = tuple(weight / sum(weights) for weight in weights)
    expected = sum(digit * weight for digit, weight in enumerate(weights)) / sum(weights)
    mass = sum(weights) * math.exp(peak - whole)
    return Reading(min(len(weights) - 1.0, expected), shares, min(1.0, mass))  # rounding must not leave the range


def digit_tokens(tokenizer: ChatTokenizer) -> tuple[int, ...]:
    """The token of each digit. Raises ModelError for a tokenizer in which one is not a token of its own."""
    encoded = [tokenizer.encode(digit, add_special_tokens=False) for digit in DIGITS]
    split = [d for d, tokens in zip(DIGITS, encoded, strict=True) if len(tokens) != 1 or tokenizer.decode(tokens).strip() != d]
    if split:
        raise ModelError(
            f"the model's tokenizer has no single token for {', '.join(split)}, so no score can be read off it.",
            hint="Use another model as judge: Qwen, Llama 3 and SmolLM have one for each digit.",
        )
    return tuple(tokens[0] for tokens in encoded)


def context_of(model_folder: Path) -> int | None:
    """Most tokens that the model was made to read, None where its configuration does not say."""
    config = json.loads((model_folder / "config.json").read_text(encoding="utf-8"))
    sections = [config, config.get("text_config") or {}]
    found = [section[name] for section in sections for name in CONTEXT_NAMES if isinstance(section.get(name), int)]
    return found[0] if found else None
