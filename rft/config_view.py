"""A configuration as a person reads it: every setting with what it does, as a file that `rft.toml` could be."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from typing import Any

from rft.config import RftConfig
from rft.sections import Section, TrainingConfig

WIDTH = 110
"""Columns of a comment."""


def meanings(section: type[Section]) -> dict[str, str]:
    """What each setting of a section does: the docstring under it in the source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(section))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        text = below.value if isinstance(below, ast.Expr) else None
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[ast.unparse(field.target)] = " ".join(text.value.split())
    return found


def settings(section: Section, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """Dotted name, value and meaning of every setting; of a section the plain ones before those in sections of their own."""
    says = meanings(type(section))
    inner: list[tuple[str, Section]] = []
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            inner.append((name, value))
        else:
            yield f"{prefix}{name}", value, says.get(name, "")
    for name, value in inner:
        yield from settings(value, f"{prefix}{name}.")


def alpha_of(training: TrainingConfig) -> float:
    """PEFT's alpha of the factor that is in force, the way back from TrainingConfig.factor: alpha = factor * rank."""
    return training.factor * training.rank


def as_json(config: RftConfig, name: str) -> dict[str, Any]:
    """For a program: every setting by its dotted name, and the factor of the low-rank product in both conventions."""
    plain = config.model_dump(mode="json")
    return {
        "name": name,
        "settings": {key: {"value": _at(plain, key), "says": says} for key, _, says in settings(config)},
        "factor": config.training.factor,
        "alpha": alpha_of(config.training),
    }


def as_toml(config: RftConfig, summary: str) -> str:
    """A whole rft.toml that gives this configuration; what is unset stands in it as a comment."""
    lines = [f"# {line}" for line in textwrap.wrap(summary, WIDTH)]
    section = ""
    for key, value, says in settings(config):
        home, _, name = key.rpartition(".")
        if home != section:
            section = home
            lines += ["", f"[{home}]"]
        lines += [f"# {line}" for line in textwrap.wrap(says, WIDTH)]
        lines.append(_unset(key, name) if value is None else f"{name} = {_toml(value)}")
        if key == "training.alpha":
            rank, factor, alpha = config.training.rank, config.training.factor, alpha_of(config.training)
            lines.append(f"#   in force: a factor of {factor:g}, which is alpha {alpha:g} at rank {rank}")
    return "\n".join(lines) + "\n"


def _unset(key: str, name: str) -> str:
    # TOML has no null; this setting's default is not "none".
    return 'general = "none"' if key == "data.general" else f"# {name} is unset"


def _toml(value: Any) -> str:
    if isinstance(value, Section):
        return _toml({name: inner for name, inner in value.model_dump().items() if inner is not None})
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value)


def _at(tree: dict[str, Any], key: str) -> Any:
    value: Any = tree
    for part in key.split("."):
        value = value[part]
    return value
