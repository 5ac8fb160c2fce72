"""The adapters of a workspace: whose they are, what is known of them, and which one is in force."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checkpoints.adapter import adapter_hash, is_whole
from rft.errors import InputError, RftError
from rft.keeping.disk import disk_use
from rft.keeping.records import AdapterRecord, RunRecord, record_of, stages_in
from rft.keeping.runs import real, run_folders
from rft.store import RunPaths

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class AdapterOnDisk:
    """One adapter. Its name is RUN/STAGE. `base` is the model that it works on; `trouble` says why its run's facts are not known,
    or what the adapter lacks."""

    name: str
    folder: Path
    run: str
    stage: str
    base: str | None
    record: AdapterRecord
    bytes: int
    latest: bool
    trouble: str | None = None

    @property
    def digest(self) -> str | None:
        """The hash that was recorded when it was trained."""
        return None if self.record.training is None else str(self.record.training["digest"])

    @property
    def change_norm(self) -> float | None:
        """||dW||."""
        return None if self.record.training is None else float(self.record.training["change_norm"])

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "folder": str(self.folder), "change_norm": self.change_norm, "digest": self.digest}


def adapters_of(workspace: Path) -> list[AdapterOnDisk]:
    """Every adapter that lies in its place, by run and stage."""
    return [adapter for paths in run_folders(workspace) for adapter in _of_run(paths)]


def find_adapter(workspace: Path, name: str) -> AdapterOnDisk:
    """By RUN/STAGE, by its folder, or `latest`. Raises InputError when there is no such adapter."""
    found = adapters_of(workspace)
    folder = workspace / "adapters" / LATEST if name == LATEST else workspace / name
    for adapter in found:
        if adapter.name == name or real(folder) == real(adapter.folder):
            return adapter
    if name == LATEST and folder.is_symlink():
        raise InputError(
            f"adapters/latest points to {folder.readlink()}, which is no adapter of a run here.",
            hint="`rft adapters rollback` goes back to the one before; `rft adapters promote NAME` takes another.",
        )
    known = ", ".join(adapter.name for adapter in found)
    raise InputError(
        f"there is no adapter {name!r} here.", hint=f"Adapters: {known}." if known else "`rft run` trains the first ones."
    )


def changed_since_recorded(adapter: AdapterOnDisk) -> str | None:
    """In words what is wrong with its files: read whole and compared with the record. None when nothing is. Raises
    CheckpointError where a file is missing."""
    found = adapter_hash(adapter.folder)
    if adapter.digest is None or found == adapter.digest:
        return None
    return f"its files have changed since they were recorded (hash {found}, recorded {adapter.digest})"


def latest_target(workspace: Path) -> Path | None:
    """Where adapters/latest points, there or not; None without a link."""
    link = workspace / "adapters" / LATEST
    return Path(os.path.normpath(link.parent / link.readlink())) if link.is_symlink() else None


def _of_run(paths: RunPaths) -> Iterator[AdapterOnDisk]:
    record, trouble = RunRecord(), None
    stages = stages_in(paths)
    if stages:
        try:
            record = record_of(paths)
        except RftError as error:
            trouble = " ".join(str(error).split())
    for stage in stages:
        folder = paths.adapter(stage)
        lacking = None if is_whole(folder) else "a file of it is missing"
        yield AdapterOnDisk(
            f"{paths.name}/{stage}",
            folder,
            run=paths.name,
            stage=stage,
            base=record.base,
            record=record.adapters.get(stage, AdapterRecord()),
            bytes=disk_use(folder).bytes,
            latest=paths.latest.is_symlink() and real(paths.latest) == real(folder),
            trouble=lacking or trouble,
        )
