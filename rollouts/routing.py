"""Puts functions of ours in the place of mlx-lm's, where its models take them by name from a module of theirs."""

import sys
from collections.abc import Callable
from typing import Any

MODELS = "mlx_lm.models."


def route(name: str, kind: type, wrap: Callable[[Any], Any]) -> None:
    """In every model of mlx-lm that is loaded: what `name` means becomes `wrap` of what it meant, a `kind`. Again: nothing."""
    loaded: list[tuple[str, Any]] = list(sys.modules.items())
    for module_name, module in loaded:
        found = getattr(module, name, None) if module_name.startswith(MODELS) else None
        if found is not None and not isinstance(found, kind):
            setattr(module, name, wrap(found))
