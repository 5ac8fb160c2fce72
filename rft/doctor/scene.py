"""What several sections look at, each found when it is first asked for. What cannot be found raises each time."""

import shutil
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollouts.child import stream_child
from rollouts.models import expanded

if TYPE_CHECKING:
    from rft.config import RftConfig
    from rft.needs import Needs


class Scene:
    """A folder and an environment.

    Args:
        workspace: The folder that a run would work in: the current one.
        environment: The variables.
    """

    def __init__(self, workspace: Path, environment: Mapping[str, str]) -> None:
        self.workspace = workspace
        self.environment = environment

    @cached_property
    def config(self) -> "RftConfig":
        """What `rft run` would take here. Raises InputError for an rft.toml that cannot be used."""
        from rft.config import FILE_NAME, QUICKSTART, load_config

        file = self.workspace / FILE_NAME
        return load_config(file if file.is_file() else None, QUICKSTART, {})

    @property
    def config_or_none(self) -> "RftConfig | None":
        """The same; None where rft.toml cannot be used, which the workspace's section tells."""
        from rft.errors import InputError

        try:
            return self.config
        except InputError:
            return None

    @property
    def device(self) -> dict[str, Any]:
        """What a child says of the device (`rollouts.probe`). Raises RolloutError where MLX does not start, OSError where no file
        can be made for the child."""
        if isinstance(self._probed, Exception):
            raise self._probed
        return self._probed

    @cached_property
    def _probed(self) -> dict[str, Any] | Exception:
        """Asked once, whatever comes of it: the child takes a second."""
        from rollouts.errors import RolloutError

        try:
            with tempfile.TemporaryDirectory() as folder:
                return next(iter(stream_child("rollouts.probe", {}, Path(folder) / "probe.log")))
        except (RolloutError, OSError) as error:
            return error

    @cached_property
    def needs(self) -> "Needs | None":
        """What a run here needs of memory and disk; None where that cannot be told."""
        from rft.doctor.recipes import memory_here
        from rft.modelling.facts import KNOWN_TROUBLES
        from rft.needs import needs_of

        config = self.config_or_none
        if config is None:
            return None
        memory, dequantised = memory_here(self)
        free = shutil.disk_usage(self.workspace).free
        try:
            return needs_of(config, memory=memory, free_disk=free, dequantised=dequantised)
        except KNOWN_TROUBLES:
            return None

    def path(self, setting: str) -> Path:
        """A path of the configuration."""
        return self.workspace / expanded(setting)
