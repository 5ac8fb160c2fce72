"""Checks of training: the loss stands on the reply alone, a few steps lower it, and an accumulated step is the large one."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rft.sections import TrainingConfig
from rft.selftest.check import require
from rft.selftest.sampling import SYSTEM, plain_logits, width_of
from rft.training.layers import make_trainable
from rft.training.objective import mean_loss, sft_objective
from rft.training.rows import EncodedRow, TrainingRow, encode
from rft.training.trainer import StepReport, Trainer
from rft.training.worker import write_adapter
from rollouts.device import mx, trees
from rollouts.policy import Policy, load_policy

ROWS = (
    TrainingRow("Write a function that doubles a number.", "local function double(n)\n\treturn n * 2\nend\n\nreturn double"),
    TrainingRow("Write a function that says hello.", 'return function()\n\tprint("hello")\nend'),
    TrainingRow("Return true.", "return true"),
    TrainingRow("Write a function that adds two numbers.", "local function add(a, b)\n\treturn a + b\nend\n\nreturn add"),
)
STEPS = 8
LONGEST_END = 40
"""Characters that a chat template may say to end a reply."""
SAME_LOGITS = {4: 1e-4, 2: 3e-2}
"""By bytes a number, of the largest logit: an adapter that was written and read again against the one in memory."""
SAME_GRADIENT = {4: 1e-4, 2: 3e-2}
"""The same of a gradient's norm and of a loss, in one pass against several."""


def masks(policy: Policy) -> str:
    """What carries loss, decoded: the reply and its end, and nothing of the prompt."""
    learned_tokens = 0
    for row in ROWS:
        encoded = _encoded(policy, row)
        learned = "".join(policy.tokenizer.decode(encoded.tokens[start:end]) for start, end in encoded.learned)
        before = policy.tokenizer.decode(encoded.tokens[: encoded.learned[0][0]])
        holds = row.completion in learned and len(learned) <= len(row.completion) + LONGEST_END and row.completion not in before
        require(holds and row.prompt in before, f"{learned!r} carries loss where {row.completion!r} should")
        learned_tokens += encoded.learned_tokens
    return f"{learned_tokens} tokens of {len(ROWS)} rows carry loss: the replies and their ends"


def training_step(model: Path) -> str:
    """A few steps of LoRA, and the adapter written, read and put on the base again."""
    config = TrainingConfig(rank=8, learning_rate=2e-4, batch_size=2, steps=STEPS, warmup_steps=0)
    policy = load_policy(model)
    rows = [_encoded(policy, row) for row in ROWS]
    before = mean_loss(policy.model, rows, len(rows))
    _train(policy, rows, config)
    after = mean_loss(policy.model, rows, len(rows))
    probe = rows[0].tokens[:-1]
    trained = plain_logits(policy, probe)
    with tempfile.TemporaryDirectory() as folder:
        change = write_adapter(policy.model, config, model, Path(folder) / "adapter")
        again = plain_logits(load_policy(model, Path(folder) / "adapter"), probe)
    off = float(np.abs(trained - again).max() / np.abs(trained).max())
    figure = f"loss {before:.3f} -> {after:.3f} in {STEPS} steps, ||dW|| {change:.3g}; read again, logits {off:.1e} off"
    return require(after < before and off <= SAME_LOGITS[width_of(policy)], figure)


def accumulation(model: Path) -> str:
    """One step on all rows in one pass, against one row a pass."""
    size = len(ROWS)
    losses, norms, weights = [], [], []
    for batch_size in (size, 1):
        policy = load_policy(model)
        config = TrainingConfig(rank=8, batch_size=batch_size, accumulation=size // batch_size, steps=1, warmup_steps=0)
        (report,) = _train(policy, [_encoded(policy, row) for row in ROWS], config)
        losses.append(report.loss)
        norms.append(report.gradient_norm)
        weights.append(dict(trees.tree_flatten(policy.model.trainable_parameters())))
        width = width_of(policy)
    moved = _norm([value - weights[1][name] for name, value in weights[0].items()])
    length = _norm([value for name, value in weights[0].items() if name.endswith("lora_b")])  # the other factor stands still
    loss, norm = abs(losses[0] / losses[1] - 1), abs(norms[0] / norms[1] - 1)
    figure = f"loss {loss:.1e} apart, gradient {norm:.1e}, the step {moved / length:.1e} of its length"
    return require(max(loss, norm) <= SAME_GRADIENT[width], figure)


def _encoded(policy: Policy, row: TrainingRow) -> EncodedRow:
    return encode(policy.tokenizer, row, system=SYSTEM, max_tokens=None)


def _train(policy: Policy, rows: list[EncodedRow], config: TrainingConfig) -> list[StepReport]:
    make_trainable(policy.model, config, seed=0)
    reports: list[StepReport] = []
    trainer = Trainer(policy.model, rows, config, objective=sft_objective, seed=0, validate=lambda: 0.0)
    trainer.train(reports.append)
    return reports


def _norm(values: list[Any]) -> float:
    return float(np.sqrt(sum(np.square(np.array(value.astype(mx.float32))).sum() for value in values)))
