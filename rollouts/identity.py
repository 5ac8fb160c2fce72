"""What a candidate is, apart from its text: a hash of everything that determines it, and the random stream it draws from."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SamplingParameters:
    """How a completion is drawn. `top_k` 0 and `min_p` 0 leave nothing out; `stop` are texts that end a reply."""

    temperature: float
    top_p: float
    max_new_tokens: int
    top_k: int = 0
    min_p: float = 0.0
    stop: tuple[str, ...] = ()
    thinking: bool = False


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """The weights that sample: hashes of the base model's files and of the adapter's (empty without one)."""

    base: str
    adapter: str


def candidate_key(
    *,
    seed: int,
    round_index: int,
    policy: PolicyIdentity,
    prompt_tokens: Sequence[int],
    parameters: SamplingParameters,
    index: int,
) -> str:
    """The identity of one candidate, 32 hex digits.

    A new round draws new candidates even when the policy did not change, because the round is part of it.
    """
    facts = [seed, round_index, asdict(policy), list(prompt_tokens), _told(parameters), index]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _told(parameters: SamplingParameters) -> dict[str, object]:
    """What later versions added counts only where it is used: candidates that were stored before keep their keys."""
    added = ("top_k", "min_p", "stop", "thinking")
    return {name: value for name, value in asdict(parameters).items() if value or name not in added}


def uniform_stream(key: str, length: int) -> NDArray[np.float64]:
    """The candidate's `length` uniform draws in [0, 1), one a token: the same alone, in any batch, after a resume."""
    return np.random.Generator(np.random.Philox(key=int(key, 16))).random(length)
