"""Reward functions for TRL's `GRPOTrainer` and the trainers that share its `reward_funcs`.

    from scorers.adapters.trl import luau_reward, luau_rewards

    GRPOTrainer(..., reward_funcs=luau_reward)                # the composite
    GRPOTrainer(..., reward_funcs=luau_rewards())             # each scorer on its own, for `reward_weights`

All are plain functions of a module, so TRL can log them by name and pickle them. Prompts, dataset columns and whatever
else TRL passes by keyword are ignored.
"""

from collections.abc import Callable, Sequence
from typing import Any

from scorers.adapters.replies import score_reply

Completions = Sequence[str | Sequence[Any]]
"""One reply a completion: texts for plain prompts, lists of messages for conversational ones."""

RewardFunction = Callable[..., list[float]]


def luau_reward(completions: Completions, **_: Any) -> list[float]:
    """The composite of each completion, in [0, 1]. Raises what `scorers.score` raises."""
    return [score_reply(completion).report.composite for completion in completions]


def luau_syntax_reward(completions: Completions, **_: Any) -> list[float]:
    """The syntax score of each completion, in [0, 1]."""
    return _scores(completions, "syntax")


def luau_api_reward(completions: Completions, **_: Any) -> list[float]:
    """The api score of each completion, in [0, 1]."""
    return _scores(completions, "api")


def luau_bugs_reward(completions: Completions, **_: Any) -> list[float]:
    """The bugs score of each completion, in [0, 1]."""
    return _scores(completions, "bugs")


def luau_quality_reward(completions: Completions, **_: Any) -> list[float]:
    """The quality score of each completion, in [0, 1]."""
    return _scores(completions, "quality")


def luau_rewards() -> list[RewardFunction]:
    """One reward function a scorer, in the order of `SCORERS`. A new list each time: TRL appends to the one it gets."""
    return [luau_syntax_reward, luau_api_reward, luau_bugs_reward, luau_quality_reward]


def _scores(completions: Completions, scorer: str) -> list[float]:
    return [score_reply(completion).report.scores[scorer] for completion in completions]
