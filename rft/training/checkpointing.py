"""Gradient checkpointing: a block's activations are computed again on the way back and not kept.

mlx-lm has it too (`grad_checkpoint`), but for a whole class at once, and its second computation draws other dropout masks than
the first, so that the gradient is of no loss that ever was. Here a block draws the same masks both times.
"""

from typing import Any

from rollouts.device import mx


def checkpoint_blocks(model: Any) -> None:
    """Make each of the model's blocks forget its activations. The model's parameters and their names stay as they are."""
    for block in model.layers:
        kind = type(block)
        block.__class__ = type(kind.__name__, (kind,), {"__call__": _checkpointed(kind.__call__)})


def _checkpointed(forward: Any) -> Any:
    def call(block: Any, *arguments: Any, **options: Any) -> Any:
        seed = random_numbers()

        def compute(trainable: Any, *arguments: Any) -> Any:
            block.update(trainable)
            mx.random.seed(seed)
            return forward(block, *arguments, **options)

        return mx.checkpoint(compute)(block.trainable_parameters(), *arguments)

    return call


def random_numbers() -> int:
    """The seed from which MLX's random numbers go on as they would now."""
    state: Any = mx.random.state
    high, low = state[0].tolist()
    return (int(high) << 32) | int(low)
