"""Training over models of several families: the loss is their own, a step lowers it, and the adapter they leave is read back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rft.training.head import halves_of
from rft.training.loss import completion_loss, refuse_other_head, row_log_likelihoods
from rft.training.worker import write_adapter
from rollouts.decode import PromptJob, decode
from rollouts.device import mx
from rollouts.identity import SamplingParameters
from rollouts.policy import Policy, load_policy
from rollouts.prompt import messages_for, render
from tests.rft.architectures import ARCHITECTURES, TRAINED, make_model
from tests.rft.small_training import encoded, trainer_of, with_settings

STEPS = 3


@pytest.fixture(autouse=True)
def uncompiled() -> Iterator[None]:
    """On the CPU mlx compiles a function by calling the machine's C++ compiler: seconds for each of these small models."""
    mx.disable_compile()
    yield
    mx.enable_compile()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_loss_is_that_of_the_models_own_logits(tiny_model: Path, tmp_path: Path, name: str) -> None:
    policy = load_policy(make_model(name, tmp_path / "model", tiny_model))
    rows = encoded(policy)
    refuse_other_head(policy.model, rows[0])
    sums, counts = row_log_likelihoods(policy.model, rows)
    for row, total, count in zip(rows, sums.tolist(), counts.tolist(), strict=True):  # type: ignore[arg-type]
        logits = np.array(policy.model(mx.array([row.tokens[:-1]]))[0]).astype(np.float64)
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        places = [t for start, end in row.learned for t in range(start, end)]
        assert count == len(places)
        assert total == pytest.approx(sum(log_probabilities[t - 1, row.tokens[t]] for t in places), rel=1e-5)


@pytest.mark.parametrize("name", TRAINED)
def test_training_lowers_the_loss_and_its_adapter_is_read_back(tiny_model: Path, tmp_path: Path, name: str) -> None:
    folder = make_model(name, tmp_path / "model", tiny_model)
    policy = load_policy(folder)
    untrained = policy.model(mx.array([encoded(policy)[1].tokens]))
    config = with_settings(steps=STEPS, batch_size=5)
    mx.eval(untrained)
    before = completion_loss(policy.model, encoded(policy)).item()
    trainer_of(policy, config).train(lambda _report: None)
    assert completion_loss(policy.model, encoded(policy)).item() < before  # type: ignore[operator]
    write_adapter(policy.model, config, folder, tmp_path / "adapter")
    again = load_policy(folder, tmp_path / "adapter")
    tokens = mx.array([encoded(policy)[1].tokens])
    expected = policy.model(tokens)
    assert mx.array_equal(again.model(tokens), expected)
    assert not mx.allclose(untrained, expected)
    assert _sampled(again) == _sampled(policy)


def test_experts_get_an_adapter_each(tiny_model: Path, tmp_path: Path) -> None:
    policy = load_policy(make_model("qwen3_moe", tmp_path / "model", tiny_model))
    trainer = trainer_of(policy, with_settings(steps=2))
    trainer.train(lambda _report: None)
    expert = policy.model.layers[0].mlp.switch_mlp.up_proj
    assert expert.lora_b.shape[0] == 4
    changed = mx.abs(expert.lora_b).sum(axis=(1, 2))
    assert bool((changed > 0).all().item()), "every expert was routed to, and learned"


def test_the_text_half_is_found_where_it_lies(tiny_model: Path, tmp_path: Path) -> None:
    model = load_policy(make_model("qwen3_5", tmp_path / "model", tiny_model)).model
    halves = halves_of(model)
    assert halves.text is model.language_model
    assert halves.hidden(mx.array([[1, 2]])).shape == (1, 2, 32)


def _sampled(policy: Policy) -> dict[str, tuple[int, ...]]:
    jobs = [PromptJob(tuple(render(policy.tokenizer, messages_for(text, None))), (text,), (text * 32,)) for text in "ab"]
    parameters = SamplingParameters(temperature=1.0, top_p=0.9, max_new_tokens=8)
    replies = {reply.key: reply.tokens for reply in decode(policy, jobs, parameters, max_rows=2)}
    assert replies.keys() == {"a", "b"}
    return replies
