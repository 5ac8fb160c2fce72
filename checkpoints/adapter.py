"""One adapter folder: `adapters.safetensors` and `adapter_config.json`, as `mlx_lm.generate --adapter-path` reads them."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from checkpoints.durable import flush
from checkpoints.errors import CheckpointError

WEIGHTS = "adapters.safetensors"
CONFIG = "adapter_config.json"


def lora_config(*, num_layers: int, rank: int, scale: float, dropout: float) -> dict[str, Any]:
    """What mlx-lm needs to put the LoRA layers back: all linear layers of the last `num_layers` blocks."""
    return {
        "fine_tune_type": "lora",
        "num_layers": num_layers,
        "lora_parameters": {"rank": rank, "scale": scale, "dropout": dropout},
    }


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write `adapter_config.json` into the folder."""
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n")


def adapter_hash(folder: Path) -> str:
    """What the adapter is: a hash of its weights and of how they are applied. Raises CheckpointError when it is not whole."""
    digest = hashlib.sha256()
    for name in (WEIGHTS, CONFIG):
        try:
            digest.update((folder / name).read_bytes())
        except FileNotFoundError as error:
            raise CheckpointError(
                f"{folder} is not a whole adapter: {name} is missing.",
                hint="Restore the folder, or delete the run and start it again.",
            ) from error
    return digest.hexdigest()[:32]


def is_whole(folder: Path) -> bool:
    """Whether both files of an adapter are there."""
    return all((folder / name).is_file() for name in (WEIGHTS, CONFIG))


def install(finished: Path, target: Path) -> str:
    """Move a finished adapter to its place, durable before it is visible, and return its hash.

    A leftover at the target (a kill between this and the record of it) is replaced.
    """
    digest = adapter_hash(finished)
    for path in (*finished.iterdir(), finished):
        flush(path)
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    finished.rename(target)
    flush(target.parent)
    return digest


def verify(folder: Path, expected: str) -> None:
    """Raise CheckpointError unless the folder holds the adapter that was recorded."""
    found = adapter_hash(folder)
    if found != expected:
        raise CheckpointError(
            f"{folder} has changed since it was recorded (hash {found}, recorded {expected}).",
            hint="Restore the folder from a backup, or delete the run and start it again.",
        )
