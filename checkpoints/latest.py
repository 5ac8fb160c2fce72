"""`adapters/latest`: a link to the promoted adapter, never absent and never half."""

import os
from pathlib import Path

from checkpoints.errors import CheckpointError


def promote(link: Path, target: Path) -> None:
    """Point the link at `target` in one atomic step; doing it again changes nothing. Raises CheckpointError.

    The link is relative, so that a workspace can be moved.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    refuse_folder(link)
    relative = os.path.relpath(target, link.parent)
    if link.is_symlink() and str(link.readlink()) == relative:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(relative)
    fresh.replace(link)


def refuse_folder(link: Path) -> None:
    """Raise CheckpointError when something stands where the link belongs: looked at before a run, not after a night of it."""
    if link.exists() and not link.is_symlink():
        raise CheckpointError(
            f"{link} is a folder of its own, not a link to the promoted adapter.", hint="Move it away and run again."
        )
