"""What every command of a run shares: the workspace, the run's name, the configuration file."""

import os
import re
from pathlib import Path

from rft.config import FILE_NAME, QUICKSTART
from rft.store import RunPaths


def run_paths(name: str | None) -> RunPaths:
    """The run of this name in the current folder; without a name the one that was written last, else the quickstart's."""
    workspace = Path.cwd()
    if name is None:
        # The event log is written only once a run's inputs have proved usable.
        logs = sorted(workspace.glob("runs/*/events.jsonl"), key=lambda path: path.stat().st_mtime)
        name = logs[-1].parent.name if logs else QUICKSTART
    return RunPaths(workspace, name)


def config_file(given: str | None) -> Path | None:
    """The configuration file: the one given, else `rft.toml` here if there is one, also where it cannot be read."""
    if given is not None:
        return Path(given)
    here = Path(FILE_NAME)
    return here if os.path.lexists(here) else None


def new_name(recipe: str | None) -> str:
    """What a run is called that nobody gave a name: as its recipe, or as the folder where the configuration is the user's own."""
    folder = re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+", "-", Path.cwd().name).lstrip("-")
    return recipe or folder or "run"
