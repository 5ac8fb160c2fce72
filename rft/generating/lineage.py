"""Which adapter is meant, and what it was trained on."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkpoints.adapter import CONFIG, WEIGHTS, verify
from rft.begun import stored_config
from rft.cli.workspace import run_paths
from rft.config import RftConfig
from rft.errors import InputError
from rft.keeping.adapters import LATEST
from rft.store import RunPaths, open_for_reading
from rollouts.models import expanded


@dataclass(frozen=True, slots=True)
class Lineage:
    """The model that an adapter was trained on, and the configuration of its run; None where nothing tells."""

    model: str | None
    config: RftConfig | None


def installed_adapter(workspace: Path) -> Path | None:
    """The adapter that `adapters/latest` points at, None where no adapter was promoted. Raises InputError when it is gone."""
    link = workspace / "adapters" / LATEST
    if link.is_symlink() and not link.is_dir():
        raise InputError(
            f"{link} points at {link.readlink()}, which is not there.",
            hint="Give --adapter another one, or --model NAME for a bare base model.",
        )
    return link if link.is_dir() else None


def adapter_folder(name: str, workspace: Path) -> Path:
    """The folder of an adapter: a path, `latest`, RUN/STAGE, or a STAGE of the run that was written last. Raises InputError."""
    path = expanded(name)
    if name == LATEST and (latest := installed_adapter(workspace)) is not None:
        return latest
    run, _, stage = name.rpartition("/")
    named = workspace / "runs" / run / "adapters" / stage if run else run_paths(None).adapter(name)
    for folder in (path, named):
        if folder.is_dir():
            return _whole(folder)
    known = _known(workspace)
    raise InputError(
        f"there is no adapter folder {name}, and no adapter of that name.",
        hint=f"Here are: {', '.join(known)}." if known else "Give a folder in mlx-lm's format; `rft run` makes adapters.",
    )


def _whole(folder: Path) -> Path:
    for name in (WEIGHTS, CONFIG):
        if not (folder / name).is_file():
            raise InputError(f"{folder} is not an adapter: {name} is missing.", hint="Give a folder in mlx-lm's format.")
    return folder


def _known(workspace: Path) -> list[str]:
    found = sorted(workspace.glob(f"runs/*/adapters/[!.]*/{WEIGHTS}"))
    latest = [LATEST] if (workspace / "adapters" / LATEST).is_dir() else []
    return [*latest, *(f"{file.parents[2].name}/{file.parent.name}" for file in found)]


def lineage_of(adapter: Path) -> Lineage:
    """What the adapter was trained on: its run's store says it, else mlx-lm's own note in `adapter_config.json`.

    Raises CheckpointError when the adapter is not the one that its run recorded, StoreError for a damaged store, InputError where
    the note cannot be read.
    """
    folder = adapter.resolve()
    run = folder.parents[1] if len(folder.parents) > 3 else folder
    if folder.parent.name == "adapters" and (run / "run.db").is_file():
        return _of_run(RunPaths(run.parents[1], run.name), folder)
    noted = _config_of(folder).get("model")
    return Lineage(noted if isinstance(noted, str) else None, None)


def _config_of(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{folder} is not an adapter: its {CONFIG} cannot be read.", hint="Give a folder in mlx-lm's format.")
    return found


def _of_run(paths: RunPaths, folder: Path) -> Lineage:
    with open_for_reading(paths) as store:
        config = stored_config(store)
        recorded = store.fact(f"adapter:{folder.name}")
    if recorded is not None:
        verify(folder, recorded["digest"])
    beside = paths.workspace / config.model
    return Lineage(str(beside) if beside.is_dir() else config.model, config)
