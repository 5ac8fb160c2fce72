"""Direct preference optimisation beside SFT: the best answer of a task over a wrong one.

For a pair, with likelihoods relative to the base model's (Rafailov et al. 2023, "Direct Preference Optimization: Your Language
Model is Secretly a Reward Model", equation 7):

    -log sigmoid(beta * ((log p(chosen) - log p_base(chosen)) - (log p(rejected) - log p_base(rejected))))

That alone is content when both become unlikely, one more than the other. So the chosen answer's own negative log likelihood per
token is added (Pang et al. 2024, "Iterative Reasoning Preference Optimization", equation 1, alpha = 1).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rft.training.loss import row_log_likelihoods
from rft.training.objective import Objective
from rft.training.objectives.base import base_log_likelihoods
from rft.training.objectives.pairs import EncodedPair
from rft.training.rows import EncodedRow
from rollouts.device import mx

if TYPE_CHECKING:
    from mlx.core import array as Array


def prepare(model: Any, examples: Sequence[EncodedRow | EncodedPair]) -> list[EncodedRow | EncodedPair]:
    """The examples, pairs with the base model's log likelihoods of their answers."""
    pairs = [example for example in examples if isinstance(example, EncodedPair)]
    base = iter(base_log_likelihoods(model, [row for pair in pairs for row in (pair.chosen, pair.rejected)]))
    return [
        replace(example, chosen_base=next(base), rejected_base=next(base)) if isinstance(example, EncodedPair) else example
        for example in examples
    ]


def dpo_objective(beta: float) -> Objective:
    """The objective: a sum over examples, and their number. `beta` is how dear it is to leave the base model.

    A pair counts its preference and its chosen answer's likelihood; a row that stands alone its likelihood. Likelihoods are per
    token, so that all examples count alike.
    """

    def objective(model: Any, examples: Sequence[EncodedRow | EncodedPair]) -> "tuple[Array, Array]":
        pairs = [example for example in examples if isinstance(example, EncodedPair)]
        alone = [example for example in examples if isinstance(example, EncodedRow)]
        learned = [*alone, *(pair.chosen for pair in pairs)]
        sums, tokens = row_log_likelihoods(model, [*learned, *(pair.rejected for pair in pairs)])
        loss = -(sums[: len(learned)] / tokens[: len(learned)]).sum()
        if pairs:
            chosen_P = sums[len(alone) : len(learned)] - mx.array([pair.chosen_base for pair in pairs])
            rejected_P = sums[len(learned) :] - mx.array([pair.rejected_base for pair in pairs])
            # -log sigmoid(x) = log(1 + exp(-x)), written so that no large x overflows.
            loss = loss + mx.logaddexp(0.0, -beta * (chosen_P - rejected_P)).sum()
        return loss, mx.array(float(len(examples)))

    return objective
