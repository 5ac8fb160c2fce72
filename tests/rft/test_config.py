"""The configuration: where a value comes from, and what is said of a wrong one."""

from pathlib import Path
from typing import Any

import pytest

from rft.config import QUICKSTART, SMOKE, RftConfig, flat, load_config, parse_config
from rft.errors import InputError


def refusal(tree: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        parse_config(tree, source="rft.toml")
    return str(caught.value), caught.value.hint


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rft.toml"


@pytest.mark.parametrize(
    ("tree", "wrong", "nearest"),
    [
        ({"sampling": {"temprature": 1}}, "sampling.temprature", "sampling.temperature"),
        ({"smapling": {"n": 1}}, "smapling", "sampling"),
        ({"roundz": 1}, "roundz", "rounds"),
        ({"temperature": 1}, "temperature", "sampling.temperature"),
        ({"reward": {"tresholds": 1}}, "reward.tresholds", "reward.threshold"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(tree: dict[str, Any], wrong: str, nearest: str) -> None:
    message, hint = refusal(tree)
    assert f"no setting `{wrong}`" in message
    assert hint == f"Did you mean `{nearest}`?"


def test_a_key_like_no_other_gets_the_list() -> None:
    _, hint = refusal({"xyzzy": 1})
    assert all(key in hint for key in ("rounds", "sampling.n", "gate.alpha"))


@pytest.mark.parametrize(
    ("tree", "named"),
    [
        ({"sampling": {"n": "many"}}, "`sampling.n`"),
        ({"sampling": {"n": 0}}, "`sampling.n`"),
        ({"sampling": 3}, "`sampling`"),
        ({"rounds": 2.5}, "`rounds`"),
        ({"rounds": -1}, "`rounds`"),
        ({"sampling": {"temperature": float("nan")}}, "`sampling.temperature`"),
        ({"sampling": {"top_p": 0}}, "`sampling.top_p`"),
        ({"reward": {"mode": "opinion"}}, "`reward.mode`"),
        ({"gate": {"alpha": 1}}, "`gate.alpha`"),
        ({"data": {"limit": 0}}, "`data.limit`"),
        ({"data": {"general": ""}}, "`data.general`"),
        ({"model": 7}, "`model`"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_given(tree: dict[str, Any], named: str) -> None:
    message, hint = refusal(tree)
    assert message.startswith(f"rft.toml: {named}: ")
    assert "(got " in message
    assert hint


def test_answers_must_fit_training() -> None:
    message, _ = refusal({"sampling": {"max_new_tokens": 512}, "training": {"max_row_tokens": 512}})
    assert "training.max_row_tokens (512) must be above sampling.max_new_tokens (512)" in message


def test_without_a_file_the_recipe_holds() -> None:
    recipe, plain = load_config(None, QUICKSTART, {}), RftConfig()
    assert recipe.training.steps is not None
    assert plain.training.steps is None
    assert load_config(None, SMOKE, {}).model == "tiny-random"


def test_the_general_suite_is_left_out_by_name(file: Path) -> None:
    """Own models are watched for forgetting; the recipes, whose minutes are published, are not."""
    assert RftConfig().data.general == "builtin:general"
    assert [load_config(None, recipe, {}).data.general for recipe in (QUICKSTART, SMOKE)] == [None, None]
    file.write_text('[data]\ngeneral = "none"')
    assert load_config(file, QUICKSTART, {}).data.general is None


def test_a_file_goes_over_its_recipe_and_the_command_line_over_both(file: Path) -> None:
    file.write_text('recipe = "quickstart"\nrounds = 5\nseed = 5\n[sampling]\nn = 31\n')
    recipe, config = flat(load_config(None, QUICKSTART, {})), flat(load_config(file, QUICKSTART, {"seed": 6}))
    assert {key: value for key, value in config.items() if recipe[key] != value} == {
        "rounds": 5, "seed": 6, "sampling.n": 31,
    }  # fmt: skip


def test_a_file_without_a_recipe_goes_over_the_defaults(file: Path) -> None:
    """One line is enough for somebody's own model; no size of the quickstart's small one comes with it."""
    file.write_text('model = "somebody/their-model"')
    assert load_config(file, QUICKSTART, {}) == RftConfig(model="somebody/their-model")


@pytest.mark.parametrize("name", ["quickstrat", "../quickstart", 3])
def test_an_unknown_recipe_is_refused(file: Path, name: str | int) -> None:
    file.write_text(f"recipe = {name!r}")
    with pytest.raises(InputError, match="there is no recipe") as caught:
        load_config(file, QUICKSTART, {})
    assert "quickstart, smoke" in caught.value.hint


@pytest.mark.parametrize("content", [b"rounds = = 3", b"rounds = '\xff'"])
def test_what_is_not_toml_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(InputError, match="not valid TOML"):
        load_config(file, QUICKSTART, {})


def test_a_missing_file_is_refused(file: Path) -> None:
    with pytest.raises(InputError, match=f"no configuration file {file}"):
        load_config(file, QUICKSTART, {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_config(tmp_path, QUICKSTART, {})


def test_flat_names_every_setting_once() -> None:
    config = RftConfig()
    assert flat(config)["training.max_gradient_norm"] == config.training.max_gradient_norm
    assert parse_config(config.model_dump(), source="stored") == config
