"""What is trained: LoRA, DoRA and the weights themselves, in mlx-lm's own format, on a plain and on a quantised base."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rollouts.policy
from checkpoints.adapter import WEIGHTS, write_config
from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.layers import adapter_config, adapter_weights, change_norm, refuse_no_change
from rft.training.worker import refuse_full_over_quantised
from rollouts.device import mx, nn, trees
from rollouts.policy import Policy, load_policy
from tests.rft.small_training import CONFIG, encoded, trained, trainer_of, with_settings

METHODS = ("lora", "dora", "full")


def written(policy: Policy, config: TrainingConfig, folder: Path) -> Path:
    mx.save_safetensors(str(folder / WEIGHTS), adapter_weights(policy.model))
    write_config(folder, adapter_config(policy.model, config))
    return folder


def flat(model: Any) -> dict[str, Any]:
    return dict(trees.tree_flatten(model.parameters()))


def test_a_fresh_adapter_changes_nothing(tiny_model: Path, tiny_policy: Policy) -> None:
    tokens = mx.array([encoded(tiny_policy)[0].tokens])
    for method in ("lora", "dora"):
        policy = load_policy(tiny_model)
        trainer_of(policy, with_settings(method=method))
        assert mx.allclose(policy.model(tokens), tiny_policy.model(tokens), atol=1e-6)
    with pytest.raises(TrainingError, match="changed nothing"):
        refuse_no_change(0.0)


@pytest.mark.parametrize("method", METHODS)
def test_mlx_lm_reads_what_was_trained(tiny_model: Path, tmp_path: Path, method: str) -> None:
    import mlx_lm

    config = with_settings(method=method, steps=5)
    policy, _ = trained(tiny_model, config)
    written(policy, config, tmp_path)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["fine_tune_type"] == method
    model, tokenizer, *_ = mlx_lm.load(str(tiny_model), adapter_path=str(tmp_path))
    tokens = mx.array([encoded(policy)[1].tokens])
    expected = policy.model(tokens)
    assert mx.array_equal(model(tokens), expected)
    assert mx.array_equal(load_policy(tiny_model, tmp_path).model(tokens), expected)
    assert not mx.allclose(load_policy(tiny_model).model(tokens), expected, atol=1e-3)
    assert mlx_lm.generate(model, tokenizer, "hello", max_tokens=5)


@pytest.mark.parametrize("method", METHODS)
def test_the_norm_of_the_change(tiny_model: Path, tiny_policy: Policy, method: str) -> None:
    """||dW|| against the difference of all weights that the layers work with, computed in float64."""
    policy, _ = trained(tiny_model, with_settings(method=method, steps=5))
    base = flat(tiny_policy.model)
    if method == "full":
        found, after = change_norm(policy.model, base), flat(policy.model)
    else:
        found = change_norm(policy.model)
        fused = [(name, module.fuse()) for name, module in policy.model.named_modules() if hasattr(module, "fuse")]
        policy.model.update_modules(trees.tree_unflatten(fused))
        after = flat(policy.model)
    squares = [np.square(np.array(after[name], np.float64) - np.array(base[name], np.float64)).sum() for name in base]
    assert found > 0
    assert found == pytest.approx(float(np.sqrt(np.sum(squares))), rel=1e-3)


def test_only_the_adapter_is_trained(tiny_model: Path, tiny_policy: Policy) -> None:
    policy, _ = trained(tiny_model)
    assert all(name.endswith((".lora_a", ".lora_b")) for name in adapter_weights(policy.model))
    adapted = policy.model.layers[0].self_attn.q_proj.linear.weight
    assert mx.array_equal(adapted, tiny_policy.model.layers[0].self_attn.q_proj.weight)


def test_full_training_is_of_all_weights(tiny_model: Path, tiny_policy: Policy) -> None:
    policy, _ = trained(tiny_model, with_settings(method="full"))
    assert set(adapter_weights(policy.model)) == set(flat(tiny_policy.model))
    assert all(not mx.array_equal(value, flat(tiny_policy.model)[name]) for name, value in flat(policy.model).items())


@pytest.mark.parametrize("method", METHODS)
def test_the_last_blocks_alone(tiny_model: Path, tmp_path: Path, method: str) -> None:
    config = with_settings(method=method, num_layers=1, steps=2)
    policy, _ = trained(tiny_model, config)
    assert {name.split(".")[2] for name in adapter_weights(policy.model)} == {"1"}
    tokens = mx.array([encoded(policy)[1].tokens])
    assert mx.array_equal(load_policy(tiny_model, written(policy, config, tmp_path)).model(tokens), policy.model(tokens))


@pytest.mark.parametrize("method", METHODS)
def test_the_named_layers_alone(tiny_model: Path, tmp_path: Path, method: str) -> None:
    config = with_settings(method=method, keys=("self_attn.q_proj", "mlp.up_proj"), steps=2)
    policy, _ = trained(tiny_model, config)
    assert {".".join(name.split(".")[3:5]) for name in adapter_weights(policy.model)} == {"self_attn.q_proj", "mlp.up_proj"}
    tokens = mx.array([encoded(policy)[1].tokens])
    assert mx.array_equal(load_policy(tiny_model, written(policy, config, tmp_path)).model(tokens), policy.model(tokens))


def test_settings_that_do_not_fit_the_model_are_refused(tiny_model: Path) -> None:
    with pytest.raises(TrainingError, match="the model has 2 blocks") as caught:
        trainer_of(load_policy(tiny_model), with_settings(num_layers=3))
    assert "at most 2" in caught.value.hint
    with pytest.raises(TrainingError, match=r"self_attn\.query") as caught:
        trainer_of(load_policy(tiny_model), with_settings(keys=("self_attn.query", "self_attn.q_proj")))
    assert "self_attn.q_proj" in caught.value.hint
    assert "input_layernorm" not in caught.value.hint


def test_alpha_is_the_scale_by_another_name(tiny_model: Path) -> None:
    """PEFT's alpha / rank is mlx-lm's scale, in the layers and in the adapter's configuration, both ways."""
    by_alpha, by_scale = with_settings(alpha=32.0, scale=1.0, steps=2), with_settings(scale=8.0, steps=2)
    one, other = trained(tiny_model, by_alpha)[0], trained(tiny_model, by_scale)[0]
    assert one.model.layers[0].mlp.up_proj.scale == 8.0
    assert adapter_config(one.model, by_alpha) == adapter_config(other.model, by_scale)
    tokens = mx.array([encoded(one)[0].tokens])
    assert mx.array_equal(one.model(tokens), other.model(tokens))
    assert not mx.array_equal(one.model(tokens), trained(tiny_model, with_settings(scale=1.0, steps=2))[0].model(tokens))


