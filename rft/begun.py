"""The configuration that a run was begun with."""

from typing import Any

from rft.config import RftConfig, parse_config
from rft.errors import InputError
from rft.store import RunStore


def stored_config(store: RunStore) -> RftConfig:
    """The configuration a run was started with. Raises InputError when it never came that far."""
    stored = store.fact("config")
    if stored is None:
        raise InputError("this run has not begun: its inputs could not be used.", hint="Start it with `rft run --name NAME`.")
    return parse_stored(stored)


def parse_stored(stored: dict[str, Any]) -> RftConfig:
    """A run begun before `data.general` was a setting has no general suite, whatever the default is now."""
    return parse_config({**stored, "data": {"general": None, **stored["data"]}}, source="the stored configuration")
