"""Checks of sampling: a shared prompt changes nothing, a candidate is its own in any batch, and draws follow the distribution."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rft.selftest.check import require
from rollouts.decode import Completion, PromptJob, decode
from rollouts.device import mx
from rollouts.identity import SamplingParameters
from rollouts.policy import Policy
from rollouts.prompt import messages_for, render
from rollouts.sampler import sample_tokens

QUESTIONS = (
    "Write a function that adds two numbers.",
    "Write a function that returns the larger of two numbers.",
    "Write a function that reverses a string.",
    "Write a function that counts the vowels of a word, and say how.",
)
SYSTEM = "You write Luau code."
CANDIDATES = 4
NEW_TOKENS = 24
NEAR = {4: 1e-4, 2: 3e-2}
"""By bytes a number: two logits nearer than this share of the largest one may change places with the batch's shape."""
DRAWS = 20_000
MOST_DEVIATION = 4.5
"""Standard errors. Of 40 frequencies one lies farther out by chance once in 3,500 runs."""


def prefix_sharing(policy: Policy) -> str:
    """Greedy tokens of candidates that share their prompt's cache against forward passes over the whole text without a cache."""
    prompts = [_prompt(policy, question) for question in QUESTIONS]
    drawn = _draw(policy, prompts, SamplingParameters(temperature=0.0, top_p=1.0, max_new_tokens=NEW_TOKENS))
    compared = differing = near = 0
    for i, prompt in enumerate(prompts):
        for k in range(CANDIDATES):
            tokens = drawn[_key(i, k)].tokens
            if not tokens:
                continue
            logits_T_V = plain_logits(policy, [*prompt, *tokens])[len(prompt) - 1 : -1]
            gap_T = logits_T_V.max(axis=-1) - logits_T_V[np.arange(len(tokens)), list(tokens)]
            compared += len(tokens)
            differing += int((gap_T > 0).sum())
            near += int(((gap_T > 0) & (gap_T <= _near(policy) * np.abs(logits_T_V).max())).sum())
    figure = f"{compared} tokens, {differing} differ from a plain forward pass ({near} of them near ties)"
    return require(compared > 0 and differing == near and differing <= compared // 20, figure)


def seeds(policy: Policy) -> str:
    """Candidates of one batch against the same ones drawn again, and each drawn alone."""
    prompts = [_prompt(policy, question) for question in QUESTIONS]
    parameters = SamplingParameters(temperature=1.0, top_p=0.95, max_new_tokens=NEW_TOKENS)
    together, again = _draw(policy, prompts, parameters), _draw(policy, prompts, parameters)
    alone: dict[str, Completion] = {}
    for i, prompt in enumerate(prompts):
        alone |= _drawn(policy, [_job(prompt, [_key(i, i % CANDIDATES)])], parameters)
    repeated = sum(again[key].tokens == drawn.tokens for key, drawn in together.items())
    same = sum(together[key].tokens == drawn.tokens for key, drawn in alone.items())
    distinct = len({drawn.tokens for drawn in together.values()})
    figure = (
        f"{len(together)} candidates, {distinct} distinct; drawn again {repeated} are the same; of {len(alone)} drawn alone "
        f"{same} are as in the batch"
    )
    # Half precision differs with the batch's shape now and then; a stream that depends on the batch differs almost always.
    enough = len(alone) if width_of(policy) == 4 else len(alone) // 2
    return require(repeated == len(together) and same >= enough and distinct > len(together) // 2, figure)


def distribution(_policy: Policy) -> str:
    """Frequencies of many draws against temperature and nucleus computed in float64."""
    temperature, top_p, vocabulary = 0.8, 0.9, 40
    generator = np.random.default_rng(3)
    logits_V = generator.normal(scale=0.7, size=vocabulary)
    expected_V = _nucleus(logits_V / temperature, top_p)
    logits_B_V = np.broadcast_to(logits_V.astype(np.float32), (DRAWS, vocabulary)).copy()
    tokens_B = sample_tokens(logits_B_V, generator.random(DRAWS), temperature=temperature, top_p=top_p)
    observed_V = np.bincount(np.asarray(tokens_B), minlength=vocabulary) / DRAWS
    outside = int((observed_V[expected_V == 0] > 0).sum())
    inside = expected_V > 0
    error_V = np.sqrt(expected_V[inside] * (1 - expected_V[inside]) / DRAWS)
    farthest = float(np.max(np.abs(observed_V[inside] - expected_V[inside]) / error_V))
    figure = f"{DRAWS} draws, farthest frequency {farthest:.1f} standard errors off, {outside} tokens from outside the nucleus"
    return require(outside == 0 and farthest < MOST_DEVIATION, figure)


def plain_logits(policy: Policy, tokens: Sequence[int]) -> NDArray[np.float32]:
    """Logits [length, vocabulary] of one forward pass over the tokens, in fp32 on the host."""
    logits_L_V = policy.model(mx.array(list(tokens))[None])[0].astype(mx.float32)
    return np.array(logits_L_V)


def _prompt(policy: Policy, question: str) -> tuple[int, ...]:
    return tuple(render(policy.tokenizer, messages_for(question, SYSTEM)))


def _key(prompt: int, candidate: int) -> str:
    return f"{1 + prompt:016x}{1 + candidate:016x}"


def _job(prompt: tuple[int, ...], keys: Sequence[str]) -> PromptJob:
    return PromptJob(prompt, tuple(keys), tuple(keys))


def _draw(policy: Policy, prompts: Sequence[tuple[int, ...]], parameters: SamplingParameters) -> dict[str, Completion]:
    """All candidates of all prompts in one batch."""
    jobs = [_job(prompt, [_key(i, k) for k in range(CANDIDATES)]) for i, prompt in enumerate(prompts)]
    return _drawn(policy, jobs, parameters)


def _drawn(policy: Policy, jobs: Sequence[PromptJob], parameters: SamplingParameters) -> dict[str, Completion]:
    rows = max(2, sum(len(job.keys) for job in jobs))
    return {drawn.key: drawn for drawn in decode(policy, jobs, parameters, max_rows=rows)}


def width_of(policy: Policy) -> int:
    """Bytes of a number in the activations: those of the logits."""
    return int(policy.model(mx.array([[0]])).dtype.size)


def _near(policy: Policy) -> float:
    return NEAR[width_of(policy)]


def _nucleus(scaled_V: NDArray[np.float64], top_p: float) -> NDArray[np.float64]:
    """The distribution that temperature and top-p leave."""
    mass_V = np.exp(scaled_V - np.max(scaled_V))
    mass_V /= mass_V.sum()
    order = np.argsort(-mass_V)
    kept = order[np.cumsum(mass_V[order]) - mass_V[order] < top_p]
    nucleus_V: NDArray[np.float64] = np.zeros_like(mass_V)
    nucleus_V[kept] = mass_V[kept] / mass_V[kept].sum()
    return nucleus_V