@pytest.mark.parametrize("rank", [2, 8])
def test_the_rank_is_the_products(tiny_model: Path, rank: int) -> None:
    policy, _ = trained(tiny_model, with_settings(rank=rank, steps=1))
    assert {value.shape[-1] for name, value in adapter_weights(policy.model).items() if name.endswith("lora_a")} == {rank}


def quantised(folder: Path, bits: int) -> Path:
    """The tiny model in a quantised form that mlx-lm reads, as `mlx_lm.convert -q` writes it."""
    from mlx_lm.utils import load_model, quantize_model, save_config

    source = folder.parent / "tiny-source"
    model, config = load_model(source)
    model, config = quantize_model(model, config, group_size=32, bits=bits)
    folder.mkdir()
    mx.save_safetensors(str(folder / "model.safetensors"), dict(trees.tree_flatten(model.parameters())), {"format": "mlx"})
    save_config(config, folder / "config.json")
    for file in source.glob("tokenizer*"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def quantised_model(tiny_model: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    (tmp_path / "tiny-source").symlink_to(tiny_model)
    return quantised(tmp_path / "tiny-quantised", request.param)


@pytest.mark.parametrize("quantised_model", [4, 8], indirect=True)
@pytest.mark.parametrize("method", ["lora", "dora"])
def test_a_quantised_base_is_trained_as_it_is(
    quantised_model: Path, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where the base stays quantised: its integers stay, the adapter learns, and loads back to equal logits."""
    monkeypatch.setattr(rollouts.policy, "prepare_weights", lambda _model: None)
    config = with_settings(method=method, steps=12)
    policy, reports = trained(quantised_model, config)
    projection = policy.model.layers[0].mlp.up_proj
    assert isinstance(projection.linear, nn.QuantizedLinear)
    assert mx.array_equal(projection.linear.weight, load_policy(quantised_model).model.layers[0].mlp.up_proj.weight)
    assert np.mean([report.loss for report in reports[-3:]]) < np.mean([report.loss for report in reports[:3]]) - 0.2
    assert change_norm(policy.model) > 0
    tokens = mx.array([encoded(policy)[1].tokens])
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    again = load_policy(quantised_model, written(policy, config, adapter))
    assert mx.array_equal(again.model(tokens), policy.model(tokens))


@pytest.mark.parametrize("quantised_model", [4], indirect=True)
def test_full_training_of_a_quantised_base_is_refused(quantised_model: Path, tiny_model: Path) -> None:
    with pytest.raises(TrainingError, match="is quantised") as caught:
        refuse_full_over_quantised(with_settings(method="full"), quantised_model)
    assert "dequantize" in caught.value.hint
    refuse_full_over_quantised(CONFIG, quantised_model)
    refuse_full_over_quantised(with_settings(method="full"), tiny_model)


def test_weights_that_are_not_finite_are_refused(tiny_model: Path) -> None:
    """The last step's damage shows in no loss any more."""
    policy, _ = trained(tiny_model, with_settings(learning_rate=float("nan"), steps=1))
    with pytest.raises(TrainingError, match="not finite"):
        adapter_weights(policy.model)


def test_an_adapter_that_does_nothing_is_refused(tiny_model: Path) -> None:
    policy, _ = trained(tiny_model, with_settings(learning_rate=1e-40))
    with pytest.raises(TrainingError, match="changed nothing"):
        refuse_no_change(change_norm(policy.model))
