"""The names of models, found quickly: nothing is imported, fetched or opened but a list of folders."""

import json
import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from rollouts.models import BUILT_IN, expanded, imported_names


def known_names() -> list[str]:
    """Built-in models, those of recipes, imported ones, and what the Hub's cache on this machine holds."""
    return list(dict.fromkeys([*BUILT_IN, *table(), *imported_names(), *_cached()]))


def table() -> dict[str, dict[str, object]]:
    """The package's own table of the recipes' models: their sizes, without a download."""
    text = (resources.files("rft.recipes") / "models.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, object]] = json.loads(text)
    return found


def hub_cache() -> Path:
    """Where huggingface_hub keeps what it fetched: the same rule, without the time that its import takes."""
    home = os.environ.get("HF_HOME") or f"{os.environ.get('XDG_CACHE_HOME') or '~/.cache'}/huggingface"
    given = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    return expanded(given or f"{home}/hub")


def _cached() -> Iterator[str]:
    for folder in sorted(hub_cache().glob("models--*--*")):
        if any(folder.glob("snapshots/*/config.json")):
            yield folder.name.removeprefix("models--").replace("--", "/", 1)
