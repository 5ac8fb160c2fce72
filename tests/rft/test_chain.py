"""The gradient by blocks is the whole model's, costs a block's memory, and is left alone where it is another."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rft.training import chain
from rft.training.chain import chain_blocks
from rft.training.head import halves_of
from rft.training.layers import make_trainable
from rft.training.objective import sft_objective
from rollouts import exponentials, text_attention
from rollouts.device import mx, nn, trees
from rollouts.policy import Policy, load_policy
from tests.rft.architectures import ARCHITECTURES, make_model
from tests.rft.small_training import encoded, with_settings


@pytest.fixture(autouse=True)
def uncompiled() -> Iterator[None]:
    """On the CPU mlx compiles a function by calling the machine's C++ compiler: seconds for each of these small models."""
    mx.disable_compile()
    yield
    mx.enable_compile()


@pytest.fixture(autouse=True)
def small_arrays_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exponentials, "WORTH", 0)


def ready(folder: Path, **settings: Any) -> Policy:
    """A policy whose adapter is not at its start, where half of its gradient is zero."""
    policy = load_policy(folder)
    make_trainable(policy.model, with_settings(**settings), seed=0)
    mx.random.seed(1)
    moved = trees.tree_map(lambda weight: weight + 0.1 * mx.random.normal(weight.shape), policy.model.trainable_parameters())
    policy.model.update(moved)
    return policy


def gradient_of(policy: Policy) -> tuple[float, dict[str, Any]]:
    mx.random.seed(2)
    (loss, _), gradient = nn.value_and_grad(policy.model, partial(sft_objective, policy.model))(encoded(policy))
    return float(np.array(loss)), dict(trees.tree_flatten(gradient))


def largest(value: Any) -> float:
    return float(np.abs(np.array(value)).max())


def assert_alike(found: tuple[float, dict[str, Any]], expected: tuple[float, dict[str, Any]]) -> None:
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    assert found[1].keys() == expected[1].keys()
    for name, value in expected[1].items():
        assert largest(found[1][name] - value) <= 1e-4 * max(1e-3, largest(value)), name


@pytest.mark.parametrize("numpy", [True, False])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_gradient_is_the_whole_models(
    tiny_model: Path, tmp_path: Path, name: str, numpy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = ready(make_model(name, tmp_path / "model", tiny_model))
    policy.model.eval()
    expected = gradient_of(policy)
    monkeypatch.setattr(exponentials, "EXPONENTIALS_IN_NUMPY", numpy)
    assert chain_blocks(policy.model)
    assert_alike(gradient_of(policy), expected)
    assert_alike(gradient_of(policy), expected)  # and the weights are where they were


def test_every_call_of_a_pass_learns(tiny_model: Path) -> None:
    policy = ready(tiny_model)
    policy.model.eval()
    rows = encoded(policy)

    def twice(rows: Any) -> Any:
        return sft_objective(policy.model, rows[:1])[0] * 2 + sft_objective(policy.model, rows[1:])[0]

    _, expected = nn.value_and_grad(policy.model, twice)(rows)
    assert chain_blocks(policy.model)
    _, found = nn.value_and_grad(policy.model, twice)(rows)
    assert_alike((0.0, dict(trees.tree_flatten(found))), (0.0, dict(trees.tree_flatten(expected))))


def test_blocks_below_the_trained_ones_have_none(tiny_model: Path) -> None:
    policy = ready(tiny_model, num_layers=1)
    policy.model.eval()
    expected = gradient_of(policy)
    assert chain_blocks(policy.model)
    assert_alike(gradient_of(policy), expected)


@pytest.mark.parametrize("room", [0, 40_000, 10**9])
def test_what_is_kept_changes_nothing_but_the_work(tiny_model: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """No room at all, room for a part, room for everything: the same gradient to the bit, by fewer and fewer products."""
    made: list[int] = []
    original = text_attention._attend

    def counted(*given: Any) -> Any:
        made.append(1)
        return original(*given)

    monkeypatch.setattr(text_attention, "_attend", counted)
    policy = ready(tiny_model)
    policy.model.eval()
    monkeypatch.setattr(chain, "KEPT_SHARE", 0.0)
    assert chain_blocks(policy.model)
    made.clear()
    expected = gradient_of(policy)
    blocks = len(policy.model.layers)
    assert len(made) == 2 * blocks
    monkeypatch.setattr(chain, "KEPT_SHARE", 1.0)
    monkeypatch.setattr(chain, "memory_at_hand", lambda: room)
    made.clear()
    found = gradient_of(policy)
    assert {0: len(made) == 2 * blocks, 10**9: len(made) == blocks}.get(room, True)
    assert found[0] == expected[0]
    assert all(mx.array_equal(found[1][name], value) for name, value in expected[1].items())


def test_dropout_draws_the_same_mask_both_ways(tiny_model: Path) -> None:
    """A small step down the gradient changes the loss of that very mask by as much as the gradient says."""
    policy = ready(tiny_model, dropout=0.4)
    policy.model.train()
    assert chain_blocks(policy.model)
    loss, gradient = gradient_of(policy)
    square = sum(float(np.square(np.array(value)).sum()) for value in gradient.values())
    step = 1e-4 * loss / square
    flat = dict(trees.tree_flatten(policy.model.trainable_parameters()))
    policy.model.load_weights([(name, flat[name] - step * value) for name, value in gradient.items()], strict=False)
    assert loss - gradient_of(policy)[0] == pytest.approx(step * square, rel=0.05)


def test_a_model_whose_embedding_learns_is_left_alone(tiny_model: Path) -> None:
    policy = load_policy(tiny_model)
    policy.model.unfreeze()
    before = type(policy.model.model)
    assert not chain_blocks(policy.model)
    assert type(policy.model.model) is before


def test_a_model_with_a_way_past_its_blocks_is_left_alone(tiny_model: Path) -> None:
    policy = ready(tiny_model)
    backbone = halves_of(policy.model).text.model
    kind = type(backbone)

    def forward(self: Any, inputs: Any) -> Any:
        hidden = self.embed_tokens(inputs)
        for block in self.layers:
            hidden = block(hidden, None) + 0.5 * hidden
        return self.norm(hidden)

    def averaged(self: Any, inputs: Any) -> Any:
        first = self.layers[0](self.embed_tokens(inputs), None)
        return self.norm(self.layers[1](first, None) + first)

    for way in (forward, averaged):
        other = type(kind.__name__, (kind,), {"__call__": way})
        backbone.__class__ = other
        assert not chain_blocks(policy.model)
        assert type(backbone) is other
        assert gradient_of(policy)[1]


def test_without_room_no_more_is_kept_than_what_the_blocks_were_given(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten blocks more cost ten hidden states more, not what the blocks compute."""
    monkeypatch.setattr(chain, "KEPT_SHARE", 0.0)
    peaks = {}
    for blocks in (2, 12):
        policy = ready(tiny_model)
        backbone = halves_of(policy.model).text.model
        backbone.layers = [backbone.layers[0]] * blocks
        assert chain_blocks(policy.model)
        gradient_of(policy)
        mx.reset_peak_memory()
        gradient_of(policy)
        peaks[blocks] = mx.get_peak_memory()
    length = max(row.length for row in encoded(policy)) - 1
    hidden = 4 * len(encoded(policy)) * length * policy.model.args.hidden_size
    assert peaks[12] - peaks[2] < 3 * 10 * hidden
