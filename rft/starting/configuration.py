"""The text of a new `rft.toml`. What a setting does is said in the words of the configuration's own sections."""

import json
import textwrap
from typing import Any

from rft.config import parse_config
from rft.config_view import WIDTH, settings
from rft.inputs import BUILTIN
from rft.starting.choices import LUAU, Choices

HEAD = "The settings of this workspace. `rft config show` prints all there are; what stands in no line here has its default."
SOURCE = "builtin:luau"
DEMONSTRATIONS = "sft.jsonl"
TRIAL_TOKENS, TOKENS = 256, 1024
"""Most new tokens of a reply: a small model that does not end would fill all of them."""


def configuration(choices: Choices) -> str:
    """A whole file that `load_config` takes."""
    tree = _tree(choices)
    says = {key: text for key, _, text in settings(parse_config(tree, source="rft.toml"))}
    lines = [f"# {line}" for line in textwrap.wrap(HEAD, WIDTH)]
    lines += ["", *_lines({key: value for key, value in tree.items() if not isinstance(value, dict)}, "", says)]
    lines += [line for key, value in tree.items() if isinstance(value, dict) for line in _section(key, value, says)]
    return "\n".join(lines) + "\n"


def _tree(choices: Choices) -> dict[str, Any]:
    own = choices.tasks != LUAU
    trial = choices.is_trial
    judge: dict[str, Any] = {"backend": choices.judge}
    if choices.judge == "claude":
        judge["budget"] = {"run_usd": choices.budget}
    return {
        "model": choices.model,
        "system_prompt": "You write Luau code.",
        "rounds": 3,
        "seed": 0,
        "data": {
            "tasks": "tasks" if own else SOURCE,
            "demonstrations": DEMONSTRATIONS,
            "benchmark": "held-out" if own else SOURCE,
            "general": "none" if trial else f"{BUILTIN}general",
        },
        "sampling": {"n": 4 if trial else 8, "temperature": 0.8, "max_new_tokens": TRIAL_TOKENS if trial else TOKENS},
        "training": {"rank": 16, "learning_rate": 5e-5, "epochs": 3, "batch_size": 1 if trial else 4, "max_row_tokens": 4096},
        "judge": judge,
        "benchmark": {"k": 4, "few_shot": 3},
    }


def _section(name: str, values: dict[str, Any], says: dict[str, str]) -> list[str]:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = ["", f"[{name}]", *_lines(plain, f"{name}.", says)]
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _section(f"{name}.{key}", value, says)
    return lines


def _lines(values: dict[str, Any], prefix: str, says: dict[str, str]) -> list[str]:
    lines: list[str] = []
    for key, value in values.items():
        lines += [f"# {line}" for line in textwrap.wrap(says[prefix + key], WIDTH)]
        lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return lines
