"""`adapters/latest`: a link to the promoted adapter, never absent and never half, and the way back to the one before."""

import os
from pathlib import Path

from checkpoints.adapter import is_whole
from checkpoints.errors import CheckpointError
from checkpoints.history import How, healed, pointed_to, read_history, record, record_unrecorded, standing

MOVE = "Move it away and run again."


def promote(link: Path, target: Path) -> None:
    """Point the link at `target` in one atomic step and record it; doing it again changes nothing. Raises CheckpointError.

    The link is relative, so that a workspace can be moved.
    """
    refuse_folder(link)
    link.parent.mkdir(parents=True, exist_ok=True)
    _point(link, os.path.relpath(target, link.parent), "promote")


def previous(link: Path) -> Path:
    """The adapter that was promoted before the one in force and is still whole. Raises CheckpointError when there is none."""
    earlier = standing(healed(link))[:-1]
    for place in reversed(earlier):
        folder = Path(os.path.normpath(link.parent / place))
        if is_whole(folder):
            return folder
    gone = f" (no longer there: {', '.join(earlier)})" if earlier else ""
    raise CheckpointError(
        f"no adapter is known that was promoted before this one{gone}.",
        hint="`rft adapters list` shows what there is; `rft adapters promote NAME` takes one.",
    )


def rollback(link: Path) -> Path:
    """Point the link at the `previous` adapter and return that. Raises CheckpointError."""
    refuse_folder(link)
    target = previous(link)
    _point(link, os.path.relpath(target, link.parent), "rollback")
    return target


def refuse_folder(link: Path) -> None:
    """Raise CheckpointError when something stands where the link belongs, or its history cannot be read: looked at before a run,
    not after a night of it."""
    if link.parent.exists() and not link.parent.is_dir():
        raise CheckpointError(f"{link.parent} is a file, and the folder of the promoted adapter goes there.", hint=MOVE)
    if link.exists() and not link.is_symlink():
        raise CheckpointError(f"{link} is a folder of its own, not a link to the promoted adapter.", hint=MOVE)
    read_history(link)


def _point(link: Path, relative: str, how: How) -> None:
    if pointed_to(link) != relative:
        record_unrecorded(link)
        fresh = link.with_name(f".{link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(relative)
        fresh.replace(link)
    record(link, how)
