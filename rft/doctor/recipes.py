"""What each recipe needs of memory and disk, told for this machine."""

import shutil
from typing import TYPE_CHECKING

from rft.config import FILE_NAME, load_config
from rft.doctor.scene import Scene
from rft.recipes import recipe_names
from rollouts.errors import RolloutError
from rollouts.machine import memory_at_hand

if TYPE_CHECKING:
    from rft.needs import Needs


def needs_here(scene: Scene) -> "tuple[int, dict[str, Needs | None]]":
    """The memory at hand in bytes, and the needs of every recipe, and of the rft.toml here if there is one that can be read."""
    from rft.needs import needs_of

    memory, dequantised = memory_here(scene)
    free = shutil.disk_usage(scene.workspace).free
    found = {
        name: needs_of(load_config(None, name, {}), memory=memory, free_disk=free, dequantised=dequantised)
        for name in recipe_names()
    }
    if (scene.workspace / FILE_NAME).is_file() and scene.config_or_none is not None:
        found[FILE_NAME] = scene.needs
    return memory, found


def memory_here(scene: Scene) -> tuple[int, bool]:
    """Bytes that a process may use, and whether weights become fp32. Where MLX does not start, as for the CPU."""
    try:
        return int(scene.device["device_memory"]), not scene.device["keeps_quantised"]
    except (RolloutError, OSError):
        return memory_at_hand(), True
