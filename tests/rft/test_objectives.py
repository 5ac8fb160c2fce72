"""Weighted likelihood and preferences: the losses against a float64 reference, their gradients, and what comes of a training."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.layers import make_trainable
from rft.training.objective import Objective, padded, sft_objective
from rft.training.objectives import dpo, weighted
from rft.training.objectives.base import base_log_likelihoods
from rft.training.objectives.pairs import EncodedPair, PairRow, encode_pairs
from rft.training.rows import EncodedRow, TrainingRow, encode
from rft.training.trainer import Trainer
from rollouts.device import mx, nn, trees
from rollouts.policy import Policy, load_policy

ROWS = (
    TrainingRow("sum", "return a + b"),
    TrainingRow("x", "y", -0.25),
    TrainingRow("two\nlines", "local t = {}\nreturn t\n", 0.5),
    TrainingRow("sum", "return a - b", -0.1),
)
PAIRS = (PairRow("sum", "return a + b", "return a"), PairRow("double", "return 2 * x", "print('no idea', x)"))


@pytest.fixture
def policy(tiny_model: Path) -> Policy:
    return load_policy(tiny_model)


@pytest.fixture
def rows(policy: Policy) -> list[EncodedRow]:
    return [encode(policy.tokenizer, row, system=None, max_tokens=500) for row in ROWS]


@pytest.fixture
def pairs(policy: Policy) -> list[EncodedPair]:
    return encode_pairs(policy.tokenizer, PAIRS, system="Luau!", max_tokens=500)


def likelihood(model: Any, row: EncodedRow) -> float:
    """The reference, in float64, from the model's logits over the whole row."""
    logits: NDArray[np.float64] = np.asarray(model(mx.array([row.tokens]))[0], dtype=np.float64)
    total = 0.0
    for start, end in row.learned:
        for place in range(start, end):
            before = logits[place - 1]
            total += before[row.tokens[place]] - before.max() - np.log(np.exp(before - before.max()).sum())
    return total


def value(objective: Objective, model: Any, examples: Sequence[Any]) -> tuple[float, float]:
    loss, number = objective(model, examples)
    return float(loss.item().real), float(number.item().real)


def gradient(objective: Objective, model: Any, examples: Sequence[Any]) -> NDArray[np.float64]:
    (_, number), found = nn.value_and_grad(model, objective)(model, examples)
    flat = [np.asarray(leaf, dtype=np.float64).ravel() for _, leaf in trees.tree_flatten(found)]
    return np.concatenate(flat) / float(number.item().real)


def stepped(objective: Objective, model: Any, examples: Sequence[Any], rate: float) -> None:
    """One step down the gradient, of all weights, `rate` long."""
    _, found = nn.value_and_grad(model, objective)(model, examples)
    length = float(np.sqrt(sum(float(mx.square(leaf).sum().item().real) for _, leaf in trees.tree_flatten(found))))
    if length:
        model.update(trees.tree_map(lambda weight, slope: weight - rate / length * slope, model.trainable_parameters(), found))


def moved(policy: Policy, rows: Sequence[EncodedRow], steps: int = 3) -> None:
    """The model some way from its base, so that what is relative to the base shows."""
    for _ in range(steps):
        stepped(sft_objective, policy.model, rows, 0.3)


# Weighted likelihood


def test_the_weighted_loss_is_what_it_says(policy: Policy, rows: list[EncodedRow]) -> None:
    prepared = weighted.prepare(policy.model, rows)
    floors = [likelihood(policy.model, row) - 0.223 * row.learned_tokens if row.weight < 0 else -np.inf for row in rows]
    assert [example.floor for example in prepared] == pytest.approx(floors, rel=1e-5)
    for _ in range(4):
        stepped(weighted.weighted_objective, policy.model, prepared[1:2], 0.4)
    now = [likelihood(policy.model, row) for row in rows]
    clipped = [max(here, floor) for here, floor in zip(now, floors, strict=True)]
    assert clipped != now, "no row is at its floor, and the clip is not seen"
    expected = -sum(row.weight * here for row, here in zip(rows, clipped, strict=True))
    loss, number = value(weighted.weighted_objective, policy.model, prepared)
    assert loss == pytest.approx(expected, rel=1e-5)
    assert number == sum(row.learned_tokens for row in rows)


