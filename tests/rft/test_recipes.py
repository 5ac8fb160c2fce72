"""The named recipes: what each one resolves to, and how a person sees it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from rft.cli import cli
from rft.config import RftConfig, flat, load_config, parse_config
from rft.config_view import alpha_of, as_json, as_toml, meanings, settings
from rft.recipes import recipe_names, recipe_summary, recipe_text
from rft.sections import EndpointConfig, JudgePrice, Section, TrainingConfig

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
WIDE = {"training.num_layers": 16, "training.schedule": "cosine", "training.weight_decay": 0.01, "training.dropout": 0.05}
SEEDS: dict[str, dict[str, Any]] = {
    "mistral-7b": {
        "model": "mlx-community/Mistral-7B-Instruct-v0.3-4bit", "training.rank": 64, "training.alpha": 128,
        "training.dropout": 0.05, "training.max_row_tokens": 8192, "training.batch_size": 1, "training.accumulation": 8,
        "training.num_layers": None, "training.steps": None, "training.learning_rate": 2e-4, "training.epochs": 3,
        "training.rounds.learning_rate": 1.5e-4, "training.rounds.epochs": 2,
        "rounds": 1, "sampling.n": 4, "sampling.temperature": 0.8, "sampling.top_p": 0.95,
    },
    "qwen3.5-4b": {
        "model": "mlx-community/Qwen3.5-4B-4bit", "training.rank": 8, "training.num_layers": 8, "training.learning_rate": 2e-6,
        "training.schedule": "constant", "training.warmup_steps": 0, "training.steps": 600, "training.max_row_tokens": 2048,
        "training.scale": 20.0, "training.batch_size": 1, "training.accumulation": 1,
    },
    "qwen3.5-2b": {
        **WIDE, "model": "mlx-community/Qwen3.5-2B-4bit", "training.rank": 16, "training.scale": 10.0, "training.steps": 400,
        "training.learning_rate": 5e-6, "training.warmup_steps": 50, "training.batch_size": 2, "training.accumulation": 4,
        "training.max_row_tokens": 2048,
    },
    "qwen3.5-4b-128": {
        **WIDE, "model": "mlx-community/Qwen3.5-4B-4bit", "training.rank": 32, "training.steps": 800,
        "training.learning_rate": 3e-6, "training.warmup_steps": 100, "training.max_row_tokens": 4096, "training.batch_size": 2,
    },
    "qwen3.5-4b-8bit": {
        **WIDE, "model": "mlx-community/Qwen3.5-4B-MLX-8bit", "training.rank": 32, "training.steps": 800,
        "training.learning_rate": 3e-6, "training.warmup_steps": 100, "training.max_row_tokens": 4096, "training.batch_size": 2,
    },
    "qwen3.5-9b": {
        **WIDE, "model": "mlx-community/Qwen3.5-9B-4bit", "training.rank": 16, "training.steps": 600, "training.batch_size": 1,
        "training.accumulation": 8, "training.learning_rate": 2e-6, "training.max_row_tokens": 4096,
    },
    "qwen3.5-35b": {
        **WIDE, "model": "mlx-community/Qwen3.5-35B-A3B-4bit", "training.rank": 64, "training.scale": 40.0,
        "training.steps": 1000, "training.learning_rate": 1e-5, "training.warmup_steps": 150, "training.max_row_tokens": 8192,
    },
}  # fmt: skip
"""The systems that the recipes are named after, key by key."""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def resolved(name: str) -> RftConfig:
    return load_config(None, name, {})


def test_every_recipe_is_one_of_the_known() -> None:
    assert set(recipe_names()) == {"quickstart", "smoke", *SEEDS}
    assert recipe_names()[:2] == ("quickstart", "smoke")


@pytest.mark.parametrize("name", SEEDS)
def test_a_recipe_is_what_its_system_was(name: str) -> None:
    found = flat(resolved(name))
    assert {key: found[key] for key in SEEDS[name]} == SEEDS[name]


@pytest.mark.parametrize("name", ["mistral-7b", "qwen3.5-2b", "qwen3.5-9b"])
def test_the_seven_projections_are_named(name: str) -> None:
    keys = resolved(name).training.keys
    assert keys is not None
    assert tuple(key.partition(".")[2] for key in keys) == PROJECTIONS


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_names_nothing_that_is_not_there(name: str) -> None:
    tree = tomllib.loads(recipe_text(name))
    assert flat(parse_config(tree, source=name)) == flat(resolved(name))
    assert recipe_summary(name)
    assert not recipe_summary(name).startswith("#")


def test_a_file_starts_from_a_recipe_and_changes_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "rft.toml"
    file.write_text('recipe = "qwen3.5-4b"\nmodel = "elsewhere"\n[training]\nsteps = 10\n')
    before, after = flat(resolved("qwen3.5-4b")), flat(load_config(file, "quickstart", {}))
    assert {key for key in before if before[key] != after[key]} == {"model", "training.steps"}


def test_the_cards_two_trainings() -> None:
    training = resolved("mistral-7b").training
    assert training.factor == training.of_rounds().factor == 2.0
    assert (training.of_rounds().learning_rate, training.of_rounds().epochs) == (1.5e-4, 2)


@given(st.integers(1, 512), st.floats(0.01, 1000))
def test_alpha_and_scale_convert_both_ways(rank: int, number: float) -> None:
    by_alpha, by_scale = TrainingConfig(rank=rank, alpha=number), TrainingConfig(rank=rank, scale=number)
    assert by_alpha.factor == number / rank
    assert by_scale.factor == number
    assert alpha_of(by_alpha) == pytest.approx(number)
    assert alpha_of(by_scale) == pytest.approx(number * rank)
    assert TrainingConfig(rank=rank, alpha=alpha_of(by_scale)).factor == pytest.approx(by_scale.factor)
    assert TrainingConfig(rank=rank, scale=by_alpha.factor).factor == by_alpha.factor


def test_every_setting_is_shown_with_what_it_does() -> None:
    config = RftConfig()
    shown = {key: says for key, _, says in settings(config)}
    plain = {key for key in flat(config) if key != "judge.prices"}
    assert shown.keys() >= plain
    assert [key for key, says in shown.items() if not says] == []
    assert shown["sampling.n"] == "Candidates per task and round."


def test_a_docstring_belongs_to_the_setting_above_it() -> None:
    class Example(Section):
        """The section's own."""

        first: int = 1
        """What the first does,
        in two lines."""
        second: int = 2

    assert meanings(Example) == {"first": "What the first does, in two lines."}


