"""Removing runs, so that a kill at any moment leaves a whole run, or none and some files that the next removal takes away."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checkpoints.durable import flush, write_whole
from rft.errors import InputError, RftError
from rft.keeping.disk import disk_use
from rft.keeping.records import KEPT_FILE, RunRecord, record_of, stages_in
from rft.keeping.runs import TRASH, RunOnDisk, holder_of, is_run, points_into, trash_of
from rft.store import RunPaths


@dataclass(frozen=True, slots=True)
class Removal:
    """What came of it: bytes that are free again, and whether adapters/latest was taken away because it pointed there."""

    name: str
    freed: int
    kept_adapters: bool
    took_latest: bool


def refusal(paths: RunPaths, *, keep_adapters: bool, force: bool) -> InputError | None:
    """Why the run is not to be removed, or None."""
    if is_run(paths.folder) and (holder := holder_of(paths)) is not None:
        return _being_written(paths, holder)
    return _standing_reason(paths, keep_adapters=keep_adapters, force=force)


def _standing_reason(paths: RunPaths, *, keep_adapters: bool, force: bool) -> InputError | None:
    folder = paths.folder
    if not is_run(folder):
        return InputError(f"there is no run {paths.name!r} here.", hint="`rft runs list` names all of them.")
    if folder.is_symlink():
        return InputError(f"{folder} is a link to {folder.readlink()}.", hint="Remove the link and what it points to by hand.")
    if points_into(paths) and paths.latest.exists() and not keep_adapters and not force:
        return InputError(
            f"adapters/latest points to an adapter of the run {paths.name!r}.",
            hint="Promote another first (`rft adapters promote NAME`), keep its adapters with --keep-adapters, or give --force.",
        )
    return None


def _being_written(paths: RunPaths, holder: str) -> InputError:
    return InputError(f"the run {paths.name!r} is being written by {holder}.", hint="Stop it first, or wait for its end.")


def older_than(runs: list[RunOnDisk], days: float, now: float) -> list[str]:
    """The names of the runs that were last changed more than `days` days before `now`, seconds since 1970."""
    return [run.name for run in runs if now - run.changed > days * 86_400]


def remove(paths: RunPaths, *, keep_adapters: bool = False, force: bool = False) -> Removal:
    """Remove the run, or all of it but its adapters. Raises InputError when `refusal` has a reason, RftError where
    the system has one."""
    with _deleting(), _locked(paths):
        if (reason := _standing_reason(paths, keep_adapters=keep_adapters, force=force)) is not None:
            raise reason
        before = disk_use(paths.folder).bytes
        keeps = keep_adapters and bool(stages_in(paths))
        took_latest = points_into(paths) and not keeps
        if keeps:
            _strip(paths)
        else:
            paths.folder.rename(_trash(paths) / paths.name)
            flush(paths.folder.parent)
        if took_latest:
            paths.latest.unlink()
    empty_trash(paths.workspace)
    left = disk_use(paths.folder).bytes if keeps else 0
    return Removal(paths.name, before - left, keeps, took_latest)


def empty_trash(workspace: Path) -> int:
    """Delete what removals have put aside, killed ones too; returns the bytes."""
    freed = 0
    for folder in trash_of(workspace):
        freed += disk_use(folder).bytes
        with _deleting():
            shutil.rmtree(folder)
    return freed


def _strip(paths: RunPaths) -> None:
    """Leave the adapters and a note of what was known of them. The store goes first: without it nobody goes on with the run."""
    write_whole(paths.folder / KEPT_FILE, json.dumps(_known(paths).to_json()) + "\n")
    trash = _trash(paths)
    for place in sorted(paths.folder.iterdir(), key=lambda place: place.name != paths.database.name):
        if place.name not in ("adapters", KEPT_FILE):
            place.rename(trash / place.name)
    for place in paths.folder.glob("adapters/.*"):
        place.rename(trash / f"adapter{place.name}")
    flush(paths.folder)


def _known(paths: RunPaths) -> RunRecord:
    """Nothing, where the store cannot be read: that is a reason to remove a run, and its adapters may be worth keeping."""
    try:
        return record_of(paths)
    except RftError:
        return RunRecord()


def _trash(paths: RunPaths) -> Path:
    """A new folder for what is put aside. A process id would not make it new: in a container each has the same."""
    return Path(tempfile.mkdtemp(prefix=f".{paths.name}.", suffix=f".{TRASH}", dir=paths.folder.parent))


@contextmanager
def _deleting() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RftError(
            f"{error.filename} cannot be removed: {error.strerror}.",
            hint="Look at its owner and rights; `rft runs list` says what is left, and the next `rft runs rm` goes on.",
        ) from error


@contextmanager
def _locked(paths: RunPaths) -> Iterator[None]:
    """Hold the run's lock, so that nobody begins to write while it goes; where there is nothing to lock `refusal` says it."""
    if not is_run(paths.folder) or paths.folder.is_symlink():
        yield
        return
    with (paths.folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise _being_written(paths, holder) from None
        yield