def test_weights_of_one_are_sft(policy: Policy, rows: list[EncodedRow]) -> None:
    ones = [replace(row, weight=1.0) for row in rows]
    found = value(weighted.weighted_objective, policy.model, weighted.prepare(policy.model, ones))
    assert found == pytest.approx(value(sft_objective, policy.model, ones), rel=1e-6)


def test_a_weight_of_zero_has_no_gradient(policy: Policy, rows: list[EncodedRow]) -> None:
    none = weighted.prepare(policy.model, [replace(row, weight=0.0) for row in rows])
    assert not gradient(weighted.weighted_objective, policy.model, none).any()
    some = weighted.prepare(policy.model, rows[:1])
    assert gradient(weighted.weighted_objective, policy.model, some).any()


def test_a_gradient_is_the_rows_own_times_their_weights(policy: Policy, rows: list[EncodedRow]) -> None:
    """Through an adapter, where the head is frozen."""
    make_trainable(policy.model, TrainingConfig(rank=4), seed=1)
    tokens = [row.learned_tokens for row in rows]
    each = [gradient(sft_objective, policy.model, [row]) for row in rows]
    expected = sum(row.weight * n * own for row, n, own in zip(rows, tokens, each, strict=True)) / sum(tokens)
    found = gradient(weighted.weighted_objective, policy.model, weighted.prepare(policy.model, rows))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(found).max())


@pytest.mark.parametrize("weight", [0.5, -0.25])
def test_a_step_moves_a_likelihood_the_way_of_its_weight(policy: Policy, rows: list[EncodedRow], weight: float) -> None:
    row = replace(rows[0], weight=weight)
    before = likelihood(policy.model, row)
    stepped(weighted.weighted_objective, policy.model, weighted.prepare(policy.model, [row]), 0.02)
    assert (likelihood(policy.model, row) - before) * weight > 0


def test_a_wrong_answer_is_pushed_to_its_floor_and_no_further(policy: Policy, rows: list[EncodedRow]) -> None:
    """Without the floor the same steps go on for ever."""
    row = replace(rows[0], weight=-0.25)
    floored = weighted.prepare(policy.model, [row])
    unbounded = [replace(floored[0], floor=float("-inf"))]
    for _ in range(15):
        stepped(weighted.weighted_objective, policy.model, floored, 0.1)
    held = likelihood(policy.model, row)
    assert held < floored[0].floor
    assert not gradient(weighted.weighted_objective, policy.model, floored).any()
    for _ in range(15):
        stepped(weighted.weighted_objective, policy.model, unbounded, 0.1)
    assert held > floored[0].floor - 0.2 * abs(floored[0].floor)
    assert likelihood(policy.model, row) < 1.5 * held


# Preferences


def reference(policy: Policy, pair: EncodedPair, beta: float) -> float:
    chosen, rejected = likelihood(policy.model, pair.chosen), likelihood(policy.model, pair.rejected)
    margin = beta * ((chosen - pair.chosen_base) - (rejected - pair.rejected_base))
    return log(1 + np.exp(-margin)) - chosen / pair.chosen.learned_tokens


@pytest.mark.parametrize("beta", [0.05, 0.1, 2.0])
def test_the_preference_loss_is_what_it_says(
    policy: Policy, pairs: list[EncodedPair], rows: list[EncodedRow], beta: float
) -> None:
    examples = dpo.prepare(policy.model, [rows[2], pairs[0], rows[0], pairs[1]])
    moved(policy, [pairs[0].rejected, pairs[1].chosen])
    ready = [example for example in examples if isinstance(example, EncodedPair)]
    expected = sum(reference(policy, pair, beta) for pair in ready)
    expected -= sum(likelihood(policy.model, row) / row.learned_tokens for row in (rows[0], rows[2]))
    assert value(dpo.dpo_objective(beta), policy.model, examples) == pytest.approx((expected, 4), rel=1e-5)


