"""A thin trainer over mlx-lm's layers: every row learned in every epoch, only finite numbers kept, and a kill loses little."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.buckets import Pass, bucket_lengths, epoch_steps, steps_per_epoch
from rft.training.layers import all_finite
from rft.training.objective import Objective, learned_tokens, padded
from rft.training.schedule import learning_rate
from rft.training.state import Keeper, Progress
from rollouts.device import mx, nn, optimizers, trees

if TYPE_CHECKING:
    from mlx.core import array as Array


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimizer step. `loss` is the objective's mean, `tokens` those that carry loss, `seconds` all training so far, `rate`
    tokens per second of this step, `gradient_norm` before clipping, `validation_loss` where this step was followed by one."""

    step: int
    steps: int
    loss: float
    tokens: int
    seconds: float
    rate: float
    learning_rate: float
    gradient_norm: float
    validation_loss: float | None


class Trainer:
    """Trains the model's trainable weights in place, with Adam and decoupled weight decay (Loshchilov & Hutter 2019).

    `validate` gives the held-out loss, where the configuration asks for it; `keeper` carries a killed training on. The order of
    rows and the random numbers are functions of `seed` and the step, so that a resumed training ends at the same weights, bit for
    bit, on a device whose arithmetic repeats. Raises TrainingError without examples.
    """

    def __init__(
        self,
        model: Any,
        examples: Sequence[Any],
        config: TrainingConfig,
        *,
        objective: Objective,
        seed: int,
        validate: Callable[[], float],
        keeper: Keeper | None = None,
    ) -> None:
        if not examples:
            raise TrainingError("there are no training rows.", hint="Check data.demonstrations.")
        self.model, self.examples, self.config, self.seed = model, examples, config, seed
        self.validate, self.keeper = validate, keeper
        self.lengths = [example.length for example in examples]
        self.buckets = bucket_lengths(self.lengths, config.batch_size * config.accumulation)
        self.per_epoch = steps_per_epoch(len(examples), config.batch_size, config.accumulation)
        self.steps = config.steps if config.steps is not None else config.epochs * self.per_epoch
        self.optimizer = optimizers.Adam(learning_rate=config.learning_rate, bias_correction=True)
        self.optimizer.init(model.trainable_parameters())
        # The model is no argument: MLX would follow its frozen weights too, and keep all that is made with them.
        self.loss_and_gradient = nn.value_and_grad(model, partial(objective, model))
        self.progress = Progress()
        self.best: dict[str, Array] = {}
        self._resume()

    def train(self, on_step: Callable[[StepReport], None]) -> Progress:
        """Make the steps that are left, leave the best weights in the model, and say how it went.

        Raises TrainingError on a loss or a gradient that is not finite; the state before that step is then on disk.
        """
        while not self._finished():
            on_step(self._step())
            if self.keeper is not None and not self._finished():  # what is resumed has a step to make
                self.keeper.save_if_due(self.progress, self._arrays)
        if self.best:
            self.model.load_weights(list(self.best.items()), strict=False)
        self.model.eval()
        return self.progress

    def _step(self) -> StepReport:
        started, progress = time.monotonic(), self.progress
        passes = self._passes()
        loss, gradient, norm = self._gradient(passes)
        rate = learning_rate(self.config, progress.step, self.steps)
        self._update(gradient, rate)
        progress.step += 1
        progress.losses.append(loss)
        seconds = time.monotonic() - started
        held_out = self._measure()
        progress.seconds += time.monotonic() - started
        tokens = sum(learned_tokens(self.examples[row]) for part in passes for row in part.rows)
        done = progress.step, self.steps, loss, tokens, progress.seconds, tokens / seconds
        return StepReport(*done, rate, norm, held_out)

    def _passes(self) -> list[Pass]:
        epoch, place = divmod(self.progress.step, self.per_epoch)
        size = {"batch_size": self.config.batch_size, "accumulation": self.config.accumulation}
        return epoch_steps(self.lengths, self.buckets, seed=self.seed, epoch=epoch, **size)[place]

    def _gradient(self, passes: list[Pass]) -> tuple[float, Any, float]:
        """The mean loss over all passes, its clipped gradient, and the gradient's norm before."""
        self.model.train()
        loss, number, gradient = mx.array(0.0), mx.array(0.0), None
        for i, part in enumerate(passes):
            mx.random.seed(_stream_of(self.seed, self.progress.step, i))
            batch = [padded(self.examples[row], part.length) for row in part.rows]
            (part_loss, part_number), part_gradient = self.loss_and_gradient(batch)
            gradient = part_gradient if gradient is None else trees.tree_map(mx.add, gradient, part_gradient)
            loss, number = loss + part_loss, number + part_number
            mx.eval(loss, number, gradient)
        gradient = trees.tree_map(lambda value: value / number, gradient)
        clipped, norm = optimizers.clip_grad_norm(gradient, self.config.max_gradient_norm)
        mean, length = float((loss / number).item().real), float(norm.item().real)
        self._refuse_not_finite(mean, length)
        return mean, clipped, length

    def _update(self, gradient: Any, rate: float) -> None:
        """Matrices decay towards zero by themselves; biases, norms and magnitudes do not."""
        if self.config.weight_decay > 0:
            kept = 1 - rate * self.config.weight_decay
            weights = self.model.trainable_parameters()
            self.model.update(trees.tree_map(lambda weight: weight * kept if weight.ndim > 1 else weight, weights))
        self.optimizer.learning_rate = rate
        self.optimizer.update(self.model, gradient)
        mx.eval(self.model.trainable_parameters(), self.optimizer.state)

    def _measure(self) -> float | None:
        """The held-out loss after this step, if it is time for one; the best weights are remembered."""
        every, progress = self.config.evaluate_every, self.progress
        if every is None or (progress.step % every != 0 and progress.step != self.steps):
            return None
        loss = self.validate()
        if progress.best_loss is None or loss < progress.best_loss:
            progress.best_loss, progress.best_step, progress.misses = loss, progress.step, 0
            self.best = dict(trees.tree_flatten(self.model.trainable_parameters()))
        else:
            progress.misses += 1
        return loss

    def _finished(self) -> bool:
        stalled = self.config.patience is not None and self.progress.misses >= self.config.patience
        return stalled or self.progress.step >= self.steps

    def _refuse_not_finite(self, loss: float, norm: float) -> None:
        if np.isfinite(loss) and np.isfinite(norm):
            return
        what = f"loss became {loss}" if not np.isfinite(loss) else f"gradient's norm became {norm}"
        if self.keeper is not None and self.progress.step > 0 and all_finite(self._arrays()):
            self.keeper.save(self.progress, self._arrays())
        raise TrainingError(
            f"the training {what} at step {self.progress.step + 1}.",
            hint="Lower training.learning_rate and start anew with --name NEW, or look for a damaged row in the training data.",
        )

    def _arrays(self) -> "dict[str, Array]":
        parts = {"weights": self.model.trainable_parameters(), "moments": self.optimizer.state, "best": self.best}
        return {f"{part}/{name}": value for part, tree in parts.items() for name, value in trees.tree_flatten(tree)}

    def _resume(self) -> None:
        state = self.keeper.load() if self.keeper is not None else None
        if state is None:
            return
        self.progress, arrays = state
        mx.eval(arrays)

        def part(of: str) -> "list[tuple[str, Array]]":
            return [(name.removeprefix(f"{of}/"), value) for name, value in arrays.items() if name.startswith(f"{of}/")]

        self.model.load_weights(part("weights"), strict=False)
        self.optimizer.state = trees.tree_unflatten(part("moments"))
        self.best = dict(part("best"))


def _stream_of(seed: int, step: int, part: int) -> int:
    """The seed of a pass's random numbers."""
    return int(np.random.SeedSequence([seed, step, part]).generate_state(1, np.uint64)[0])
