"""How much memory a process may take, read from files as Linux writes them."""

import os
import sys
from pathlib import Path

import pytest

from rollouts.machine import memory_at_hand

GB = 10**9
PAGE = os.sysconf("SC_PAGE_SIZE")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")


class Files:
    """The two folders, for a process of `own` bytes on a machine with `free` bytes left."""

    def __init__(self, folder: Path, *, own: int, free: int, group: str) -> None:
        self.proc, self.cgroups = folder / "proc", folder / "cgroup"
        (self.proc / "self").mkdir(parents=True)
        (self.proc / "self" / "statm").write_text(f"999 {own // PAGE} 1 1 0 1 0\n")
        (self.proc / "meminfo").write_text(f"MemTotal:       1 kB\nMemAvailable:   {free // 1024} kB\nSwapTotal: 0 kB\n")
        (self.proc / "self" / "cgroup").write_text(group)
        self.cgroups.mkdir()

    def limit(self, path: str, **files: object) -> None:
        folder = self.cgroups / path
        folder.mkdir(parents=True, exist_ok=True)
        for name, value in files.items():
            (folder / name.replace("__", ".")).write_text(f"{value}\n")

    def at_hand(self) -> float:
        return round(memory_at_hand(self.proc, self.cgroups) / GB, 2)


def test_what_is_free_and_what_the_process_holds(tmp_path: Path) -> None:
    files = Files(tmp_path, own=GB // 2, free=GB, group="0::/\n")
    assert files.at_hand() == 1.5


def test_the_limit_of_a_group_of_version_2(tmp_path: Path) -> None:
    files = Files(tmp_path, own=GB // 4, free=3 * GB, group="0::/a/b\n")
    files.limit("a/b", memory__max="max", memory__current=0, memory__stat="anon 5")
    assert files.at_hand() == 3.25
    files.limit("a", memory__max=GB, memory__current=GB // 2, memory__stat=f"anon 5\ninactive_file {GB // 10}")
    assert files.at_hand() == 0.85, "half of the limit is left, and what can be reclaimed"


def test_the_limit_of_a_group_of_version_1(tmp_path: Path) -> None:
    files = Files(tmp_path, own=GB // 4, free=3 * GB, group="9:name=systemd:/\n4:cpu,cpuacct:/x\n3:memory:/jobs/7\n")
    stat = f"total_inactive_file {GB // 10}"
    files.limit("memory/jobs/7", memory__limit_in_bytes=GB, memory__usage_in_bytes=GB // 2, memory__stat=stat)
    assert files.at_hand() == 0.85
    files.limit("memory", memory__limit_in_bytes=GB // 5, memory__usage_in_bytes=GB // 5, memory__stat="anon 5")
    assert files.at_hand() == 0.25, "a group above it is full"


def test_a_container_that_sees_its_own_group_as_the_root(tmp_path: Path) -> None:
    files = Files(tmp_path, own=0, free=3 * GB, group="0::/not/there/inside\n")
    files.limit("", memory__max=GB, memory__current=0, memory__stat="anon 5")
    assert files.at_hand() == 1.0
    (files.cgroups / "memory.stat").unlink()
    assert files.at_hand() == 1.0, "not every sandbox tells what can be reclaimed"


def test_this_machine() -> None:
    physical = PAGE * os.sysconf("SC_PHYS_PAGES")
    assert 0 < memory_at_hand() <= physical
