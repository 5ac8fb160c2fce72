"""A thin LoRA trainer over mlx-lm's layers: every row trained in every epoch, and nothing but finite numbers saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rft.errors import TrainingError
from rft.training.loss import completion_loss
from rft.training.rows import EncodedRow, batches
from rollouts.device import mx, nn, optimizers, trees

if TYPE_CHECKING:
    from mlx.core import array as Array


@dataclass(frozen=True, slots=True)
class LoraShape:
    """mlx-lm's LoRA parameters: W + scale * A B, with A [in, rank] and B [rank, out], on all linear layers."""

    rank: int
    scale: float
    dropout: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast: `steps` overrides `epochs` where it is given."""

    learning_rate: float
    epochs: int
    batch_size: int
    warmup_steps: int
    max_gradient_norm: float
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimizer step: its loss in nats per completion token, and the completion tokens it learned from."""

    step: int
    steps: int
    loss: float
    completion_tokens: int


def add_lora(model: Any, shape: LoraShape, *, seed: int) -> None:
    """Freeze the base and put a LoRA beside every linear layer of every block. B starts at zero, so nothing changes yet."""
    from mlx_lm.tuner.utils import linear_to_lora_layers

    mx.random.seed(seed)
    model.freeze()
    linear_to_lora_layers(
        model, len(model.layers), {"rank": shape.rank, "scale": shape.scale, "dropout": shape.dropout, "keys": None}
    )


def train(
    model: Any,
    rows: Sequence[EncodedRow],
    schedule: Schedule,
    *,
    seed: int,
    on_step: Callable[[StepReport], None],
) -> None:
    """Train the model's trainable weights in place with Adam.

    Raises TrainingError without rows, or on a loss that is not finite.
    """
    if not rows:
        raise TrainingError("there are no training rows.", hint="Check data.demonstrations.")
    generator = np.random.default_rng(seed)
    per_epoch = -(-len(rows) // schedule.batch_size)
    steps = schedule.steps if schedule.steps is not None else schedule.epochs * per_epoch
    optimizer = optimizers.Adam(learning_rate=_rate(schedule), bias_correction=True)
    loss_and_gradient = nn.value_and_grad(model, completion_loss)
    model.train()
    step = 0
    while step < steps:
        for batch in batches(rows, schedule.batch_size, generator):
            if step == steps:
                break
            loss, gradient = loss_and_gradient(model, batch)
            gradient, _ = optimizers.clip_grad_norm(gradient, schedule.max_gradient_norm)
            optimizer.update(model, gradient)
            mx.eval(model.trainable_parameters(), optimizer.state, loss)
            step += 1
            learned = sum(len(row.tokens) - row.completion_start for row in batch)
            on_step(StepReport(step, steps, _finite(loss.item(), step), learned))
    model.eval()


def _rate(schedule: Schedule) -> Any:
    """The rate as a function of the steps made: it rises over the warm-up, and is never zero, so that no batch is lost."""
    first = schedule.learning_rate / (schedule.warmup_steps + 1)
    return optimizers.linear_schedule(first, schedule.learning_rate, max(1, schedule.warmup_steps))


def mean_loss(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> float:
    """Mean negative log likelihood, in nats per completion token, over all rows; nothing is learned."""
    ordered = sorted(rows, key=lambda row: len(row.tokens))
    total = tokens = 0.0
    for start in range(0, len(ordered), batch_size):
        batch = ordered[start : start + batch_size]
        learned = sum(len(row.tokens) - row.completion_start for row in batch)
        total += learned * float(completion_loss(model, batch).item().real)
        tokens += learned
    return total / tokens


def _finite(loss: float, step: int) -> float:
    if not np.isfinite(loss):
        raise TrainingError(
            f"the training loss became {loss} at step {step}.",
            hint="Lower training.learning_rate and start anew with --name NEW, or look for a damaged row in the training data.",
        )
    return loss


def adapter_weights(model: Any) -> "dict[str, Array]":
    """The trained weights by mlx-lm's names. Raises TrainingError when one is not finite or when training changed nothing."""
    weights: dict[str, Array] = dict(trees.tree_flatten(model.trainable_parameters()))
    if not all(bool(mx.isfinite(value).all().item()) for value in weights.values()):
        raise TrainingError("the trained adapter holds numbers that are not finite.", hint="Lower training.learning_rate.")
    if change_norm(weights, 1.0) == 0.0:
        raise TrainingError(
            "training changed nothing: the adapter is a no-op.",
            hint="Raise training.learning_rate or the number of steps, and check that there are training rows.",
        )
    return weights


def change_norm(weights: "dict[str, Array]", scale: float) -> float:
    """||dW||, the Frobenius norm of scale * A B over all adapted layers together."""
    total = 0.0
    for name, a in weights.items():
        if name.endswith(".lora_a"):
            b = weights[name.removesuffix("a") + "b"]
            total += float(mx.square(scale * (a @ b)).sum().item().real)
    return float(np.sqrt(total))
