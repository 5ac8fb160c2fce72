"""The decode loop on the tiny model, fp32 on the CPU.

A batch's shape may change the last bits of a logit, and a draw that falls on that very edge would then differ. None of the
fixed prompts and streams here does, so equality is exact.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rollouts.reading
from rollouts.decode import Completion, PromptJob, decode
from rollouts.device import mx, trees
from rollouts.identity import SamplingParameters, uniform_stream
from rollouts.policy import Policy, load_policy
from rollouts.sampler import sample_tokens

PARAMETERS = SamplingParameters(temperature=1.0, top_p=0.98, max_new_tokens=24)
GREEDY = SamplingParameters(temperature=0.0, top_p=1.0, max_new_tokens=24)
STOPS = frozenset(range(0, 260, 44))
"""With six of 260 tokens as stop tokens about a third of the candidates stop before 24."""


@pytest.fixture(scope="module")
def policy(tiny_model: Path) -> Policy:
    """The tiny model with louder layers: as it is, its next token depends on little but the last one."""
    policy = load_policy(tiny_model)
    for layer in policy.model.model.layers:
        layer.update(trees.tree_map(lambda weight: 5 * weight if weight.ndim == 2 else weight, layer.parameters()))
    return replace(policy, stop_tokens=STOPS)


def job(name: str, prompt: Sequence[int], count: int) -> PromptJob:
    keys = tuple(f"{name}-{i}" for i in range(count))
    return PromptJob(tuple(prompt), keys, tuple(hashlib.sha256(key.encode()).hexdigest()[:32] for key in keys))


JOBS = [
    job("short", [2, 40, 3], 5),
    job("long", [2, *range(30, 130), 3], 7),
    job("middle", [2, *range(60, 80), 3], 1),
    job("equal", [2, *range(60, 80), 3], 3),
]


def by_key(completions: Sequence[Completion]) -> dict[str, Completion]:
    found = {completion.key: completion for completion in completions}
    assert len(found) == len(completions), "a key came twice"
    return found


@pytest.fixture(scope="module")
def reference(policy: Policy) -> dict[str, Completion]:
    """Every job decoded by itself."""
    return by_key([completion for job in JOBS for completion in decode(policy, [job], PARAMETERS, max_rows=64)])


def test_every_key_comes_exactly_once(reference: dict[str, Completion]) -> None:
    assert set(reference) == {key for job in JOBS for key in job.keys}


def test_candidates_differ(reference: dict[str, Completion]) -> None:
    assert len({completion.tokens for completion in reference.values()}) == len(reference)


@pytest.mark.parametrize("max_rows", [2, 8, 64])
def test_the_batch_does_not_matter(policy: Policy, reference: dict[str, Completion], max_rows: int) -> None:
    """Jobs wait, join a running batch, and are cut into parts."""
    assert by_key(list(decode(policy, JOBS, PARAMETERS, max_rows=max_rows))) == reference


def test_the_order_does_not_matter(policy: Policy, reference: dict[str, Completion]) -> None:
    assert by_key(list(decode(policy, JOBS[::-1], PARAMETERS, max_rows=8))) == reference


def test_the_cache_does_not_matter(policy: Policy, reference: dict[str, Completion]) -> None:
    """Each reply is what its stream draws from one forward pass over the whole text, without a cache or a batch."""
    for one in JOBS:
        for key, stream in zip(one.keys, one.streams, strict=True):
            reply = reference[key].tokens
            logits = policy.model(mx.array([one.tokens + reply]))[0, len(one.tokens) - 1 :]
            uniforms = uniform_stream(stream, PARAMETERS.max_new_tokens)[: len(reply) + 1]
            expected = sample_tokens(np.array(logits)[: len(uniforms)], uniforms, temperature=1.0, top_p=0.98)
            assert tuple(expected[: len(reply)].tolist()) == reply


def test_a_candidate_alone_is_the_same(policy: Policy, reference: dict[str, Completion]) -> None:
    single = [PromptJob(job.tokens, job.keys[-1:], job.streams[-1:]) for job in JOBS]
    alone = [completion for job in single for completion in decode(policy, [job], PARAMETERS, max_rows=64)]
    assert alone == [reference[job.keys[0]] for job in single]


@pytest.mark.parametrize("max_rows", [1, 6])
def test_no_more_than_max_rows_at_once(policy: Policy, reference: dict[str, Completion], max_rows: int) -> None:
    """The steps' live rows add up to the tokens drawn, the stop tokens included."""
    rows: list[int] = []
    list(decode(policy, JOBS, PARAMETERS, max_rows=max_rows, on_step=rows.append))
    assert max(rows) == max_rows
    stops = sum(completion.finish_reason == "stop" for completion in reference.values())
    assert sum(rows) == stops + sum(len(completion.tokens) for completion in reference.values())


def test_no_row_is_decoded_alone(policy: Policy, reference: dict[str, Completion]) -> None:
    """A matrix product over one row is a vector's, with other last bits: a row without company gets some."""

    class Spy:
        def __getattr__(self, name: str) -> Any:
            return getattr(policy.model, name)

        def __call__(self, tokens_B_L: Any, cache: Any) -> Any:
            if hasattr(cache[0], "attend"):  # a batch's cache: a decode step, not the reading of a prompt
                shapes.append(tokens_B_L.shape)
            return policy.model(tokens_B_L, cache=cache)

    shapes: list[tuple[int, int]] = []
    assert by_key(list(decode(replace(policy, model=Spy()), JOBS, PARAMETERS, max_rows=1))) == reference
    assert {rows for rows, _ in shapes} == {2}