def test_at_the_base_nothing_is_preferred(policy: Policy, pairs: list[EncodedPair]) -> None:
    prepared = dpo.prepare(policy.model, pairs)
    for pair, base in zip(pairs, prepared, strict=True):
        assert isinstance(base, EncodedPair)
        assert base.chosen_base == pytest.approx(likelihood(policy.model, pair.chosen), rel=1e-5)
        assert base.rejected_base == pytest.approx(likelihood(policy.model, pair.rejected), rel=1e-5)
    plain = -sum(likelihood(policy.model, pair.chosen) / pair.chosen.learned_tokens for pair in pairs)
    loss, number = value(dpo.dpo_objective(0.3), policy.model, prepared)
    assert (loss - plain, number) == pytest.approx((2 * log(2), 2), rel=1e-4)


def test_a_step_prefers_the_chosen(policy: Policy, pairs: list[EncodedPair]) -> None:
    pair = pairs[1]
    before = likelihood(policy.model, pair.chosen), likelihood(policy.model, pair.rejected)
    stepped(dpo.dpo_objective(1.0), policy.model, dpo.prepare(policy.model, [pair]), 0.05)
    assert likelihood(policy.model, pair.chosen) > before[0]
    assert likelihood(policy.model, pair.rejected) < before[1]


@pytest.mark.parametrize("steps", [0, 4])
def test_a_higher_beta_stays_nearer_to_the_base(policy: Policy, pairs: list[EncodedPair], steps: int) -> None:
    """A preference pushes with beta * sigmoid(-beta * margin): a high beta harder at first, and then hardly at all."""
    prepared = dpo.prepare(policy.model, pairs[1:])
    moved(policy, [pairs[1].chosen], steps)

    def difference(model: Any, _: Sequence[Any]) -> Any:
        chosen, _number = sft_objective(model, [pairs[1].chosen])
        rejected, _number = sft_objective(model, [pairs[1].rejected])
        return chosen - rejected, mx.array(1.0)

    ready = prepared[0]
    assert isinstance(ready, EncodedPair)
    gained = likelihood(policy.model, ready.chosen) - ready.chosen_base
    margin = gained - (likelihood(policy.model, ready.rejected) - ready.rejected_base)
    alone = gradient(sft_objective, policy.model, [ready.chosen])
    slope = gradient(difference, policy.model, [])
    pushes = [beta / (1 + np.exp(beta * margin)) for beta in (0.1, 2.0)]
    for beta, push in zip((0.1, 2.0), pushes, strict=True):
        found = gradient(dpo.dpo_objective(beta), policy.model, prepared)
        np.testing.assert_allclose(found, alone + push * slope, atol=2e-4 * np.abs(found).max())
    assert (margin > 3) if steps else (margin == pytest.approx(0, abs=1e-3))
    assert (pushes[1] < pushes[0]) == bool(steps)


def test_rows_alone_are_a_mean_over_rows(policy: Policy, rows: list[EncodedRow]) -> None:
    each = [-likelihood(policy.model, row) / row.learned_tokens for row in rows]
    assert value(dpo.dpo_objective(0.1), policy.model, rows) == pytest.approx((sum(each), len(rows)), rel=1e-5)


def test_a_pair_without_its_base_is_refused(policy: Policy, pairs: list[EncodedPair]) -> None:
    assert np.isnan(value(dpo.dpo_objective(0.1), policy.model, pairs)[0])


def test_a_rejected_answer_that_is_too_long_is_left_out(policy: Policy) -> None:
    def of(most: int) -> list[EncodedPair]:
        return encode_pairs(policy.tokenizer, PAIRS, system=None, max_tokens=most)

    longest = of(500)[1]
    assert longest.length == longest.rejected.length > longest.chosen.length
    assert len(of(longest.length)) == 2
    assert [pair.chosen.tokens for pair in of(longest.length - 1)] == [of(500)[0].chosen.tokens]
    with pytest.raises(TrainingError, match="max_row_tokens"):
        of(longest.chosen.length - 1)


