"""How fast training learns at each step."""

import math

from rft.sections import TrainingConfig


def learning_rate(config: TrainingConfig, step: int, steps: int) -> float:
    """The rate of optimizer step `step` (0 is the first) of `steps`.

    It rises evenly over the warm-up, then stays, or falls to zero at the end of the last step. No step has a rate of zero: its
    rows would be read and not learned.
    """
    warmup = config.warmup_steps
    if step < warmup:
        return config.learning_rate * (step + 1) / (warmup + 1)
    passed = (step - warmup) / max(1, steps - warmup)
    if config.schedule == "linear":
        return config.learning_rate * (1 - passed)
    if config.schedule == "cosine":
        return config.learning_rate * (1 + math.cos(math.pi * passed)) / 2
    return config.learning_rate
