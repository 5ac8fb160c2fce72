"""The configuration: one tree, read from `rft.toml` over a named recipe. Every field says what it does."""

import difflib
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from rft.errors import InputError
from rft.recipes import QUICKSTART, SMOKE, recipe_names, recipe_text
from rft.sections import (
    BenchmarkConfig,
    DataConfig,
    GateConfig,
    JudgeConfig,
    RewardConfig,
    SamplingConfig,
    Section,
    TrainingConfig,
)

__all__ = ["FILE_NAME", "QUICKSTART", "SMOKE", "RftConfig", "flat", "load_config", "parse_config"]
FILE_NAME = "rft.toml"


class RftConfig(Section):
    """A whole run."""

    model: str = "smollm2"
    """`smollm2` (brought by a package), a folder in mlx-lm's format, or a name on the Hub."""
    system_prompt: str | None = None
    """Said before every prompt, in training and sampling alike."""
    rounds: int = Field(3, ge=0)
    """Rounds after SFT."""
    seed: int = Field(0, ge=0)
    """Every random stream of the run is keyed by it."""
    data: DataConfig = DataConfig()
    sampling: SamplingConfig = SamplingConfig()
    training: TrainingConfig = TrainingConfig()
    reward: RewardConfig = RewardConfig()
    judge: JudgeConfig = JudgeConfig()
    benchmark: BenchmarkConfig = BenchmarkConfig()
    gate: GateConfig = GateConfig()

    @model_validator(mode="before")
    @classmethod
    def _mode_of_the_judge(cls, tree: Any) -> Any:
        """A configuration that names a judge need not name the mode too."""
        judge = tree.get("judge") if isinstance(tree, dict) else None
        if not isinstance(judge, dict) or judge.get("backend", "none") == "none" or not isinstance(tree.get("reward", {}), dict):
            return tree
        return {**tree, "reward": {"mode": "judged", **tree.get("reward", {})}}

    @model_validator(mode="after")
    def _judge_and_mode_agree(self) -> Self:
        if (self.judge.backend == "none") == (self.reward.mode == "judged"):
            raise ValueError(
                f"reward.mode is {self.reward.mode!r} and judge.backend is {self.judge.backend!r}: a judge needs mode "
                "'judged', and that mode a judge"
            )
        return self

    @model_validator(mode="after")
    def _answers_fit_training(self) -> Self:
        """A kept answer that is too long to train on would end a night's run at its last step."""
        if self.training.max_row_tokens <= self.sampling.max_new_tokens:
            raise ValueError(
                f"training.max_row_tokens ({self.training.max_row_tokens}) must be above sampling.max_new_tokens "
                f"({self.sampling.max_new_tokens}) by more than a prompt's length"
            )
        return self


def load_config(file: Path | None, recipe: str, overrides: dict[str, Any]) -> RftConfig:
    """The resolved configuration: defaults, then the recipe, then the file, then what the command line says.

    A file starts from the defaults, which suit a model of its own; `recipe = "quickstart"` in it starts from that recipe.
    Raises InputError naming the key, with the nearest name for an unknown one.
    """
    tree = _read(file) if file is not None else {"recipe": recipe}
    named = tree.pop("recipe", None)
    below = _recipe(named) if named is not None else {}
    merged = _merged(_merged(below, tree), overrides)
    if "judge" in overrides and isinstance(merged.get("reward"), dict):
        _agree_with_judge(merged["reward"], merged["judge"])
    return parse_config(merged, source=str(file or recipe))


def recipe_of(file: Path | None, recipe: str) -> str | None:
    """The recipe that `load_config` starts from; None where a file names none. Raises InputError for an unreadable file."""
    if file is None:
        return recipe
    named = _read(file).get("recipe")
    return None if named is None else str(named)


def _agree_with_judge(reward: dict[str, Any], judge: dict[str, Any]) -> None:
    """A judge named on the command line, or "none", wins over the mode of a file that says otherwise."""
    if (judge.get("backend", "none") == "none") == (reward.get("mode") == "judged"):
        reward.pop("mode", None)


def parse_config(tree: dict[str, Any], *, source: str) -> RftConfig:
    """Validate a plain tree. Raises InputError."""
    try:
        return RftConfig.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(f"{source}: there is no setting `{path}`.", hint=_nearest(path)) from error
        where = f"`{path}`: {first['msg']} (got {first['input']!r})" if path else first["msg"].removeprefix("Value error, ")
        hint = "Correct that setting; `rft config show quickstart` tells what each one means."
        raise InputError(f"{source}: {where}.", hint=hint) from error


def flat(config: RftConfig) -> dict[str, Any]:
    """Dotted key to value, for showing and comparing."""
    return dict(_flatten(config.model_dump(), ""))


def _flatten(tree: dict[str, Any], prefix: str) -> typing.Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _recipe(name: object) -> dict[str, Any]:
    known = recipe_names()
    if name not in known:
        close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
        hint = f"The package brings: {', '.join(known)}."
        raise InputError(f"there is no recipe {name!r}.", hint=f"Did you mean {close[0]!r}? {hint}" if close else hint)
    return tomllib.loads(recipe_text(str(name)))


def _read(file: Path) -> dict[str, Any]:
    try:
        data = file.read_bytes()
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"there is no configuration file {file}.", hint="Check the path.") from error
    except OSError as error:
        raise InputError(f"the configuration {file} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{file} is not valid TOML: the byte {data[error.start]:#04x} in line {line} is no UTF-8.",
            hint="Save it as UTF-8 and try again.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is not valid TOML: {error}", hint="Correct the line it names.") from error


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _nearest(path: str) -> str:
    known = ["recipe", *_known_keys(RftConfig, "")]
    sections = [key.partition(".")[0] for key in known if "." in key]
    close = difflib.get_close_matches(path, [*known, *sections], n=1, cutoff=0.5)
    if not close:
        leaf = path.rpartition(".")[2]
        close = [key for key in known if key.rpartition(".")[2] == leaf] or difflib.get_close_matches(
            leaf, [key.rpartition(".")[2] for key in known], n=1, cutoff=0.5
        )
    return f"Did you mean `{close[0]}`?" if close else f"Known settings: {', '.join(known)}."


def _known_keys(section: type[BaseModel], prefix: str) -> typing.Iterator[str]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and not isinstance(kind, types.GenericAlias) and issubclass(kind, BaseModel):
            yield from _known_keys(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
