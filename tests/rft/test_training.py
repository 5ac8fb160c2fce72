"""Training on the tiny model: what is learned, by which loss, and that it stays exactly that."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkpoints.adapter import WEIGHTS, lora_config, write_config
from rft.errors import TrainingError
from rft.training.loss import completion_loss, refuse_other_head
from rft.training.rows import EncodedRow, TrainingRow, batches, encode
from rft.training.trainer import LoraShape, Schedule, StepReport, adapter_weights, add_lora, change_norm, mean_loss, train
from rollouts.device import mx
from rollouts.policy import Policy, load_policy

SHAPE = LoraShape(rank=4, scale=20.0, dropout=0.0)
SCHEDULE = Schedule(learning_rate=2e-3, epochs=1, batch_size=2, warmup_steps=2, max_gradient_norm=1.0)
ROWS = (
    TrainingRow("sum", "return a + b"),
    TrainingRow('Écris: "être"', "-- voilà\n\treturn 1"),
    TrainingRow("x", "y"),
    TrainingRow("two\nlines", "local t = {}\nreturn t\n"),
    TrainingRow("🦀", "return '🦀' .. \"<|end|\""),
)


def byte_ids(text: str) -> list[int]:
    """Four markers, then GPT-2's byte characters in their order: printable bytes as they are, the others from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    order = printable + [byte for byte in range(256) if byte not in printable]
    return [4 + order.index(byte) for byte in text.encode()]


def encoded(policy: Policy, rows: Sequence[TrainingRow] = ROWS) -> list[EncodedRow]:
    return [encode(policy.tokenizer, row, system=None, max_tokens=500) for row in rows]


def trained(folder: Path, schedule: Schedule, seed: int = 0) -> tuple[Policy, list[StepReport]]:
    policy = load_policy(folder)
    add_lora(policy.model, SHAPE, seed=seed)
    reports: list[StepReport] = []
    train(policy.model, encoded(policy), schedule, seed=seed, on_step=reports.append)
    return policy, reports


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row.prompt))
def test_the_loss_is_on_the_completion_and_its_end(tiny_policy: Policy, row: TrainingRow) -> None:
    end, system, user, assistant = range(4)
    found = encode(tiny_policy.tokenizer, row, system="Luau!", max_tokens=500)
    prompt = [system, *byte_ids("Luau!"), end, user, *byte_ids(row.prompt), end, assistant]
    assert list(found.tokens[: found.completion_start]) == prompt
    assert list(found.tokens[found.completion_start :]) == [*byte_ids(row.completion), end]


def test_the_end_is_the_tokenizers_own(tiny_policy: Policy) -> None:
    """A model with several stop tokens: the end of a document often has the lowest id, but does not end a turn."""

    class Several:
        def __init__(self) -> None:
            self.chat_template = None
            self.eos_token_id: int | None = 7
            self.eos_token_ids = {0, 7, 9}

        def __getattr__(self, name: str) -> Any:
            return getattr(tiny_policy.tokenizer, name)

    assert encode(Several(), ROWS[0], system=None, max_tokens=500).tokens[-1] == 7


def test_a_row_is_refused_and_never_cut(tiny_policy: Policy) -> None:
    length = len(encoded(tiny_policy)[0].tokens)
    assert len(encode(tiny_policy.tokenizer, ROWS[0], system=None, max_tokens=length).tokens) == length
    with pytest.raises(TrainingError, match=f"has {length} tokens") as caught:
        encode(tiny_policy.tokenizer, ROWS[0], system=None, max_tokens=length - 1)
    assert "max_row_tokens" in caught.value.hint


