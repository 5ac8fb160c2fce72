"""What is known of a model from its folder, or from the package's own table, without loading it: nothing here imports MLX."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rft.config import FILE_NAME, QUICKSTART, RftConfig, load_config
from rft.errors import InputError
from rft.modelling.machine import Machine
from rft.needs import Needs, model_facts, needs_of
from rft.recipes import recipe_names
from rollouts.shape import Config, shape_of, text_config

KNOWN_TROUBLES = (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError, RecursionError)
"""What reading the sizes of a model raises whose config.json is of a kind that is not known."""
FORMAT = "A folder in mlx-lm's format has config.json, *.safetensors and tokenizer files."


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one model: its family as mlx-lm names it, its weights, layers, bits and group size, and its context in tokens."""

    family: str
    parameters: int
    layers: int
    quantisation: str
    context: int | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_config(folder: Path) -> Config:
    """The folder's config.json. Raises InputError when there is none that can be read."""
    try:
        found: Config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        lacks = f"{folder} is not a model folder: it holds no config.json."
        problem = lacks if folder.exists() else f"there is no folder {folder}."
        raise InputError(problem, hint=FORMAT) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{folder} is not a model folder: its config.json cannot be read ({error}).", hint=FORMAT) from error
    return found


def facts_of(config: Config) -> Facts | None:
    """None of a model whose sizes its config does not tell."""
    try:
        shape, text = shape_of(config), text_config(config)
    except KNOWN_TROUBLES:
        return None
    return Facts(
        family=str(config.get("model_type") or text.get("model_type") or "not told"),
        parameters=shape.parameters,
        layers=len(shape.layers),
        quantisation=_quantisation(config),
        context=text.get("max_position_embeddings"),
    )


def settings_for(model: str, n: int | None = None) -> tuple[RftConfig, str]:
    """The settings whose memory is told, and where they are from: rft.toml here if it names this model, else the recipe that
    does, else the defaults. `n` takes the place of their candidates a task."""
    for source in (FILE_NAME, *recipe_names()):
        config = _here() if source == FILE_NAME else _recipe(source)
        if config is not None and config.model == model:
            return _with(config, model, n), "rft.toml" if source == FILE_NAME else f"the recipe {source}"
    return _with(RftConfig(), model, n), "the defaults"


def needs_here(model: str, place: Path | None, machine: Machine, n: int | None = None) -> Needs | None:
    """What sampling and training it would need here; None of a model whose sizes are not known."""
    config, _ = settings_for(model, n)
    located = config if place is None else config.model_copy(update={"model": str(place)})
    try:
        if model_facts(located.model) is None:
            return None
        return needs_of(located, memory=machine.memory, free_disk=machine.free_disk, dequantised=machine.dequantised)
    except KNOWN_TROUBLES:
        return None


@cache
def _recipe(name: str) -> RftConfig:
    return load_config(None, name, {})


def _here() -> RftConfig | None:
    if not Path(FILE_NAME).is_file():
        return None
    try:
        return load_config(Path(FILE_NAME), QUICKSTART, {})
    except InputError:  # `rft run` says what is wrong with it
        return None


def _with(config: RftConfig, model: str, n: int | None) -> RftConfig:
    sampling = config.sampling if n is None else config.sampling.model_copy(update={"n": n})
    return config.model_copy(update={"model": model, "sampling": sampling})


def _quantisation(config: Config) -> str:
    """`4 bits, groups of 64`, or the name of the numbers that the weights are stored in."""
    quantised = config.get("quantization") or config.get("quantization_config")
    if isinstance(quantised, dict) and "bits" in quantised:
        mixed = ", some layers apart" if any(isinstance(value, dict) for value in quantised.values()) else ""
        return f"{quantised['bits']} bits, groups of {quantised.get('group_size', '?')}{mixed}"
    text = text_config(config)
    return str(config.get("dtype") or config.get("torch_dtype") or text.get("dtype") or text.get("torch_dtype") or "none told")
