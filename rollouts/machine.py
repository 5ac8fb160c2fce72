"""The memory of this machine as far as one process may use it. Needs no MLX."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def memory_at_hand(proc: Path = PROC, cgroups: Path = CGROUPS) -> int:
    """Bytes that this process could hold: on Linux what is free plus what it holds, within the limits of its control groups.

    Elsewhere all physical memory: macOS swaps and compresses before it kills, and tells no figure that means "available".
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if sys.platform != "linux":
        return physical
    own = int((proc / "self" / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    free = [_available(proc / "meminfo"), *_left_in_groups(proc / "self" / "cgroup", cgroups)]
    return min(physical, own + max(0, min(free)))


def _available(meminfo: Path) -> int:
    lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def _left_in_groups(membership: Path, root: Path) -> Iterator[int]:
    """What each control group above the process leaves of its limit, in versions 1 and 2 of their files."""
    for line in membership.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _left(root, path, "memory.max", "memory.current", "inactive_file")
        elif controllers == "memory":
            yield from _left(root / "memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(root: Path, path: str, limit: str, usage: str, reclaimable: str) -> Iterator[int]:
    """A container may see its own group as the root, so parts of `path` may be missing."""
    group = root / path.lstrip("/")
    for folder in [group, *group.parents]:
        if (folder / limit).is_file() and (most := (folder / limit).read_text().strip()) != "max":
            yield int(most) - int((folder / usage).read_text()) + _counted(folder / "memory.stat").get(reclaimable, 0)
        if folder == root:
            return


def _counted(stat: Path) -> dict[str, int]:
    if not stat.is_file():  # not every sandbox has it
        return {}
    return {name: int(count) for name, count in (line.split() for line in stat.read_text().splitlines())}
