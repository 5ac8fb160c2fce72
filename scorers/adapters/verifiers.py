"""Rewards for Prime Intellect's `verifiers`, for both of its interfaces.

Up to 0.3.1 an environment takes a rubric:

    vf.SingleTurnEnv(dataset=..., rubric=luau_rubric())

From 0.4 on a task takes functions by their path, in its configuration or in code:

    vf.TaskConfig(rewards={"luau": {"fn": "scorers.adapters.verifiers:luau_reward"}})
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from scorers.adapters.replies import ScoredReply, score_reply
from scorers.report import SCORERS


def luau_rubric() -> Any:
    """A `verifiers.Rubric` whose reward is the composite; the four scores are metrics of weight 0.

    Raises:
        ImportError: `verifiers` is not installed, or is a version without rubrics.
    """
    try:
        from verifiers import Rubric
    except ImportError as error:
        raise ImportError(
            "luau_rubric needs verifiers up to 0.3.1; later ones take the reward "
            "'scorers.adapters.verifiers:luau_reward' in TaskConfig(rewards=...)"
        ) from error
    metrics = [_metric(name) for name in SCORERS]
    return Rubric(funcs=[luau, *metrics], weights=[1.0] + [0.0] * len(metrics))


def luau(completion: str | Sequence[Any]) -> float:
    """The composite of a completion, in [0, 1]: a reward function of a rubric."""
    return score_reply(completion).report.composite


def _metric(scorer: str) -> Callable[[str | Sequence[Any]], float]:
    def metric(completion: str | Sequence[Any]) -> float:
        return score_reply(completion).report.scores[scorer]

    metric.__name__ = f"luau_{scorer}"  # What the rubric calls it in its results.
    return metric


async def luau_reward(trace: Any) -> float:
    """The composite of a trace's last reply, in [0, 1]: a reward of a task. Raises what `scorers.score` raises."""
    return (await _scored(trace)).report.composite


async def luau_metrics(trace: Any) -> dict[str, float]:
    """The four scores of a trace's last reply, in [0, 1], as `luau_syntax` and so on: the metrics of a task."""
    scores = (await _scored(trace)).report.scores
    return {f"luau_{name}": scores[name] for name in SCORERS}


async def _scored(trace: Any) -> ScoredReply:
    # Scoring waits for the compiler's process; the other rollouts go on meanwhile.
    return await asyncio.to_thread(score_reply, trace.last_reply)
