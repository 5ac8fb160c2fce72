"""The optimizer's steps on the tiny model: what they learn, how fast, and that every setting shows."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.checkpointing import checkpoint_blocks
from rft.training.layers import adapter_weights, change_norm
from rft.training.objective import sft_objective
from rft.training.schedule import learning_rate
from rft.training.trainer import StepReport
from rollouts.device import mx, nn, trees
from rollouts.policy import Policy, load_policy
from tests.rft.small_training import CONFIG, encoded, trained, trainer_of, with_settings


def weights_of(policy: Policy) -> dict[str, Any]:
    return {name: np.array(value) for name, value in adapter_weights(policy.model).items()}


def distance(one: Policy, other: Policy) -> float:
    """The largest difference between two policies' trained weights."""
    first, second = weights_of(one), weights_of(other)
    assert first.keys() == second.keys()
    return max(float(np.abs(first[name] - second[name]).max()) for name in first)


def test_the_loss_falls(tiny_model: Path) -> None:
    _, reports = trained(tiny_model, with_settings(steps=30))
    assert [report.step for report in reports] == list(range(1, 31))
    assert {report.steps for report in reports} == {30}
    losses = [report.loss for report in reports]
    assert np.mean(losses[-6:]) < np.mean(losses[:6]) - 0.5
    assert all(report.rate > 0 and report.gradient_norm > 0 for report in reports)
    assert all(earlier.seconds < later.seconds for earlier, later in pairwise(reports))


def test_every_row_is_learned_in_every_epoch(tiny_model: Path, tiny_policy: Policy) -> None:
    _, reports = trained(tiny_model, with_settings(epochs=2))
    one_epoch = sum(row.learned_tokens for row in encoded(tiny_policy))
    assert len(reports) == 6
    assert sum(report.tokens for report in reports) == 2 * one_epoch


@pytest.mark.parametrize("warmup_steps", [0, 5])
def test_the_first_step_learns(tiny_model: Path, warmup_steps: int) -> None:
    """A warm-up that began at a rate of zero would lose the first batch."""
    policy, _ = trained(tiny_model, with_settings(steps=1, warmup_steps=warmup_steps))
    assert change_norm(policy.model) > 0


def test_accumulation_is_the_large_batch(tiny_model: Path) -> None:
    large, large_reports = trained(tiny_model, with_settings(batch_size=4, epochs=3))
    small, small_reports = trained(tiny_model, with_settings(batch_size=1, accumulation=4, epochs=3))
    assert [report.tokens for report in small_reports] == [report.tokens for report in large_reports]
    assert [report.loss for report in small_reports] == pytest.approx([report.loss for report in large_reports], abs=1e-4)
    assert distance(small, large) < 1e-4
    fresh = load_policy(tiny_model)
    trainer_of(fresh)
    assert distance(fresh, large) > 1e-3


def gradient_of(folder: Path, *, checkpointed: bool, dropout: float) -> dict[str, Any]:
    policy = load_policy(folder)
    trainer_of(policy, with_settings(dropout=dropout))
    weights = trees.tree_map_with_path(
        lambda name, value: mx.ones_like(value) * 0.1 if name.endswith("lora_b") else value, policy.model.trainable_parameters()
    )
    policy.model.update(weights)
    if checkpointed:
        checkpoint_blocks(policy.model)
    policy.model.train()
    mx.random.seed(3)
    _, gradient = nn.value_and_grad(policy.model, sft_objective)(policy.model, encoded(policy))
    return {name: np.array(value) for name, value in trees.tree_flatten(gradient)}


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_checkpointing_changes_no_gradient(tiny_model: Path, dropout: float) -> None:
    """Not even with dropout: the masks of the second computation are those of the first."""
    plain, checkpointed = (gradient_of(tiny_model, checkpointed=on, dropout=dropout) for on in (False, True))
    assert plain.keys() == checkpointed.keys()
    for name, value in plain.items():
        np.testing.assert_allclose(checkpointed[name], value, atol=1e-5 * max(1.0, float(np.abs(value).max())))
    if dropout:
        assert any(
            not np.allclose(value, plain[name])
            for name, value in gradient_of(tiny_model, checkpointed=False, dropout=0.0).items()
        )


def test_checkpointed_weights_keep_their_names(tiny_model: Path) -> None:
    policy = load_policy(tiny_model)
    trainer_of(policy)
    names = set(adapter_weights(policy.model))
    checkpoint_blocks(policy.model)
    assert set(adapter_weights(policy.model)) == names
    assert "checkpoint" not in type(load_policy(tiny_model).model.layers[0]).__call__.__qualname__, (
        "other models stay as they are"
    )


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [0.25, 0.5, 0.75, 1, 1, 1, 1]),
        ("linear", [0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]),
        ("cosine", [0.25, 0.5, 0.75, 1, (2 + math.sqrt(2)) / 4, 0.5, (2 - math.sqrt(2)) / 4]),
    ],
)
def test_the_rate_follows_its_schedule(tiny_model: Path, schedule: str, expected: list[float]) -> None:
    config = with_settings(schedule=schedule, warmup_steps=3, learning_rate=1e-3, steps=7)
    assert [learning_rate(config, step, 7) for step in range(7)] == pytest.approx([1e-3 * share for share in expected])
    _, reports = trained(tiny_model, config)
    assert [report.learning_rate for report in reports] == pytest.approx([1e-3 * share for share in expected])


