"""The loss in chunks: equal to the whole, also on the way back, for a head that learns and for one that does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.head import halves_of
from rft.training.layers import make_trainable
from rft.training.loss import row_log_likelihoods
from rft.training.rows import EncodedRow
from rollouts.device import mx, nn, trees
from rollouts.policy import load_policy
from tests.rft.small_training import encoded

WEIGHTS = (1.0, -0.5, 0.25, 2.0, 1.5)
"""Each row's share of the loss: what arrives at a token on the way back is not always one."""


def whole(model: Any, rows: list[EncodedRow]) -> Any:
    """The same sums from full logits, by MLX's own functions."""
    sums = []
    for row in rows:
        logits = model(mx.array([row.tokens[:-1]]))[0].astype(mx.float32)
        log_probabilities = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
        places = mx.array([t for start, end in row.learned for t in range(start, end)])
        targets = mx.array([row.tokens[t] for start, end in row.learned for t in range(start, end)])
        sums.append(mx.take_along_axis(log_probabilities[places - 1], targets[:, None], axis=-1).sum())
    return mx.stack(sums)


def gradient(model: Any, rows: list[EncodedRow], sums: Any) -> tuple[float, dict[str, Any]]:
    loss, found = nn.value_and_grad(model, lambda model: (sums(model, rows) * mx.array(WEIGHTS)).sum())(model)
    return float(loss.item()), dict(trees.tree_flatten(found))


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("chunk_tokens", [1, 7, 50, 10_000])
def test_the_gradient_is_that_of_the_whole(tiny_model: Path, method: str, chunk_tokens: int) -> None:
    model = load_policy(tiny_model).model
    make_trainable(model, TrainingConfig(method=method, rank=4), seed=0)
    for name, value in trees.tree_flatten(model.trainable_parameters()):
        if name.endswith("lora_b"):  # it begins at zero, and the gradient of lora_a with it
            model.load_weights([(name, mx.random.normal(value.shape) * 0.1)], strict=False)
    rows = encoded(load_policy(tiny_model))
    rows[3] = EncodedRow(rows[3].tokens, ((4, 6), (9, rows[3].length)))
    vocabulary = model.args.vocab_size
    loss, found = gradient(
        model, rows, lambda model, rows: row_log_likelihoods(model, rows, chunk_logits=chunk_tokens * vocabulary)[0]
    )
    expected_loss, expected = gradient(model, rows, whole)
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    assert found.keys() == expected.keys()
    assert ("model.embed_tokens.weight" in found) == (method == "full")
    for name, value in expected.items():
        scale = float(mx.abs(value).max().item().real)
        assert scale > 0 or "k_proj" in name
        np.testing.assert_allclose(np.array(found[name]), np.array(value), atol=1e-5 * max(scale, 1.0), err_msg=name)


def test_the_weights_are_themselves_after_the_loss(tiny_model: Path) -> None:
    """A head that learns is run with weights handed in; the model must not keep those."""
    model = load_policy(tiny_model).model
    before = model.model.embed_tokens.weight
    rows = encoded(load_policy(tiny_model))
    gradient(model, rows, lambda model, rows: row_log_likelihoods(model, rows, chunk_logits=300)[0])
    assert mx.array_equal(model.model.embed_tokens.weight, before)


def test_no_more_logits_are_made_at_once_than_allowed(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_policy(tiny_model).model
    head, sizes = type(halves_of(model)).logits, []

    def logits(halves: Any, hidden: Any) -> Any:
        made = head(halves, hidden)
        sizes.append(made.size)
        return made

    monkeypatch.setattr(type(halves_of(model)), "logits", logits)
    vocabulary = model.args.vocab_size
    row = EncodedRow(tuple(range(100)), ((40, 100),))
    row_log_likelihoods(model, [row], chunk_logits=16 * vocabulary)
    assert [size // vocabulary for size in sizes] == [1, 16, 16, 16, 12], "the first asks for a shape alone"


def test_half_precision_sums_in_full(tiny_model: Path) -> None:
    model = load_policy(tiny_model).model
    rows = encoded(load_policy(tiny_model))
    expected, _ = row_log_likelihoods(model, rows)
    model.set_dtype(mx.bfloat16)
    found, _ = row_log_likelihoods(model, rows)
    assert found.dtype == mx.float32
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=0.02)


def test_a_model_without_a_known_half_is_refused() -> None:
    with pytest.raises(TrainingError, match="changes its logits") as caught:
        halves_of(nn.Linear(2, 2))
    assert caught.value.hint