def test_finish_reasons(reference: dict[str, Completion]) -> None:
    reasons = [completion.finish_reason for completion in reference.values()]
    assert 0 < reasons.count("stop") < len(reasons), "both kinds are seen"
    for completion in reference.values():
        assert not STOPS & set(completion.tokens), "the stop token is no part of the reply"
        assert (completion.finish_reason == "length") == (len(completion.tokens) == PARAMETERS.max_new_tokens)


def test_the_stop_token_is_the_next_draw(policy: Policy, reference: dict[str, Completion]) -> None:
    """The same streams, with nothing that stops: each reply goes on where it stopped, and with a stop token."""
    endless = by_key(list(decode(replace(policy, stop_tokens=frozenset()), JOBS, PARAMETERS, max_rows=64)))
    for key, completion in reference.items():
        length = len(completion.tokens)
        assert endless[key].tokens[:length] == completion.tokens
        if completion.finish_reason == "stop":
            assert endless[key].tokens[length] in STOPS


def test_a_reply_that_stops_at_once_is_empty(policy: Policy) -> None:
    all_stop = replace(policy, stop_tokens=frozenset(range(260)))
    assert {(c.tokens, c.finish_reason) for c in decode(all_stop, JOBS, PARAMETERS, max_rows=8)} == {((), "stop")}


def test_a_prompt_of_several_passes(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = [2, *(4 + i % 250 for i in range(2 * rollouts.reading.PREFILL_TOKENS + 77)), 3]
    long = job("very long", prompt, 3)
    in_passes = list(decode(policy, [long], PARAMETERS, max_rows=8))
    monkeypatch.setattr(rollouts.reading, "PREFILL_TOKENS", len(prompt))
    assert list(decode(policy, [long], PARAMETERS, max_rows=8)) == in_passes


def test_a_prompt_of_one_token(policy: Policy) -> None:
    assert len(list(decode(policy, [job("one", [9], 2)], PARAMETERS, max_rows=8))) == 2


def test_nothing_to_draw(policy: Policy) -> None:
    assert list(decode(policy, [], PARAMETERS, max_rows=8)) == []
    assert [c.key for c in decode(policy, [job("none", [9], 0), job("one", [9], 1)], PARAMETERS, max_rows=8)] == ["one-0"]


def test_greedy_equals_mlx_lm(policy: Policy) -> None:
    from mlx_lm.generate import generate_step

    for one in JOBS:
        theirs = generate_step(mx.array(one.tokens), policy.model, max_tokens=GREEDY.max_new_tokens)
        expected = tuple(int(token) for token, _ in theirs)
        endless = replace(policy, stop_tokens=frozenset())
        assert {c.tokens for c in decode(endless, [one], GREEDY, max_rows=64)} == {expected}
        assert len(set(expected)) > 10, "a loop of a few tokens would show little"


def test_the_common_beginning_of_the_prompts_is_read_once(policy: Policy) -> None:
    """System words and examples cost one reading; the candidates are what they are when every prompt is read alone."""
    read: list[int] = []

    class Spy:
        layers = policy.model.layers

        def __call__(self, tokens_B_L: Any, cache: Any) -> Any:
            if not hasattr(cache[0], "attend"):
                read.append(tokens_B_L.shape[1])
            return policy.model(tokens_B_L, cache=cache)

    shared = tuple(range(40, 70))
    jobs = [replace(job, tokens=shared + job.tokens) for job in JOBS]
    together = by_key(list(decode(replace(policy, model=Spy()), jobs, PARAMETERS, max_rows=64)))
    assert sum(read) < len(shared) + sum(len(job.tokens) for job in JOBS)
    alone = [completion for job in jobs for completion in decode(policy, [job], PARAMETERS, max_rows=64)]
    assert together == by_key(alone)


def test_a_stop_string_ends_a_reply(policy: Policy, reference: dict[str, Completion]) -> None:
    """A character that most replies hold ends them there; nothing before it changes."""
    letter = max("abcdefghijklmnopqrstuvwxyz", key=lambda c: sum(c in completion.text for completion in reference.values()))
    with_string = replace(PARAMETERS, stop=(letter,))
    ended = by_key(list(decode(policy, JOBS, with_string, max_rows=8)))
    assert any(letter in completion.text for completion in reference.values())
    for key, completion in reference.items():
        assert ended[key].text == completion.text.split(letter)[0]
        assert completion.tokens[: len(ended[key].tokens)] == ended[key].tokens


def test_the_text_is_the_tokens(policy: Policy, reference: dict[str, Completion]) -> None:
    assert all(completion.text == policy.tokenizer.decode(completion.tokens) for completion in reference.values())


def test_a_loop_is_stopped(policy: Policy) -> None:
    class Stuck:
        """Says the same token for ever."""

        def __getattr__(self, name: str) -> Any:
            return getattr(policy.model, name)

        def __call__(self, tokens_B_L: Any, cache: Any) -> Any:
            return 0 * policy.model(tokens_B_L, cache=cache) + (mx.arange(260) == 7)

    long = replace(PARAMETERS, max_new_tokens=600, temperature=0.01)
    stuck = list(decode(replace(policy, model=Stuck()), [job("stuck", [9, 4, 5], 2)], long, max_rows=8))
    assert {(c.finish_reason, c.tokens) for c in stuck} == {("repetition", (7,) * 256)}