def test_the_rate_moves_the_weights(tiny_model: Path) -> None:
    """Adam's first step has the length of the rate, whatever the gradient's."""
    policy, _ = trained(tiny_model, with_settings(steps=1, warmup_steps=0, learning_rate=3e-3))
    moved = max(float(np.abs(value).max()) for name, value in weights_of(policy).items() if name.endswith("lora_b"))
    assert moved == pytest.approx(3e-3, rel=1e-2)


def test_matrices_decay_and_magnitudes_do_not(tiny_model: Path) -> None:
    """With no gradient at all the decay alone moves: by the factor (1 - rate * decay) a step."""
    still = lambda model, rows: (sft_objective(model, rows)[0] * 0, mx.array(1.0))  # noqa: E731
    config = with_settings(method="dora", weight_decay=0.5, learning_rate=0.1, warmup_steps=0, steps=3)
    policy, fresh = load_policy(tiny_model), load_policy(tiny_model)
    trainer_of(policy, config, objective=still).train(lambda _report: None)
    trainer_of(fresh, config)
    for name, value in weights_of(fresh).items():
        factor = 1.0 if name.endswith(".m") else 0.95**3
        np.testing.assert_allclose(weights_of(policy)[name], factor * value, rtol=1e-5)


def test_gradients_are_clipped(tiny_model: Path) -> None:
    """The report has the norm before; what the optimizer gets is no longer than the limit."""
    policy = load_policy(tiny_model)
    trainer = trainer_of(policy, with_settings(max_gradient_norm=1e-3))
    _, clipped, norm = trainer._gradient(trainer._passes())
    assert norm > 1e-2
    length = math.sqrt(sum(float(np.square(np.array(value)).sum()) for _, value in trees.tree_flatten(clipped)))
    assert length == pytest.approx(1e-3, rel=1e-2)


def test_dropout_is_drawn_anew_each_step_and_never_when_measured(tiny_model: Path) -> None:
    _, plain = trained(tiny_model)
    _, first = trained(tiny_model, with_settings(dropout=0.5, steps=12))
    _, second = trained(tiny_model, with_settings(dropout=0.5, steps=12))
    assert [report.loss for report in first] == [report.loss for report in second], "keyed by the seed and the step"
    assert first[0].loss == plain[0].loss, "the second factor is zero, so dropout shows from the second step on"
    assert first[1].loss != plain[1].loss


def test_the_best_weights_are_installed(tiny_model: Path) -> None:
    """The held-out loss is lowest after the fourth step: those weights are the ones that stay."""
    told = iter([3.0, 2.0, 2.5, 2.6, 2.7])
    config = with_settings(steps=10, evaluate_every=2)
    policy = load_policy(tiny_model)
    reports: list[StepReport] = []
    progress = trainer_of(policy, config, validate=lambda: next(told)).train(reports.append)
    assert [report.validation_loss for report in reports] == [None, 3.0, None, 2.0, None, 2.5, None, 2.6, None, 2.7]
    assert (progress.step, progress.best_step, progress.best_loss) == (10, 4, 2.0)
    until_then, _ = trained(tiny_model, with_settings(steps=4))
    assert distance(policy, until_then) == 0.0


@pytest.mark.parametrize(("patience", "made"), [(1, 6), (2, 8), (None, 10)])
def test_training_stops_when_nothing_gets_better(tiny_model: Path, patience: int | None, made: int) -> None:
    told = iter([3.0, 2.0, 2.5, 2.6, 2.7])
    config = with_settings(steps=10, evaluate_every=2, patience=patience)
    progress = trainer_of(load_policy(tiny_model), config, validate=lambda: next(told)).train(lambda _report: None)
    assert (progress.step, progress.best_step) == (made, 4)


@pytest.mark.parametrize("rate", [math.nan, 1e30])
def test_a_loss_that_is_not_finite_ends_training(tiny_model: Path, rate: float) -> None:
    with pytest.raises(TrainingError, match="at step 2") as caught:
        trained(tiny_model, with_settings(learning_rate=rate, epochs=3))
    assert "learning_rate" in caught.value.hint


def test_a_gradient_that_is_not_finite_never_reaches_the_weights(tiny_model: Path) -> None:
    """The loss is a number, its slope is not."""
    steep = lambda model, rows: (mx.sqrt(sft_objective(model, rows)[0] * 0), mx.array(1.0))  # noqa: E731
    policy, fresh = load_policy(tiny_model), load_policy(tiny_model)
    trainer_of(fresh)
    with pytest.raises(TrainingError, match="gradient's norm became"):
        trainer_of(policy, objective=steep).train(lambda _report: None)
    assert distance(policy, fresh) == 0.0


@pytest.mark.parametrize("steps", [None, 5])
def test_no_rows_are_an_error(tiny_policy: Policy, steps: int | None) -> None:
    from rft.training.trainer import Trainer

    config: TrainingConfig = CONFIG.model_copy(update={"steps": steps})
    with pytest.raises(TrainingError, match="no training rows"):
        Trainer(tiny_policy.model, [], config, objective=sft_objective, seed=0, validate=lambda: 0.0)
