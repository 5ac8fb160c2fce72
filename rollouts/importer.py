"""The child process that makes a built-in model's folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rollouts.child import serve


def work(request: dict[str, Any], _send: Callable[[dict[str, Any]], None]) -> None:
    """Import the GGUF file `source` into the new folder `target`; without a source make the tiny random model."""
    from rollouts.gguf import import_gguf
    from rollouts.tiny import make_tiny_model

    target = Path(request["target"])
    if request["source"] is None:
        make_tiny_model(target)
    else:
        import_gguf(Path(request["source"]), target)


if __name__ == "__main__":
    serve(work)
