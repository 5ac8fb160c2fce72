"""A training of the tiny model inside the test's own process: rows, settings, and a trainer on them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rft.sections import TrainingConfig
from rft.training.layers import make_trainable
from rft.training.objective import Objective, sft_objective
from rft.training.rows import EncodedRow, TrainingRow, encode
from rft.training.state import Keeper
from rft.training.trainer import StepReport, Trainer
from rollouts.policy import Policy, load_policy

CONFIG = TrainingConfig(rank=4, learning_rate=2e-3, epochs=1, batch_size=2, warmup_steps=2)
ROWS = (
    TrainingRow("sum", "return a + b"),
    TrainingRow('Écris: "être"', "-- voilà\n\treturn 1"),
    TrainingRow("x", "y"),
    TrainingRow("two\nlines", "local t = {}\nreturn t\n"),
    TrainingRow("🦀", "return '🦀' .. \"<|end|\""),
)


def with_settings(**settings: Any) -> TrainingConfig:
    """CONFIG with other settings, also such as no person may set."""
    return CONFIG.model_copy(update=settings)


def encoded(policy: Policy, rows: Sequence[TrainingRow] = ROWS) -> list[EncodedRow]:
    return [encode(policy.tokenizer, row, system=None, max_tokens=500) for row in rows]


def trainer_of(
    policy: Policy,
    config: TrainingConfig = CONFIG,
    *,
    seed: int = 0,
    objective: Objective = sft_objective,
    validate: Callable[[], float] = lambda: 1.0,
    keeper: Keeper | None = None,
) -> Trainer:
    make_trainable(policy.model, config, seed=seed)
    examples = encoded(policy)
    return Trainer(policy.model, examples, config, objective=objective, seed=seed, validate=validate, keeper=keeper)


def trained(folder: Path, config: TrainingConfig = CONFIG, seed: int = 0) -> tuple[Policy, list[StepReport]]:
    """The tiny model with its adapter after training, and what was reported of each step."""
    policy = load_policy(folder)
    reports: list[StepReport] = []
    trainer_of(policy, config, seed=seed).train(reports.append)
    return policy, reports