# Both, in training


Make = Callable[[Policy, list[EncodedRow], list[EncodedPair]], tuple[Objective, list[Any]]]


def weighting(policy: Policy, rows: list[EncodedRow], _pairs: list[EncodedPair]) -> tuple[Objective, list[Any]]:
    return weighted.weighted_objective, [*weighted.prepare(policy.model, rows)]


def preferring(policy: Policy, rows: list[EncodedRow], pairs: list[EncodedPair]) -> tuple[Objective, list[Any]]:
    return dpo.dpo_objective(0.5), [*dpo.prepare(policy.model, [*rows[:2], *pairs])]


both = pytest.mark.parametrize("make", [weighting, preferring])


@both
def test_passes_add_up_to_the_batch(policy: Policy, rows: list[EncodedRow], pairs: list[EncodedPair], make: Make) -> None:
    objective, examples = make(policy, rows, pairs)
    moved(policy, [rows[1]])
    whole = np.array(value(objective, policy.model, examples))
    parts = np.array([value(objective, policy.model, [example]) for example in examples])
    np.testing.assert_allclose(parts.sum(axis=0), whole, rtol=1e-5)


@both
def test_padding_changes_nothing(policy: Policy, rows: list[EncodedRow], pairs: list[EncodedPair], make: Make) -> None:
    objective, examples = make(policy, rows, pairs)
    longer = [padded(example, 96) for example in examples]
    assert {example.length for example in longer} == {96}
    assert value(objective, policy.model, longer) == pytest.approx(value(objective, policy.model, examples), rel=1e-5)


@both
def test_accumulation_is_the_large_batch(tiny_model: Path, rows: list[EncodedRow], pairs: list[EncodedPair], make: Make) -> None:
    found = []
    for batch_size, accumulation in ((4, 1), (1, 4)):
        policy = load_policy(tiny_model)
        config = TrainingConfig(rank=4, batch_size=batch_size, accumulation=accumulation, steps=2, learning_rate=1e-3)
        make_trainable(policy.model, config, seed=1)
        objective, examples = make(policy, rows, pairs)
        Trainer(policy.model, examples, config, objective=objective, seed=2, validate=lambda: 0.0).train(lambda _: None)
        weights = [np.asarray(leaf) for _, leaf in trees.tree_flatten(policy.model.trainable_parameters())]
        found.append(np.concatenate([leaf.ravel() for leaf in weights]))
    assert np.abs(found[0] - found[1]).max() < 1e-4
    assert np.abs(found[0]).max() > 1e-3


@pytest.mark.parametrize("method", ["lora", "dora", "full"])
def test_the_base_is_measured_through_an_adapter_that_is_not_trained_yet(
    policy: Policy, rows: list[EncodedRow], method: str
) -> None:
    expected = [likelihood(policy.model, row) for row in rows]
    make_trainable(policy.model, TrainingConfig.model_validate({"rank": 4, "dropout": 0.5, "method": method}), seed=1)
    policy.model.train()
    assert base_log_likelihoods(policy.model, rows) == pytest.approx(expected, rel=1e-5)
    assert not policy.model.training, "a model with dropout of its own would have used it"


def test_a_training_prefers_what_it_was_shown(tiny_model: Path, pairs: list[EncodedPair]) -> None:
    policy = load_policy(tiny_model)
    config = TrainingConfig(rank=4, batch_size=2, steps=8, learning_rate=6e-3)
    make_trainable(policy.model, config, seed=1)
    examples = dpo.prepare(policy.model, pairs)
    objective = dpo.dpo_objective(0.1)
    Trainer(policy.model, examples, config, objective=objective, seed=2, validate=lambda: 0.0).train(lambda _: None)
    for pair in examples:
        assert isinstance(pair, EncodedPair)
        chosen = likelihood(policy.model, pair.chosen) - pair.chosen_base
        rejected = likelihood(policy.model, pair.rejected) - pair.rejected_base
        assert chosen > 0
        assert chosen - rejected > 1.0