@pytest.mark.parametrize("name", recipe_names())
def test_what_is_shown_is_a_configuration(name: str) -> None:
    shown = as_toml(resolved(name), "a summary")
    assert parse_config(tomllib.loads(shown), source="shown") == resolved(name)


def test_sections_that_are_mostly_unset_are_shown_too() -> None:
    price = JudgePrice(input=1, output=2, cache_write_5m=3, cache_write_1h=4, cache_read=0.1)
    base = RftConfig(system_prompt='Say "no"\\ to\nthat.')
    config = base.model_copy(
        update={
            "judge": base.judge.model_copy(update={"prices": {"claude 5": price}}),
            "sampling": base.sampling.model_copy(update={"endpoint": EndpointConfig(url="http://localhost/v1", model="m")}),
        }
    )
    assert parse_config(tomllib.loads(as_toml(config, "")), source="shown") == config


def test_the_factor_in_force_is_shown() -> None:
    assert "in force: a factor of 2, which is alpha 128 at rank 64" in as_toml(resolved("mistral-7b"), "")
    told = as_json(resolved("mistral-7b"), "mistral-7b")
    assert (told["factor"], told["alpha"]) == (2.0, 128.0)


def test_config_list() -> None:
    told = json.loads(invoke("config", "list", "--json").stdout)
    assert tuple(told) == recipe_names()
    lines = invoke("config", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(recipe_names())


def test_config_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_config(tomllib.loads(invoke("config", "show").stdout), source="") == resolved("quickstart")
    told = json.loads(invoke("config", "show", "qwen3.5-4b", "--json").stdout)
    assert told["settings"]["training.steps"]["value"] == 600
    assert "Optimizer steps" in told["settings"]["training.steps"]["says"]
    assert told["settings"]["training.keys"]["value"] is None
    (tmp_path / "rft.toml").write_text('recipe = "qwen3.5-4b"\nrounds = 7\n')
    here = tomllib.loads(invoke("config", "show").stdout)
    assert (here["rounds"], here["training"]["steps"]) == (7, 600)
    assert json.loads(invoke("config", "show", "smoke", "--json").stdout)["settings"]["rounds"]["value"] == 1


def test_an_unknown_recipe_names_the_nearest() -> None:
    error = invoke("config", "show", "qwen3.5-4").exception
    assert "there is no recipe 'qwen3.5-4'" in str(error)
    assert getattr(error, "hint", "").startswith("Did you mean 'qwen3.5-4b'?")
