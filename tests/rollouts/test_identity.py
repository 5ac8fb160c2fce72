"""Keys and streams: what makes two candidates the same draw."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key, uniform_stream

FACTS: dict[str, Any] = {
    "seed": 1,
    "round_index": 2,
    "policy": PolicyIdentity("base", "adapter"),
    "prompt_tokens": [5, 6, 7],
    "parameters": SamplingParameters(0.8, 0.95, 128),
    "index": 3,
}
CHANGES: list[dict[str, Any]] = [
    {"seed": 2},
    {"round_index": 3},
    {"policy": PolicyIdentity("other", "adapter")},
    {"policy": PolicyIdentity("base", "")},
    {"policy": PolicyIdentity("adapter", "base")},
    {"prompt_tokens": [5, 6, 8]},
    {"prompt_tokens": [5, 67]},
    {"prompt_tokens": []},
    {"parameters": replace(FACTS["parameters"], temperature=0.7)},
    {"parameters": replace(FACTS["parameters"], top_p=0.9)},
    {"parameters": replace(FACTS["parameters"], max_new_tokens=129)},
    {"index": 4},
    {"seed": 2, "round_index": 1},
]


def test_every_fact_changes_the_key() -> None:
    keys = [candidate_key(**FACTS), *(candidate_key(**{**FACTS, **change}) for change in CHANGES)]
    assert len(set(keys)) == len(keys)


def test_the_key_is_stable() -> None:
    """A changed key would draw every stored candidate of every run again."""
    assert candidate_key(**FACTS) == "8a784997116fd7c7a1d36a01e0a4a09f"
    assert candidate_key(**{**FACTS, "prompt_tokens": (5, 6, 7)}) == "8a784997116fd7c7a1d36a01e0a4a09f"


def test_the_stream_is_stable() -> None:
    drawn = uniform_stream(candidate_key(**FACTS), 3)
    assert drawn.tolist() == pytest.approx([0.2224832793405841, 0.27979467664836644, 0.08432531803774723], abs=1e-15)


def test_equal_keys_give_equal_streams() -> None:
    key = candidate_key(**FACTS)
    assert np.array_equal(uniform_stream(key, 50), uniform_stream(key, 50))
    assert np.array_equal(uniform_stream(key, 50), uniform_stream(key, 80)[:50])


def test_streams_are_uniform_and_differ() -> None:
    """16 equal cells over 40,000 draws from 400 keys: chi-square with 15 degrees of freedom stays below its 99.99 % point."""
    streams = np.array([uniform_stream(candidate_key(**{**FACTS, "index": i}), 100) for i in range(400)])
    assert len({tuple(row) for row in streams.tolist()}) == 400
    assert streams.min() >= 0
    assert streams.max() < 1
    for draws in (streams, streams[:, :1]):  # also the first token's draws alone, over the keys
        counts, _ = np.histogram(draws, bins=16, range=(0, 1))
        expected = draws.size / 16
        assert ((counts - expected) ** 2 / expected).sum() < 44.3
