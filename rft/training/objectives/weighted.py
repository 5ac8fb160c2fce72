"""Weighted likelihood: answers better than their task's mean are learned, worse ones are unlearned, up to a bound.

Reinforce with the task's mean as baseline, on prompts that are neither always nor never solved (Reinforce-Rej), and with clipped
likelihood ratios (RAFT++): Xiong et al. 2025, "A Minimalist Approach to LLM Reasoning: from Rejection Sampling to Reinforce".
Two things differ, because every adapter is trained from the base on stored answers, in many passes. The ratio is to the base, not
to the policy that sampled. And only what is pushed away is clipped: pulling a likelihood up ends by itself at 1, as in RAFT.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rft.training.loss import row_log_likelihoods
from rft.training.objectives.base import base_log_likelihoods
from rft.training.rows import EncodedRow
from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array

NATS_AWAY = 0.223
"""How far below the base's an answer's likelihood is pushed, in nats per token: a ratio of 0.8, RAFT++'s clip of 0.2, taken over
the whole answer (as in Zheng et al. 2025, "Group Sequence Policy Optimization").

Without it the loss has no lower bound: a negative weight makes it smaller for ever as the likelihood falls to zero, each step as
strong as the first, until the probability that was pushed away has landed where nobody wanted it and the model is broken."""


@dataclass(frozen=True, slots=True)
class WeightedRow:
    """A row with the log likelihood, in nats, below which it is not pushed; minus infinity where it is pulled."""

    row: EncodedRow
    floor: float

    @property
    def length(self) -> int:
        """Tokens of the row."""
        return self.row.length


def prepare(model: Any, rows: Sequence[EncodedRow]) -> list[WeightedRow]:
    """The rows with their floors, from the base model's log likelihoods of those with negative weight."""
    pushed = [i for i, row in enumerate(rows) if row.weight < 0]
    base = dict(zip(pushed, base_log_likelihoods(model, [rows[i] for i in pushed]), strict=True))
    return [
        WeightedRow(row, base[i] - NATS_AWAY * row.learned_tokens if i in base else float("-inf")) for i, row in enumerate(rows)
    ]


def weighted_objective(model: Any, examples: Sequence[WeightedRow]) -> "tuple[Array, Array]":
    """-sum of weight * max(log likelihood, floor), in nats, over the number of learned tokens.

    With weights of 1 it is the SFT loss. A row with weight 0, or at its floor, has no gradient.
    """
    likelihoods_B, tokens_B = row_log_likelihoods(model, [example.row for example in examples])
    floors_B = mx.array([example.floor for example in examples])
    weights_B = mx.array([example.row.weight for example in examples])
    return -(weights_B * mx.maximum(likelihoods_B, floors_B)).sum(), mx.stop_gradient(tokens_B.sum())