@given(st.lists(st.integers(2, 60), min_size=1, max_size=90), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_an_epoch_holds_every_row_once(lengths: list[int], batch_size: int, seed: int) -> None:
    rows = [EncodedRow((i, *range(length)), 1) for i, length in enumerate(lengths)]
    epoch = list(batches(rows, batch_size, np.random.default_rng(seed)))
    assert Counter(row.tokens for batch in epoch for row in batch) == Counter(row.tokens for row in rows)
    sizes = sorted((len(batch) for batch in epoch), reverse=True)
    assert sizes == [batch_size] * (len(rows) // batch_size) + ([len(rows) % batch_size] if len(rows) % batch_size else [])


def test_batches_pair_like_lengths() -> None:
    rows = [EncodedRow((0,) * (2 + i % 32), 1) for i in range(32)]
    epoch = list(batches(rows, 4, np.random.default_rng(0)))
    assert [max(len(row.tokens) for row in batch) - min(len(row.tokens) for row in batch) for batch in epoch] == [3] * 8


def test_the_loss_equals_the_one_from_full_logits(tiny_policy: Policy) -> None:
    rows = encoded(tiny_policy)
    losses: list[float] = []
    for row in rows:
        logits = np.array(tiny_policy.model(mx.array([row.tokens[:-1]]))[0]).astype(np.float64)
        normalised = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        losses += [-normalised[t - 1, row.tokens[t]] for t in range(row.completion_start, len(row.tokens))]
    assert completion_loss(tiny_policy.model, rows).item() == pytest.approx(np.mean(losses), abs=1e-5)


def test_a_model_with_another_head_is_refused(tiny_policy: Policy) -> None:
    """Logits that go through a soft cap: the loss would be another model's."""

    class Capped:
        model = tiny_policy.model.model

        def __call__(self, tokens_B_L: Any) -> Any:
            return mx.tanh(tiny_policy.model(tokens_B_L) / 2) * 2

    row = encoded(tiny_policy)[0]
    refuse_other_head(tiny_policy.model, row)
    with pytest.raises(TrainingError, match="changes its logits") as caught:
        refuse_other_head(Capped(), row)
    assert caught.value.hint


def test_padding_does_not_change_the_loss(tiny_policy: Policy) -> None:
    """The batch's loss is the token-weighted mean of each row's own."""
    rows = encoded(tiny_policy)
    weights = [len(row.tokens) - row.completion_start for row in rows]
    alone = [completion_loss(tiny_policy.model, [row]).item() for row in rows]
    together = completion_loss(tiny_policy.model, rows).item()
    assert together == pytest.approx(np.average(alone, weights=weights), abs=1e-5)
    assert mean_loss(tiny_policy.model, rows, batch_size=2) == pytest.approx(together, abs=1e-5)


def test_a_fresh_lora_changes_nothing(tiny_model: Path, tiny_policy: Policy) -> None:
    policy = load_policy(tiny_model)
    add_lora(policy.model, SHAPE, seed=0)
    tokens = mx.array([encoded(policy)[0].tokens])
    assert mx.array_equal(policy.model(tokens), tiny_policy.model(tokens))
    with pytest.raises(TrainingError, match="changed nothing"):
        adapter_weights(policy.model)


def test_the_loss_falls(tiny_model: Path) -> None:
    _, reports = trained(tiny_model, replace(SCHEDULE, steps=30))
    assert [report.step for report in reports] == list(range(1, 31))
    assert {report.steps for report in reports} == {30}
    losses = [report.loss for report in reports]
    assert np.mean(losses[-6:]) < np.mean(losses[:6]) - 0.5


def test_every_row_is_learned_in_every_epoch(tiny_model: Path, tiny_policy: Policy) -> None:
    _, reports = trained(tiny_model, replace(SCHEDULE, epochs=2))
    one_epoch = sum(len(row.tokens) - row.completion_start for row in encoded(tiny_policy))
    assert len(reports) == 6
    assert sum(report.completion_tokens for report in reports) == 2 * one_epoch


@pytest.mark.parametrize("warmup_steps", [0, 5])
def test_the_first_step_learns(tiny_model: Path, warmup_steps: int) -> None:
    """A warm-up that began at a rate of zero would lose the first batch."""
    policy, _ = trained(tiny_model, replace(SCHEDULE, steps=1, warmup_steps=warmup_steps))
    assert change_norm(adapter_weights(policy.model), SHAPE.scale) > 0


def test_only_the_adapter_is_trained(tiny_model: Path, tiny_policy: Policy) -> None:
    policy, _ = trained(tiny_model, SCHEDULE)
    assert all(name.endswith((".lora_a", ".lora_b")) for name in adapter_weights(policy.model))
    adapted = policy.model.layers[0].self_attn.q_proj.linear.weight
    assert mx.array_equal(adapted, tiny_policy.model.layers[0].self_attn.q_proj.weight)


@pytest.mark.parametrize("rate", [math.nan, 1e30])
def test_a_loss_that_is_not_finite_ends_training(tiny_model: Path, rate: float) -> None:
    with pytest.raises(TrainingError, match="the training loss became") as caught:
        trained(tiny_model, replace(SCHEDULE, learning_rate=rate, epochs=3))
    assert "learning_rate" in caught.value.hint


def test_weights_that_are_not_finite_are_refused(tiny_model: Path) -> None:
    """The last step's damage shows in no loss any more."""
    policy, _ = trained(tiny_model, replace(SCHEDULE, learning_rate=math.nan, steps=1))
    with pytest.raises(TrainingError, match="not finite"):
        adapter_weights(policy.model)


def test_an_adapter_that_does_nothing_is_refused(tiny_model: Path) -> None:
    policy, _ = trained(tiny_model, replace(SCHEDULE, learning_rate=1e-40, epochs=1))
    with pytest.raises(TrainingError, match="changed nothing"):
        adapter_weights(policy.model)


@pytest.mark.parametrize("steps", [None, 5])
def test_no_rows_are_an_error(tiny_policy: Policy, steps: int | None) -> None:
    with pytest.raises(TrainingError, match="no training rows"):
        train(tiny_policy.model, [], replace(SCHEDULE, steps=steps), seed=0, on_step=lambda _report: None)


def test_the_norm_of_the_change() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 6, 6))
    weights = {f"{layer}.lora_{name}": mx.array(value) for layer in "xy" for name, value in (("a", a), ("b", b))}
    assert change_norm(weights, 3.0) == pytest.approx(math.sqrt(2) * 3 * float(np.linalg.norm(a @ b)), rel=1e-5)


def test_mlx_lm_reads_the_adapter(tiny_model: Path, tmp_path: Path) -> None:
    import mlx_lm

    policy, _ = trained(tiny_model, replace(SCHEDULE, steps=5))
    mx.save_safetensors(str(tmp_path / WEIGHTS), adapter_weights(policy.model))
    write_config(tmp_path, lora_config(num_layers=2, rank=SHAPE.rank, scale=SHAPE.scale, dropout=SHAPE.dropout))
    model, tokenizer, *_ = mlx_lm.load(str(tiny_model), adapter_path=str(tmp_path))
    tokens = mx.array([encoded(policy)[1].tokens])
    expected = policy.model(tokens)
    assert mx.array_equal(model(tokens), expected)
    assert mx.array_equal(load_policy(tiny_model, tmp_path).model(tokens), expected)
    assert not mx.array_equal(load_policy(tiny_model).model(tokens), expected)
    assert mlx_lm.generate(model, tokenizer, "hello", max_tokens=5)
